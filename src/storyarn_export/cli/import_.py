"""`import`: a file comes into a project, by way of the HTTP API."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.following import Follower
from storyarn_export.cli.import_client import ImportClient
from storyarn_export.cli.import_views import preview_rows, report_rows, say_warnings
from storyarn_export.cli.importing import FormFile, Import
from storyarn_export.cli.output import note, say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, Server, Token, require_token
from storyarn_export.cli.progress_views import ImportView, progress_view
from storyarn_export.cli.refusals import NotCancellableError
from storyarn_export.domain.imports import ConflictResolution

PREVIEW_COLUMNS = ("section", "in the file", "new", "existing")
REPORT_COLUMNS = ("section", "created", "updated", "skipped", "renamed")


def import_(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A native document, plain, .gz or .zst, or a ZIP bundle.")
    ],
    conflicts: Annotated[
        ConflictResolution, typer.Option(help="What becomes of what the project has already.")
    ] = ConflictResolution.SKIP,
    preview_only: Annotated[
        bool, typer.Option("--preview-only", help="Say what the import would meet, and change nothing.")
    ] = False,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Import a file into a project: shows what it would meet, executes, prints the report.

    All of it comes in or nothing does. What the project held before is kept as an export. Ctrl-C cancels the import.
    """
    require_token(token)
    with ImportClient(server, token) as client, progress_view(sys.stderr, note) as view:
        project_id = client.project_id(project)
        made = client.bring(project_id, FormFile(file, view.uploading))
        try:
            seen = _followed(client, made, view)
            if not as_json:
                say_table(PREVIEW_COLUMNS, preview_rows(seen.preview))
                say_warnings(seen.preview["warnings"])
            done = seen if preview_only else _executed(client, seen, conflicts, view)
        except KeyboardInterrupt:
            note(_stopped(client, made))
            raise
        if preview_only:
            # It would only lie there until it expires.
            client.delete(seen.url)
    report: Any = done.raw["report"]
    if as_json:
        say_json({"import_id": done.id, "preview": seen.preview, "report": report})
    elif report is not None:
        say("")
        say_table(REPORT_COLUMNS, report_rows(report))
        say_warnings(report["warnings"])
        _say_rest(report)


def _followed(client: ImportClient, made: Import, view: ImportView) -> Import:
    """Follows an import until it is ready or over."""
    state = made
    for state in Follower(client, Import).states(made):
        view.importing(state)
    state.refuse_failed()
    return state


def _executed(client: ImportClient, seen: Import, conflicts: ConflictResolution, view: ImportView) -> Import:
    done = _followed(client, client.execute(seen.url, conflicts), view)
    if done.status != "completed":
        raise CommandError(
            f"preview-stale: the project has changed since the preview; the import {done.id} was not executed"
        )
    return done


def _stopped(client: ImportClient, made: Import) -> str:
    try:
        client.cancel(made.url)
    except NotCancellableError:
        return f"the import {made.id} is over already"
    except CommandError as error:
        return (
            f"the import may go on ({error}); `imports cancel {made.raw['project_id']} {made.id}` cancels it"
        )
    return f"the import {made.id} is cancelled"


def _say_rest(report: Any) -> None:
    for one in report["renames"]:
        say(f"renamed: {one['kind']} {one['old']} is {one['new']} here")
    if report["unresolved_total"]:
        say(f"emptied: {report['unresolved_total']} references to what is not there")
    if report["undo_export"]:
        say(f"kept: the project as it was, as the export {report['undo_export']['job_id']}")
