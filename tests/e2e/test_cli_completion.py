"""`completion`, and what shells get when they ask."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path, {})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(program: Program, shell: str) -> None:
    script = program.run("completion", shell).stdout
    assert "storyarn-export" in script
    assert f"complete_{shell}" in script
    assert program.run("completion", shell, "--json").json == {"shell": shell, "script": script.rstrip("\n")}


@pytest.mark.skipif(shutil.which("bash") is None, reason="asks as bash does")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("expo", {"export", "exports"}),
        ("export --o", {"--option", "--output"}),
        ("import 1 story.json --conflicts r", {"rename"}),
        ("token ", {"create", "list", "revoke"}),
        ("completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes(program: Program, typed: str, offered: set[str]) -> None:
    script = program.run("completion", "bash").stdout
    (function,) = [line.split("-F ")[1].split()[0] for line in script.splitlines() if "-F " in line]
    words = ["storyarn-export", *typed.split(" ")]
    quoted = " ".join(f"'{word}'" for word in words)
    asked = f"{script}\nCOMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}\n{function} storyarn-export\n"
    done = subprocess.run(
        ["bash", "-c", asked + 'printf "%s\\n" "${COMPREPLY[@]}"'],
        cwd=program.directory,
        env={
            **program.environment(),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert (set(done.stdout.split()), done.stderr) == (offered, "")
