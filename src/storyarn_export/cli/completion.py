"""`completion`: what a shell needs to complete commands, options and values."""

from enum import StrEnum
from typing import Annotated

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined] # used there, not exported

from storyarn_export.cli.output import say, say_json
from storyarn_export.cli.parameters import AsJson

PROGRAM = "storyarn-export"
VARIABLE = "_STORYARN_EXPORT_COMPLETE"
"""By which the script asks the program; the library derives it from the program's name."""


class Shell(StrEnum):
    """Shells that can be told."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="Which shell is to complete.")],
    as_json: AsJson = False,
) -> None:
    """Print what makes a shell complete commands, options and values.

    For bash, put `source <(storyarn-export completion bash)` into ~/.bashrc; for zsh the same with `zsh` into ~/.zshrc,
    below `compinit`; for fish, `storyarn-export completion fish | source` into config.fish.
    """
    script = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value)
    if as_json:
        say_json({"shell": shell.value, "script": script})
    else:
        say(script)
