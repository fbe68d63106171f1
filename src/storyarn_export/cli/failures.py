"""How a command says that it failed."""

from enum import IntEnum

import typer


class ExitCode(IntEnum):
    """What the program returns to the shell."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130


class CommandError(Exception):
    """The command cannot do what it was asked; the message is one line for the person who asked."""


def usage_error(option: str, message: str) -> typer.BadParameter:
    """A mistake in the arguments that only the command itself can see; exit code 2.

    Args:
        option: as it is typed, such as `--scopes`.
        message: what it takes.
    """
    return typer.BadParameter(message, param_hint=option)


def one_line(error: Exception) -> str:
    """The message of an error and its hint, on one line."""
    hint = getattr(error, "hint", None)
    text = f"{error} ({hint})" if hint else str(error)
    return " ".join(text.split()) or type(error).__name__
