"""Options that several commands share, so that they are spelt and explained once."""

from pathlib import Path
from typing import Annotated

import typer

from storyarn_export.cli.failures import usage_error

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Directory of the embedded server and the files; default: STORYARN_DATA_DIR, then .data.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, last on stdout.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: a free one.")]
Owner = Annotated[
    str | None,
    typer.Option(metavar="EMAIL", help="Who gets the role owner; default: the first user there is."),
]
UntilStdinCloses = Annotated[
    bool,
    typer.Option(
        "--until-stdin-closes", hidden=True, help="Also stop when stdin ends, as it does with the parent."
    ),
]
Server = Annotated[
    str, typer.Option(envvar="STORYARN_SERVER", metavar="URL", help="Where the API is.", show_envvar=True)
]
Token = Annotated[
    str, typer.Option(envvar="STORYARN_TOKEN", metavar="TOKEN", help="Bearer token.", show_envvar=True)
]


def require_token(token: str) -> None:
    """Nothing, if there is a token.

    Raises:
        BadParameter: There is none; exit code 2.
    """
    if not token:
        raise usage_error("--token", "is needed, or STORYARN_TOKEN; `storyarn-export token create` makes one")
