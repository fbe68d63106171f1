"""`import` and `imports`: a file into a project from the command line."""

import gzip
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.factories.bringing import long_tale, tale
from tests.factories.program import Program, Up, data_dir

pytestmark = pytest.mark.xdist_group("cli-imports")
LONG = 2_500


@dataclass(frozen=True, slots=True)
class Service:
    """A server with a worker, and an empty project."""

    home: Path
    client: Program
    project: str

    def file(self, content: bytes, name: str = "tale.json") -> str:
        path = self.home / name
        path.write_bytes(content)
        return str(path)

    def imports(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = self.client.run("imports", "list", self.project, "--json").json[
            "imports"
        ]
        return listed


@pytest.fixture(scope="module")
def up_and_client() -> Iterator[tuple[Path, Program]]:
    with data_dir() as home:
        program = Program(home, {"STORYARN_DATA_DIR": str(home / "data")})
        with Up(program, "up", "--port", "0") as up:
            yield home, program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": up.token})


@pytest.fixture
def service(up_and_client: tuple[Path, Program]) -> Service:
    home, client = up_and_client
    made = client.run("projects", "create", "Tale", "--json").json
    return Service(home, client, made["project_id"])


def test_a_file_comes_in_with_preview_and_report(service: Service) -> None:
    done = service.client.run("import", service.project, service.file(tale("Jon", "Arya")))
    lines = done.stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("sheets")] == [
        ["sheets", "2", "2", "0"],
        ["sheets", "2", "0", "0", "0"],
    ]
    more = service.file(gzip.compress(tale("Jon", "Sansa")), "more.json.gz")
    again = service.client.run("import", service.project, more, "--conflicts", "rename", "--json").json
    assert set(again) == {"import_id", "preview", "report"}
    assert again["preview"]["sections"]["sheets"]["existing"] == 1
    assert again["report"]["sections"]["sheets"]["renamed"] == 1
    kept = service.home / "kept.json"
    undo = again["report"]["undo_export"]["job_id"]
    service.client.run("export", service.project, "--job", undo, "-o", str(kept))
    assert {one["name"] for one in json.loads(kept.read_bytes())["sheets"]} == {"Jon", "Arya"}


def test_a_long_file_goes_through_the_queue(service: Service) -> None:
    done = service.client.run("import", service.project, service.file(long_tale(LONG)), "--json")
    assert done.json["report"]["created"]["sheet"] == LONG
    assert any("upload 100 %" in line for line in done.stderr.splitlines())
    assert any("running" in line or "completed" in line for line in done.stderr.splitlines())


def test_preview_only_changes_nothing(service: Service) -> None:
    file = service.file(tale("Jon"))
    seen = service.client.run("import", service.project, file, "--preview-only", "--json").json
    assert (seen["preview"]["total"], seen["report"]) == (2, None)
    assert service.imports() == []
    counts = service.client.run("export", service.project, "-o", "-").stdout
    assert json.loads(counts)["sheets"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "invalid-json"), (long_tale(LONG).replace(b'"Sheet 9"', b"5"), "$.sheets[8]")],
)
def test_bad_files_are_one_line(service: Service, content: bytes, said: str) -> None:
    done = service.client.run("import", service.project, service.file(content), ok=False)
    assert done.code == 1
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_what_cannot_be_meant(service: Service) -> None:
    missing = service.client.run("import", service.project, "nowhere.json", ok=False)
    assert (missing.code, "nowhere.json" in missing.error) == (1, True)
    guess = ("import", service.project, service.file(tale("Jon")), "--conflicts", "guess")
    assert service.client.run(*guess, ok=False).code == 2
    nobody = service.client.having({"STORYARN_TOKEN": ""}).run("import", "1", "x", ok=False)
    assert (nobody.code, "--token" in nobody.stderr) == (2, True)


def test_imports_are_listed_cancelled_and_deleted(service: Service) -> None:
    service.client.run("import", service.project, service.file(tale("Jon")))
    (listed,) = service.imports()
    assert listed["status"] == "completed"
    over = service.client.run("imports", "cancel", service.project, str(listed["import_id"]), ok=False)
    assert (over.code, "not-cancellable" in over.stderr) == (1, True)
    service.client.run("imports", "delete", service.project, str(listed["import_id"]))
    assert service.imports() == []


def test_ctrl_c_while_the_file_is_sent_leaves_nothing(service: Service) -> None:
    fifo = service.home / "endless"
    fifo.write_bytes(long_tale(20_000))
    process = service.client.start("import", service.project, str(fifo))
    assert process.stderr is not None
    process.stderr.readline()
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in {0, 130}
    assert "Traceback" not in said
    assert all(one["status"] in {"cancelled", "completed"} for one in service.imports())
