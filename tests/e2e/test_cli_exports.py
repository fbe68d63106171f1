"""Ending exports from the command line, and cleaning up after them."""

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from tests.factories.program import Program, Up, data_dir

pytestmark = pytest.mark.xdist_group("cli-exports")
# Of the two projects, one is exported inside the request.
THRESHOLD = 100
QUEUED, SMALL = 300, 30
LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Service:
    """A server without workers: what is queued waits."""

    home: Path
    url: str
    client: Program
    project: str

    def exports(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = self.client.run("exports", "list", self.project, "--json").json[
            "exports"
        ]
        return listed

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def believe(self, content: bytes, job_id: str) -> None:
        """Have the row say that this is what was written."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "UPDATE export_jobs SET sha256 = %s, file_size = %s WHERE id = %s",
                (sha256(content).hexdigest(), len(content), job_id),
            )

    def files(self) -> list[Path]:
        return [path for path in (self.home / "data" / "storage").rglob("*") if path.is_file()]

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """An `export` that waits for its job."""
        process = self.client.start("export", self.project, *arguments)
        assert process.stderr is not None
        assert "pending" in process.stderr.readline()
        return process


@pytest.fixture(scope="module")
def up_and_client() -> Iterator[tuple[Path, str, Program]]:
    with data_dir() as home:
        program = Program(
            home, {"STORYARN_DATA_DIR": str(home / "data"), "STORYARN_SYNC_THRESHOLD": str(THRESHOLD)}
        )
        with Up(program, "up", "--port", "0", "--workers", "0") as up:
            url = program.run("doctor", "--json").json["database_url"]
            yield home, url, program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": up.token})


@pytest.fixture
def service(up_and_client: tuple[Path, str, Program]) -> Service:
    home, url, client = up_and_client
    made = client.run("projects", "seed", "--entities", str(QUEUED), "--json").json
    return Service(home, url, client, made["project_id"])


@pytest.fixture
def small(up_and_client: tuple[Path, str, Program]) -> Service:
    home, url, client = up_and_client
    made = client.run("projects", "seed", "--entities", str(SMALL), "--json").json
    return Service(home, url, client, made["project_id"])


def interrupted(process: "subprocess.Popen[str]", number: int) -> str:
    """What a command says when it is told to stop while it follows a job."""
    process.send_signal(number)
    _, said = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in said
    return said.splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_cancels_what_it_began(service: Service, number: int) -> None:
    line = interrupted(service.begin(), number)
    (job,) = service.exports()
    assert (job["status"], line) == ("cancelled", f"the export {job['job_id']} is cancelled")


def test_ctrl_c_leaves_what_others_began(service: Service) -> None:
    first = service.begin()
    (job,) = service.exports()
    for follower in (
        # The second asks for the same and is given the first one's job.
        service.begin(),
        service.begin("--job", str(job["job_id"])),
    ):
        line = interrupted(follower, signal.SIGINT)
        assert f"export {service.project} --job {job['job_id']}" in line
    (job,) = service.exports()
    assert job["status"] == "pending"
    assert interrupted(first, signal.SIGINT) == f"the export {job['job_id']} is cancelled"


@pytest.mark.parametrize("command", ["cancel", "delete"])
def test_whoever_follows_hears_of_it(service: Service, command: str) -> None:
    process = service.begin()
    (job,) = service.exports()
    service.client.run("exports", command, service.project, str(job["job_id"]))
    _, said = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 1
    assert said.splitlines()[-1].startswith(f"error: the export {job['job_id']} was cancelled")


def test_list_cancel_delete(small: Service, tmp_path: Path) -> None:
    assert small.client.run("exports", "list", small.project).stdout.split()[0] == "id"
    made = small.client.run("export", small.project, "-o", str(tmp_path / "story.json"), "--json").json
    (listed,) = small.exports()
    assert listed["job_id"] == made["job_id"]
    line = small.client.run("exports", "list", small.project, "--limit", "1").stdout.splitlines()[1]
    assert line.split()[:4] == [made["job_id"], "storyarn", "completed", "100"]
    over = small.client.run("exports", "cancel", small.project, made["job_id"], ok=False)
    assert (over.code, over.error.startswith("error: not-cancellable: ")) == (1, True)
    deleted = small.client.run("exports", "delete", small.project, made["job_id"], "--json").json
    assert deleted == {"job_id": made["job_id"], "deleted": True}
    assert small.exports() == []
    gone = small.client.run("exports", "delete", small.project, made["job_id"], ok=False)
    assert (gone.code, gone.error.startswith("error: not-found: ")) == (1, True)
    nonsense = small.client.run("exports", "cancel", small.project, "../../x", ok=False)
    assert (nonsense.code, nonsense.error.startswith("error: not-found: ")) == (1, True)


def test_cancel_can_be_repeated(service: Service) -> None:
    process = service.begin()
    (job,) = service.exports()
    for _ in range(2):
        cancelled = service.client.run(
            "exports", "cancel", service.project, str(job["job_id"]), "--json"
        ).json
        assert (cancelled["job_id"], cancelled["status"]) == (job["job_id"], "cancelled")
    process.communicate(timeout=LIMIT_SECONDS)


def test_cleanup_and_what_is_expired(small: Service, tmp_path: Path) -> None:
    made = small.client.run("export", small.project, "-o", str(tmp_path / "story.json"), "--json").json
    small.execute("UPDATE export_jobs SET expires_at = now() - interval '1 hour' WHERE status = 'completed'")
    cleaned = small.client.run("cleanup", "--json").json
    assert (cleaned["failures"], cleaned["removed"]["expired_files"] >= 1) == (0, True)
    assert small.files() == []
    assert small.client.run("cleanup").stdout == "there was nothing to remove\n"
    target = tmp_path / "again.json"
    gone = small.client.run("export", small.project, "--job", made["job_id"], "-o", str(target), ok=False)
    assert gone.code == 1
    assert gone.stderr.splitlines()[-1].startswith("error: the file of the export")
    assert json.loads((tmp_path / "story.json").read_bytes())["project"]
    assert not target.exists()


def test_verify_tells_good_files_from_changed_ones(small: Service, tmp_path: Path) -> None:
    output = ("-o", str(tmp_path / "story.json"))
    good = small.client.run("export", small.project, *output, "--verify", "--json").json
    assert good["verification"]["status"] == "equal"
    file = next(one for one in small.files() if one.stat().st_size == good["file_size"])
    changed = file.read_bytes().replace(b'"color":', b'"mood":null,"color":', 1)
    file.write_bytes(changed)
    small.believe(changed, good["job_id"])
    again = ("export", small.project, "--job", good["job_id"], *output, "--verify")
    bad = small.client.run(*again, ok=False)
    *_, place, error = bad.stderr.splitlines()
    assert (bad.code, error) == (1, "error: the file does not come back as it is")
    assert place.startswith("$.sheets[0].mood: ")


@pytest.mark.parametrize(("compression", "ending"), [("gzip", ".json.gz"), ("zstd", ".json.zst")])
def test_compressed_files(small: Service, tmp_path: Path, compression: str, ending: str) -> None:
    made = small.client.run(
        "export", small.project, "--compression", compression, "-o", str(tmp_path), "--verify", "--json"
    ).json
    path = Path(made["path"])
    assert (path.name, path.stat().st_size) == (made["filename"], made["file_size"])
    assert path.name.endswith(ending)
    assert made["verification"]["status"] == "equal"
    loaded = small.client.run("projects", "load", str(path), "--json").json
    assert loaded["total"] == made["entities"]["total"]
    twice = small.client.run(
        "export", small.project, "--compression", "gzip", "--option", "compression=zstd", ok=False
    )
    assert (twice.code, "compression is given twice" in twice.stderr) == (2, True)


def test_verify_waits_for_a_worker(service: Service, tmp_path: Path) -> None:
    output = ("-o", str(tmp_path / "story.json"))
    worker = service.client.start("worker")
    try:
        good = service.client.run("export", service.project, *output, "--verify", "--json")
        assert good.json["verification"]["status"] == "equal"
        assert "the server reads the file back" in good.stderr
        job_id = good.json["job_id"]
        file = next(one for one in service.files() if one.stat().st_size == good.json["file_size"])
        file.write_bytes(file.read_bytes().replace(b'"node_count":', b'"wode_count":', 1))
        service.believe(file.read_bytes(), job_id)
        bad = service.client.run("export", service.project, "--job", job_id, *output, "--verify", ok=False)
    finally:
        worker.terminate()
        worker.communicate(timeout=LIMIT_SECONDS)
    assert bad.code == 1
    assert "$.metadata.statistics.node_count: " in bad.stderr
    assert bad.stderr.splitlines()[-1] == "error: the file does not come back as it is"


def test_verify_ends_with_the_export(service: Service, tmp_path: Path) -> None:
    worker = service.client.start("worker", "--queues", "exports")
    try:
        made = service.client.run(
            "export", service.project, "-o", str(tmp_path / "story.json"), "--json"
        ).json
    finally:
        worker.terminate()
        worker.communicate(timeout=LIMIT_SECONDS)
    arguments = ("export", service.project, "--job", made["job_id"], "-o", str(tmp_path), "--verify")
    verifying = service.client.start(*arguments)
    assert verifying.stderr is not None
    assert any("the server reads the file back" in line for line in verifying.stderr)
    service.client.run("exports", "delete", service.project, made["job_id"])
    _, said = verifying.communicate(timeout=LIMIT_SECONDS)
    assert (verifying.returncode, "not-found" in said) == (1, True)
