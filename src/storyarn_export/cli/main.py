"""The entry point: commands by name, and errors as one line and an exit code."""

import logging
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from keyword import iskeyword
from typing import Annotated

import typer

from storyarn_export.cli.failures import CommandError, ExitCode, one_line
from storyarn_export.cli.output import note, say
from storyarn_export.cli.running import interrupt_on_terminate
from storyarn_export.db.embedded import EmbeddedServerError
from storyarn_export.domain.errors import StoryarnError
from storyarn_export.settings import SettingsError

COMMANDS = (
    "up",
    "api",
    "worker",
    "migrate",
    "doctor",
    "cleanup",
    "export",
    "validate",
    "import",
    "formats",
    "completion",
    "demo",
)
GROUPS = ("token", "projects", "exports", "imports", "localization")
"""Each is the module of this package with the same name, and in it the function or group of the same name."""

EXPECTED = (CommandError, StoryarnError, SettingsError, EmbeddedServerError)
"""What a person can do something about: one line, no traceback."""


def main() -> int:
    """Runs the command of this process's arguments.

    Returns:
        An ExitCode.
    """
    interrupt_on_terminate()
    logging.basicConfig(level=logging.WARNING)
    try:
        _build(sys.argv[1:])()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except EXPECTED as error:
        note(f"error: {one_line(error)}")
        return ExitCode.FAILED
    return ExitCode.OK


def _build(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        name="storyarn-export",
        no_args_is_help=True,
        # Errors stay plain lines that scripts and logs can hold.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_every_command)
    # Most commands need the half of the libraries that the others do not: only what may be meant is imported.
    named = set(arguments).intersection(COMMANDS + GROUPS) or {*COMMANDS, *GROUPS}
    for name in COMMANDS:
        if name in named:
            # A word of the language cannot be the name of a module.
            attribute = f"{name}_" if iskeyword(name) else name
            command: Callable[..., None] = getattr(import_module(f"{__package__}.{attribute}"), attribute)
            app.command(name)(command)
    for name in GROUPS:
        if name in named:
            group: typer.Typer = getattr(import_module(f"{__package__}.{name}"), name)
            app.add_typer(group, name=name)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        say(version("storyarn-export"))
        raise typer.Exit


def _every_command(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and exit."),
    ] = False,
) -> None:
    """Streams whole Storyarn projects out of PostgreSQL and back in."""
