"""Commands beside a running `up` on the same data dir."""

import gzip
import hashlib
import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from storyarn_export.domain.story import Kind
from tests.factories.program import PROGRAM, Program, Up, data_dir

pytestmark = pytest.mark.xdist_group("cli-commands")
LARGE = 3000
SMALL = 300
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Service:
    up: Up
    program: Program
    large_id: str


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with data_dir() as home:
        program = Program(
            home, {"STORYARN_DATA_DIR": str(home / "data"), "STORYARN_PROGRESS_MIN_INTERVAL_SECONDS": "0.05"}
        )
        with Up(program, "up", "--port", "0") as up:
            client = program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": up.token})
            seeded = client.run(
                "projects", "seed", "--entities", str(LARGE), "--name", "Large", "--json"
            ).json
            yield Service(up, client, seeded["project_id"])


def test_token_create_list_and_revoke(service: Service) -> None:
    made = service.program.run("token", "create", "--email", "New@Example.org", "--json").json
    assert set(made) == {"id", "token", "email"}
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert httpx.get(f"{service.up.url}/api/projects", headers=bearer).json()["items"] == []

    listed = service.program.run("token", "list", "--json").json["tokens"]
    (row,) = [one for one in listed if one["id"] == made["id"]]
    assert (row["email"], row["scopes"], row["revoked_at"]) == (
        "New@Example.org",
        ["exports", "imports"],
        None,
    )
    assert made["token"] not in json.dumps(listed)

    service.program.run("token", "revoke", made["id"])
    assert httpx.get(f"{service.up.url}/api/projects", headers=bearer).status_code == 401
    assert service.program.run("token", "revoke", made["id"], ok=False).code == 1


def test_the_token_alone_is_on_stdout(service: Service) -> None:
    done = service.program.run("token", "create", "--email", "shell@example.org", "--scopes", "exports")
    assert done.stdout.startswith("sa_")
    assert len(done.stdout.split()) == 1


def test_projects_create_gives_the_first_user_an_empty_project(service: Service) -> None:
    made = service.program.run("projects", "create", "A new one", "--json").json
    assert made == {
        "project_id": made["project_id"],
        "name": "A new one",
        "counts": {kind.value: 0 for kind in Kind},
        "total": 0,
    }
    shown = _api(service, f"/api/projects/{made['project_id']}")
    assert (shown["role"], shown["slug"]) == ("owner", "a-new-one")


def test_projects_belong_to_the_owner_that_is_named(service: Service) -> None:
    made = service.program.run("projects", "create", "Theirs", "--owner", "them@example.org", "--json").json
    listed = service.program.run("projects", "list", "--json").json["projects"]
    (row,) = [one for one in listed if one["project_id"] == made["project_id"]]
    assert row["owner"] == "them@example.org"


def test_people_get_the_project_id_last(service: Service) -> None:
    lines = service.program.run("projects", "seed", "--entities", str(SMALL)).stdout.splitlines()
    assert _api(service, f"/api/projects/{lines[-1]}")["id"] == lines[-1]


def test_seed_counts_what_the_api_counts(service: Service) -> None:
    seeded = service.program.run("projects", "seed", "--entities", str(SMALL), "--seed", "7", "--json").json
    counted = _api(service, f"/api/projects/{seeded['project_id']}/counts")
    assert (counted["total"], sum(seeded["counts"].values())) == (seeded["total"], seeded["total"])
    assert abs(seeded["total"] - SMALL) <= SMALL // 2


