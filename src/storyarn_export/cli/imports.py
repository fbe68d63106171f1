"""`imports`: the imports of a project, by way of the HTTP API."""

from typing import Annotated
from urllib.parse import quote

import typer

from storyarn_export.cli.exports import MAX_LISTED, Project
from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.import_client import ImportClient
from storyarn_export.cli.importing import Import
from storyarn_export.cli.output import say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, Server, Token, require_token

COLUMNS = ("id", "status", "progress", "created", "expires", "bytes", "file")

imports = typer.Typer(help="Imports of a project, on a server.", no_args_is_help=True)

ImportId = Annotated[str, typer.Argument(metavar="IMPORT", help="Id of the import.")]


@imports.command("list")
def list_all(
    project: Project,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="Imports at most.")] = 100,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List the imports of a project, newest first."""
    require_token(token)
    with ImportClient(server, token) as client:
        found = list(client.imports(client.project_id(project), limit=limit))
    if as_json:
        say_json({"imports": [dict(one.raw) for one in found]})
    else:
        say_table(COLUMNS, [_as_cells(one) for one in found])


@imports.command("cancel")
def cancel(
    project: Project,
    import_id: ImportId,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Cancel an import that is not over; no error if it is cancelled already."""
    require_token(token)
    with ImportClient(server, token) as client:
        cancelled = client.cancel(_url(client, project, import_id))
    if as_json:
        say_json(cancelled.raw)
    else:
        say(f"the import {import_id} is cancelled")


@imports.command("delete")
def delete(
    project: Project,
    import_id: ImportId,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Delete an import and its file; one that is not over is cancelled first. What it has imported stays."""
    require_token(token)
    with ImportClient(server, token) as client:
        client.delete(_url(client, project, import_id))
    if as_json:
        say_json({"import_id": import_id, "deleted": True})
    else:
        say(f"the import {import_id} is deleted")


def _url(client: ApiClient, project: str, import_id: str) -> str:
    return f"/api/projects/{client.project_id(project)}/imports/{quote(import_id, safe='')}"


def _as_cells(one: Import) -> tuple[object, ...]:
    raw = one.raw
    shown = (raw["created_at"], raw["expires_at"], raw["source"]["size"], raw["source"]["filename"])
    return one.id, one.status, f"{one.progress} %", *(value or "-" for value in shown)
