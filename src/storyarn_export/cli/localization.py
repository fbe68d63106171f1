"""`localization`: the texts of a project to translators and back, by way of the HTTP API."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from storyarn_export.cli.downloading import FileTarget, StandardOutput, Target
from storyarn_export.cli.failures import CommandError, usage_error
from storyarn_export.cli.http_client import READ_TIMEOUT_SECONDS, ApiClient
from storyarn_export.cli.importing import FormFile
from storyarn_export.cli.output import note, say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, Server, Token, require_token
from storyarn_export.cli.progress_views import progress_view
from storyarn_export.cli.refusals import refusal
from storyarn_export.domain.errors import UnknownFormatError
from storyarn_export.localization.format import TextFormat
from storyarn_export.localization.registry import format_named

STDOUT = "-"
LISTS = ("updated", "stale", "unknown", "errors")
COLUMNS = ("what", "where", "text", "language", "why")
# The file is written, or all of it brought in, before the server answers.
ANSWER_SECONDS = 600.0

localization = typer.Typer(help="Texts of a project for translators, on a server.", no_args_is_help=True)

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


@localization.command("export")
def export_texts(
    project: Project,
    format_name: Annotated[str, typer.Option("--format", help="csv, xlsx, po or xliff.")] = "csv",
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Locale code; may be repeated for tables. PO and XLIFF need one."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="File or directory; - for stdout."),
    ] = None,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Fetch the texts of a project: all languages in one table, or one of them as PO or XLIFF."""
    require_token(token)
    if as_json and output == STDOUT:
        raise usage_error("--json", "cannot be used with `-o -`: the file itself goes to stdout")
    chosen = _format(format_name)
    languages = language or []
    if chosen.one_language and len(languages) != 1:
        raise usage_error(
            "--language", f"is needed once: a file of the format {chosen.name} has one language"
        )
    with ApiClient(server, token) as client:
        project_id = client.project_id(project)
        path = None if output == STDOUT else _path(output, project_id, chosen, languages)
        target: Target = StandardOutput() if path is None else FileTarget(path, keep=False)
        _fetch(client, f"/api/projects/{project_id}/localization.{chosen.name}", chosen, languages, target)
    if as_json:
        said = {"path": str(path), "format": chosen.name, "size": target.size, "sha256": target.sha256}
        say_json({"project_id": project_id, **said})
    elif path is not None:
        note(f"{target.size} bytes, sha256 {target.sha256}")
        say(str(path))


@localization.command("import")
def import_texts(
    project: Project,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As it was exported, with translations.")],
    preview_only: Annotated[
        bool, typer.Option("--preview-only", help="Say what would be changed, and change nothing.")
    ] = False,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Bring translations back: changes the texts that have another translation or status in the file.

    Texts whose source has changed since are reported and left as they are. Rows that cannot be taken make the command
    fail; the others are brought in all the same.
    """
    require_token(token)
    with ApiClient(server, token) as client, progress_view(sys.stderr, note) as view:
        url = f"/api/projects/{client.project_id(project)}/localization"
        form = FormFile(file, view.uploading)
        report = client.asked(
            "POST",
            url,
            content=iter(form),
            headers=form.headers,
            params={"preview": "true" if preview_only else "false"},
            timeout=httpx.Timeout(READ_TIMEOUT_SECONDS, read=ANSWER_SECONDS),
        )
    if as_json:
        say_json(report)
    else:
        _show(report)
    if report["errors"]["total"]:
        raise CommandError(f"rows that cannot be taken: {report['errors']['total']}")


def _fetch(client: ApiClient, url: str, chosen: TextFormat, languages: Sequence[str], target: Target) -> None:
    params = {}
    if languages:
        params = {"language" if chosen.one_language else "languages": ",".join(languages)}
    place = str(httpx.URL(url, params=params))
    try:
        with client.stream(place, {"Accept-Encoding": "identity"}, timeout=ANSWER_SECONDS) as response:
            if not response.is_success:
                response.read()
                raise refusal(response)
            for chunk in response.iter_raw():
                target.write(chunk)
    except (httpx.TransportError, CommandError) as error:
        target.discard()
        if isinstance(error, CommandError):
            raise
        raise CommandError(f"the download broke: {str(error) or type(error).__name__}") from error
    target.finish()


def _format(name: str) -> TextFormat:
    try:
        return format_named(name)
    except UnknownFormatError as error:
        raise usage_error("--format", f"{error.message} {error.hint}") from error


def _path(output: str | None, project_id: str, chosen: TextFormat, languages: Sequence[str]) -> Path:
    path = Path(output or ".").absolute()
    if not path.is_dir():
        return path
    language = f"-{languages[0]}" if chosen.one_language else ""
    return path / f"localization-{project_id}{language}.{chosen.name}"


def _show(report: Mapping[str, Any]) -> None:
    rows = [
        (name, one["place"], one["key"] or "-", one["locale"] or "-", one["message"] or one["reason"] or "-")
        for name in LISTS
        for one in report[name]["listed"]
    ]
    if rows:
        say_table(COLUMNS, rows)
    for name in LISTS:
        left_out = report[name]["total"] - len(report[name]["listed"])
        if left_out:
            note(f"{left_out} more that are {name} are not listed")
    counted = ", ".join(f"{name} {report[name]['total']}" for name in LISTS)
    said = "would be: " if report["preview"] else ""
    say(f"{said}{counted}, unchanged {report['unchanged']}")
