"""`export`: a project becomes a file here, by way of the HTTP API."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from storyarn_export.cli import verifying
from storyarn_export.cli.downloading import FileTarget, StandardOutput, download
from storyarn_export.cli.export_options import parse_options
from storyarn_export.cli.failures import CommandError, usage_error
from storyarn_export.cli.following import Follower
from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.job import Job
from storyarn_export.cli.output import note, say, say_json
from storyarn_export.cli.parameters import AsJson, Server, Token, require_token
from storyarn_export.cli.progress_views import ProgressView, progress_view
from storyarn_export.cli.refusals import NotCancellableError
from storyarn_export.domain.options import Compression

STDOUT = "-"


def export(  # noqa: PLR0913, PLR0917 - one for each option of the command
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")],
    format_name: Annotated[str, typer.Option("--format", help="See `formats`.")] = "storyarn",
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="File or directory; - for stdout."),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="Option; may be repeated.")
    ] = None,
    compression: Annotated[
        Compression | None, typer.Option(help="Compress the file; as `--option compression=…`.")
    ] = None,
    job: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Fetch the file of this export, asked for before, and no new one."),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Have the server read the file back and compare.")
    ] = False,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Export a project into a verified file.

    A broken download goes on where it ended; until it is whole its bytes are in FILE.part. Ctrl-C before the file is
    there cancels the export, unless it was asked for before.
    """
    require_token(token)
    if as_json and output == STDOUT:
        raise usage_error("--json", "cannot be used with `-o -`: the file itself goes to stdout")
    packing = [] if compression is None else [f"compression={compression.value}"]
    options = parse_options([*(option or []), *packing])
    with ApiClient(server, token) as client, progress_view(sys.stderr, note) as view:
        project_id = client.project_id(project)
        if job is None:
            asked = client.request_export(project_id, format_name, options, key=str(uuid4()), queued=False)
        else:
            asked = client.job(f"/api/projects/{project_id}/exports/{job}")
        done: Job | None = None
        try:
            done = wait_for(client, asked, view)
            path = fetch(client, done, output, view, keep=job is not None)
        except KeyboardInterrupt:
            ours = job is None and not asked.raw.get("deduplicated")
            note(_stopped(client, asked) if ours and done is None else _left_behind(asked))
            raise
        found = verifying.verify(client, done) if verify else None
    verification = {} if found is None else {"verification": found}
    if as_json:
        say_json({**done.raw, "path": str(path), **verification})
    elif path:
        note(f"{done.file_size} bytes, sha256 {done.sha256} verified")
        say(str(path))
    if found is not None:
        verifying.tell(found)


def wait_for(client: ApiClient, job: Job, view: ProgressView) -> Job:
    """Follows a job to its end.

    Returns:
        The completed job.

    Raises:
        CommandError: It failed, was cancelled, or cannot be followed.
    """
    state = job
    for state in Follower(client, Job).states(job):
        view.exporting(state)
    if state.status == "completed":
        return state
    if state.status == "cancelled":
        raise CommandError(f"the export {state.id} was cancelled: someone has cancelled or deleted it")
    error = state.raw.get("error") or {}
    hint = f" ({error['hint']})" if error.get("hint") else ""
    said = f": {error.get('code')}: {error.get('message')}{hint}" if error else ""
    raise CommandError(f"the export {state.id} {state.status}{said}")


def _stopped(client: ApiClient, job: Job) -> str:
    """Cancels an export that nobody waits for any more; what to say of it."""
    try:
        client.cancel(job.url)
    except NotCancellableError:
        return _left_behind(job)
    except CommandError as error:
        cancels = f"`exports cancel {job.raw['project_id']} {job.id}` cancels it"
        return f"the export may go on ({error}); {cancels}"
    return f"the export {job.id} is cancelled"


def _left_behind(job: Job) -> str:
    """What to say of an export that is not ours to cancel, or is over."""
    return f"the export goes on without us; `export {job.raw['project_id']} --job {job.id}` fetches it"


def fetch(client: ApiClient, job: Job, output: str | None, view: ProgressView, *, keep: bool) -> Path | None:
    """Downloads the file of a completed job.

    Args:
        client: to fetch with.
        job: the job.
        output: a file, a directory, `-` for stdout; None: a file in the present directory.
        view: is told of progress.
        keep: go on with what an earlier download has left beside the file.

    Returns:
        The absolute path of the file; None for stdout.

    Raises:
        CommandError: It cannot be fetched or written, or is not what it should be.
    """
    if output == STDOUT:
        download(client, job, StandardOutput(), view.downloading)
        return None
    path = Path(output or ".").absolute()
    if path.is_dir():
        path /= job.filename
    download(client, job, FileTarget(path, keep=keep), view.downloading)
    return path
