"""`exports`: the exports of a project, by way of the HTTP API."""

from typing import Annotated
from urllib.parse import quote

import typer

from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.job import Job
from storyarn_export.cli.output import say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, Server, Token, require_token

MAX_LISTED = 10_000
COLUMNS = ("id", "format", "status", "progress", "created", "expires", "bytes", "file")

exports = typer.Typer(help="Exports of a project, on a server.", no_args_is_help=True)

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="Id of the export.")]


@exports.command("list")
def list_all(
    project: Project,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="Exports at most.")] = 100,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List the exports of a project, newest first."""
    require_token(token)
    with ApiClient(server, token) as client:
        found = list(client.jobs(client.project_id(project), limit=limit))
    if as_json:
        say_json({"exports": [dict(job.raw) for job in found]})
    else:
        say_table(COLUMNS, [_as_cells(job) for job in found])


@exports.command("cancel")
def cancel(
    project: Project,
    job: JobId,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Cancel an export that waits or runs; no error if it is cancelled already."""
    require_token(token)
    with ApiClient(server, token) as client:
        cancelled = client.cancel(_url(client, project, job))
    if as_json:
        say_json(cancelled.raw)
    else:
        say(f"the export {cancelled.id} is cancelled")


@exports.command("delete")
def delete(
    project: Project,
    job: JobId,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Delete an export and its file; one that waits or runs is cancelled first."""
    require_token(token)
    with ApiClient(server, token) as client:
        client.delete(_url(client, project, job))
    if as_json:
        say_json({"job_id": job, "deleted": True})
    else:
        say(f"the export {job} is deleted")


def _url(client: ApiClient, project: str, job: str) -> str:
    return f"/api/projects/{client.project_id(project)}/exports/{quote(job, safe='')}"


def _as_cells(job: Job) -> tuple[object, ...]:
    raw = job.raw
    shown = (raw["created_at"], raw["expires_at"], raw["file_size"], raw["filename"])
    return job.id, raw["format"], job.status, f"{job.progress} %", *(one or "-" for one in shown)
