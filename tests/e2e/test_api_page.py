"""What docs/api.md tells people to type does what the page says."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.factories.program import Program, Up, data_dir

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(
    r"^```sh\n(?P<typed>.*?)^```\n(?:```text\n(?P<shown>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
ANYTHING = "…"
LIMIT_SECONDS = 150

pytestmark = [
    pytest.mark.xdist_group("api-page"),
    pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl"))), reason="the page is for bash and curl"),
]


@dataclass(frozen=True, slots=True)
class Block:
    """Something to type, and what comes of it."""

    typed: str
    shown: str


def blocks() -> list[Block]:
    return [Block(found["typed"], found["shown"] or "") for found in BLOCK.finditer(PAGE.read_text())]


def fits(said: str, shown: str) -> bool:
    """Whether the page tells what was said; `…` stands for anything, on a line of its own for any lines."""
    lines = [
        r"(?:.*\n)*?" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + r"\n"
        for line in shown.splitlines()
    ]
    said_lines = "".join(f"{line}\n" for line in said.splitlines())
    return re.fullmatch("".join(lines), said_lines) is not None


@pytest.fixture
def program_and_url() -> Iterator[tuple[Program, str]]:
    with data_dir() as home:
        program = Program(home, {"STORYARN_DATA_DIR": str(home / "data")})
        with Up(program, "up", "--port", "0") as up:
            yield program, up.url


def test_the_page_is_true(program_and_url: tuple[Program, str], tmp_path: Path) -> None:
    program, url = program_and_url
    found = blocks()
    assert len(found) == PAGE.read_text().count("```sh\n") > 8
    # One shell for all of them, since the page goes on with what it has; stopped by the first that fails.
    script = "set -e\n" + "".join(
        f"{{ {one.typed}\n}} > said-{number}.txt 2>&1\n" for number, one in enumerate(found)
    )
    environment = program.having({"STORYARN_SERVER": url}).environment()
    # The page is typed in a checkout, whose programs come first.
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    for number, one in enumerate(found):
        said = tmp_path / f"said-{number}.txt"
        assert said.exists(), f"the page stops before\n{one.typed}"
        assert fits(said.read_text(), one.shown), f"{one.typed}said\n{said.read_text()}and not\n{one.shown}"
    assert done.returncode == 0


def test_what_does_not_fit_is_told() -> None:
    assert fits("a 12 b\nc\n", "a … b\nc\n")
    assert fits("x\ny\nlast", "…\nlast\n")
    assert not fits("a 12 b\nd\n", "a … b\nc\n")
    assert not fits("more\n", "")