def test_an_export_is_downloaded_and_verified(service: Service, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "story.json"
    done = service.program.run("export", service.large_id, "-o", str(target), "--json")
    job = done.json
    assert job["path"] == str(target)
    assert (job["status"], job["progress"], job["mode"]) == ("completed", 100, "async")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == job["sha256"]
    assert "export 100 %" in done.stderr
    assert json.loads(target.read_bytes())["project"]["name"] == "Large"
    assert [path.name for path in target.parent.iterdir()] == ["story.json"]


def test_a_project_is_found_by_its_slug_and_options_are_honoured(service: Service, tmp_path: Path) -> None:
    options = ("--option", "include_flows=false", "--option", "languages=", "--option", "include_assets=none")
    done = service.program.run("export", "large", "-o", str(tmp_path), *options)
    (path,) = tmp_path.iterdir()
    assert done.stdout.splitlines() == [str(path)]
    document = json.loads(path.read_bytes())
    assert "flows" not in document
    assert "assets" not in document
    assert "sheets" in document


def test_an_export_goes_to_stdout_and_nothing_with_it(service: Service) -> None:
    written = service.program.run_bytes("export", service.large_id, "-o", "-")
    assert json.loads(written)["project"]["name"] == "Large"


def test_an_export_asked_for_before_is_fetched_again(service: Service, tmp_path: Path) -> None:
    first = service.program.run("export", service.large_id, "-o", str(tmp_path / "one"), "--json").json
    again = service.program.run(
        "export", service.large_id, "--job", first["job_id"], "-o", str(tmp_path / "two"), "--json"
    ).json
    assert (again["job_id"], again["sha256"]) == (first["job_id"], first["sha256"])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_export_can_be_loaded_from_json_and_from_gzip(service: Service, tmp_path: Path) -> None:
    plain = tmp_path / "story.json"
    service.program.run("export", service.large_id, "-o", str(plain))
    packed = tmp_path / "story.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    loaded = [
        service.program.run("projects", "load", str(path), "--name", f"Copy {number}", "--json").json
        for number, path in enumerate((plain, packed))
    ]
    total = _api(service, f"/api/projects/{service.large_id}/counts")["total"]
    assert [one["total"] for one in loaded] == [total, total]
    assert loaded[0]["counts"] == loaded[1]["counts"]
    assert [one["name"] for one in loaded] == ["Copy 0", "Copy 1"]


def test_a_broken_document_is_one_line_and_changes_nothing(service: Service, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    service.program.run("export", service.large_id, "-o", str(broken))
    broken.write_bytes(broken.read_bytes()[:-100_000])
    before = service.program.run("projects", "list", "--json").json
    done = service.program.run("projects", "load", str(broken), ok=False)
    assert (done.code, done.stdout) == (1, "")
    assert "invalid-json at " in done.error or "invalid_json at " in done.error
    assert service.program.run("projects", "list", "--json").json == before


def test_doctor_names_the_running_database(service: Service) -> None:
    found = service.program.run("doctor", "--json").json
    assert found["ok"]
    assert [check["name"] for check in found["checks"]] == [
        "settings",
        "database",
        "schema",
        "queue",
        "storage",
        "disk",
    ]
    database = found["checks"][1]
    assert database["database_url"] == found["database_url"]
    with psycopg.connect(found["database_url"]) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM projects").fetchone() == (True,)
    password = found["database_url"].partition("@")[0].rpartition(":")[2]
    assert password not in service.program.run("doctor").stdout


def test_a_terminal_shows_bars_with_rate_and_time(service: Service, tmp_path: Path) -> None:
    """In a pipe there are lines; here stderr is a terminal."""
    leader, follower = pty.openpty()
    environment = {**service.program.environment(), "TERM": "xterm", "COLUMNS": "140"}
    with subprocess.Popen(
        [*PROGRAM, "export", "large", "-o", str(tmp_path / "large.json")],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=follower,
        text=True,
    ) as process:
        os.close(follower)
        shown = _all_of(leader)
        said, _ = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (0, str(tmp_path / "large.json"))
    assert re.search(r"export .*100%.*of 3,\d{3} entities completed.* entities/s\s+\d+:\d\d:\d\d", shown)
    assert re.search(r"download .*100%.*(\d+\.\d) of \1 MiB.* MiB/s\s+\d+:\d\d:\d\d", shown)


def _all_of(terminal: int) -> str:
    """What comes out of it until nobody writes any more."""
    shown = bytearray()
    # A terminal whose other side is closed gives an error and no end.
    with suppress(OSError):
        while piece := os.read(terminal, 4096):
            shown += piece
    os.close(terminal)
    return COLOURS.sub("", shown.decode())


def test_refusals_of_the_server_are_one_line(service: Service) -> None:
    wrong_option = service.program.run(
        "export", service.large_id, "--option", "include_flows=maybe", ok=False
    )
    wrong_format = service.program.run("export", service.large_id, "--format", "papyrus", ok=False)
    wrong_project = service.program.run("export", "no-such-project", ok=False)
    nearly = service.program.run("export", "lagre", ok=False)
    wrong_token = service.program.having({"STORYARN_TOKEN": "sa_wrong"}).run(
        "export", service.large_id, ok=False
    )
    refused = (wrong_option, wrong_format, wrong_project, nearly, wrong_token)
    assert [done.code for done in refused] == [1, 1, 1, 1, 1]
    assert "Did you mean 'large'?" in nearly.error
    assert "include_flows" in wrong_option.error
    assert "unknown-format" in wrong_format.error
    assert "no-such-project" in wrong_project.error
    assert "sa_wrong" not in wrong_token.error


def _api(service: Service, path: str) -> dict[str, object]:
    answer = httpx.get(f"{service.up.url}{path}", headers={"Authorization": f"Bearer {service.up.token}"})
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body
