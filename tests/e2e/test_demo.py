"""What `make demo` runs."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyarn_export.db.embedded import EmbeddedServer
from tests.factories.program import Program, data_dir

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with data_dir() as place:
        yield place


def test_the_demo_ends_with_a_verified_file_and_runs_again_on_its_directory(home: Path) -> None:
    # A configured database is none of the demo's business.
    program = Program(home, {"STORYARN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"})
    place = home / "demo"
    done = program.run("demo", "--data-dir", str(place), "--entities", "3000")
    assert "202, job " in done.stdout
    assert "export 100 %" in done.stdout
    (path,) = [Path(line.split("file: ")[1]) for line in done.stdout.splitlines() if "file: " in line]
    assert path.is_relative_to(place)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in done.stdout
    assert "make serve" in done.stdout
    assert EmbeddedServer(place).status() is None

    done = program.run("demo", "--data-dir", str(home / "demo"), "--entities", "3000", "--json")
    job = done.json
    assert (job["status"], job["percentages"][-1]) == ("completed", 100)
    assert job["percentages"] == sorted(job["percentages"])
    assert hashlib.sha256(Path(job["path"]).read_bytes()).hexdigest() == job["sha256"]
    assert "is here from an earlier run" in done.stderr
