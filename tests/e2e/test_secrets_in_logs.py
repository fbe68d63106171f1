"""No secret is logged, not even where everything is logged; and the look through the logs would find one."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.factories.logs import SHAPES, keep_records, leaks
from tests.factories.program import Program, Up, data_dir

pytestmark = pytest.mark.xdist_group("cli-secrets")
PASSWORD = "of-the-database-and-never-in-a-log"  # noqa: S105 - a password that nothing has
WRONG = f"sa_{'a' * 16}_{'b' * 43}"


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with data_dir() as home:
        yield Program(home, {"STORYARN_DATA_DIR": str(home / "data"), "STORYARN_LOG_LEVEL": "debug"})


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_service_that_logs_everything_logs_no_secret(
    program: Program, log_format: str, tmp_path: Path
) -> None:
    told = program.having({"STORYARN_LOG_FORMAT": log_format})
    made = told.run("token", "create", "--email", "a@example.org", "--json").json["token"]
    with Up(told, "up", "--port", "0", "--workers", "1") as up, httpx.Client(base_url=up.url) as client:
        header = {"Authorization": f"Bearer {made}"}
        project = client.post("/api/projects", json={"name": "Tale"}, headers=header).json()["id"]
        url = f"/api/projects/{project}/exports"
        asked = {**header, "Prefer": "respond-async, wait=20"}
        job = client.post(url, json={"format": "storyarn"}, headers=asked).json()
        ticket = client.post("/api/stream-tickets", headers=header).json()["ticket"]
        assert client.get(f"{job['download_url']}?ticket={ticket}").status_code == 200
        assert client.get(f"{job['download_url']}?ticket={ticket}").status_code == 401
        assert client.get(f"/api/projects?token={made}").status_code == 401
        assert client.get(f"/api/projects/{made}?x={made}").status_code == 401
        assert client.get("/api/projects", headers={"Authorization": f"Bearer {WRONG}"}).status_code == 401
        up.stop()
        log = up.kept
    (tmp_path / "up.log").write_text(log)
    assert job["job_id"] in log
    assert "request" in log
    assert leaks(tmp_path, [made, ticket]) == []


def test_a_database_that_is_away_is_named_without_its_password(program: Program) -> None:
    url = f"postgresql://storyarn:{PASSWORD}@127.0.0.1:1/storyarn"
    away = program.having({"STORYARN_DATABASE_URL": url})
    for command in (["api", "--port", "0"], ["worker"], ["migrate"], ["doctor"], ["doctor", "--settings"]):
        done = away.run(*command, ok=False)
        assert PASSWORD not in done.stdout + done.stderr


def test_the_look_finds_each_kind(tmp_path: Path) -> None:
    handler = keep_records(tmp_path / "libraries.log")
    assert leaks(tmp_path, []) == []
    handler.close()
    lines = {
        "token": f"GET /?token={WRONG}",
        "ticket": f"st_{'c' * 43} is used",
        "password in a URL": "postgresql+psycopg://me:secret@host/x",
        "signature of a URL": "https://store/x?X-Amz-Signature=0123456789abcdef",
        "header": "{'Authorization': 'Bearer x'}",
    }
    assert lines.keys() == SHAPES.keys()
    for kind, line in lines.items():
        (tmp_path / "one.log").write_text(f"nothing\n{line}\npostgresql://me:***@host/x\n")
        assert [one.split(": ")[1] for one in leaks(tmp_path, [])] == [kind]
    (tmp_path / "one.log").write_text("a known one")
    assert len(leaks(tmp_path, ["known"])) == 1
