"""`validate`: what is wrong with a project, by way of the HTTP API."""

from typing import Annotated, Any

import typer

from storyarn_export.cli.export_options import parse_options
from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.output import note, say, say_json
from storyarn_export.cli.parameters import AsJson, Server, Token, require_token

LISTS = ("errors", "warnings", "info")


def validate(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="KEY=VALUE", help="As for `export`; may be repeated."),
    ] = None,
    server: Server = "http://127.0.0.1:8000",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with a project, as an export would find it.

    Errors, at which an export stops unless it is told otherwise, make the command fail; warnings do not.
    """
    require_token(token)
    options = parse_options(option or [])
    with ApiClient(server, token) as client:
        url = f"/api/projects/{client.project_id(project)}/exports/validate"
        report = dict(client.asked("POST", url, json={"options": options}))
    if as_json:
        say_json(report)
    else:
        _show(report)
    if report["status"] == "errors":
        raise CommandError(f"the project has errors: {report['statistics']['errors']}")


def _show(report: dict[str, Any]) -> None:
    statistics = report["statistics"]
    for name in LISTS:
        for one in report[name]:
            say(f"{one['severity']}: {one['rule']}: {one['message']}")
        left_out = statistics[name] - len(report[name])
        if left_out:
            note(f"{left_out} more {name} are not listed")
    counted = ", ".join(f"{name} {statistics[name]}" for name in LISTS)
    checked = ", ".join(f"{kind} {statistics[f'checked_{kind}']}" for kind in ("sheets", "flows", "nodes"))
    say(f"{report['status']}: {counted}; looked at {checked}")
