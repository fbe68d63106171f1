"""`up` from the first start on an empty directory to the end, and after a kill."""

import os
import pty
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from storyarn_export.db.embedded import EmbeddedServer
from tests.factories.program import PROGRAM, READY, Program, Up, data_dir

# One cluster for all of them: making one takes longer than most of the tests.
pytestmark = pytest.mark.xdist_group("cli-up")
GONE_LIMIT_SECONDS = 40.0


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with data_dir() as place:
        yield place


@pytest.fixture(scope="module")
def program(home: Path) -> Program:
    return Program(home, {"STORYARN_DATA_DIR": str(home / "data"), "STORYARN_SHUTDOWN_SECONDS": "5"})


@pytest.fixture(scope="module")
def first_start(program: Program) -> tuple[list[str], str, int]:
    with Up(program, "up", "--port", "0", "--workers", "0") as up:
        health = httpx.get(f"{up.url}/healthz").status_code
        projects = httpx.get(f"{up.url}/api/projects", headers={"Authorization": f"Bearer {up.token}"})
        assert (health, projects.status_code) == (200, 200)
        token, code = up.token, up.stop()
    return up.lines, token, code


def test_the_first_start_prints_token_and_address_and_ends_with_0(
    first_start: tuple[list[str], str, int], home: Path
) -> None:
    lines, token, code = first_start
    assert lines[0] == f"admin token: {token}"
    assert READY.fullmatch(lines[1])
    assert lines[2:] == []
    assert code == 0
    assert EmbeddedServer(home / "data").status() is None


def test_later_starts_print_no_token_and_know_the_first_one(
    program: Program, first_start: tuple[list[str], str, int]
) -> None:
    with Up(program, "up", "--port", "0", "--workers", "0") as up:
        answer = httpx.get(f"{up.url}/api/projects", headers={"Authorization": f"Bearer {first_start[1]}"})
        assert answer.status_code == 200
        code = up.stop(signal.SIGINT)
    assert (len(up.lines), code) == (1, 0)


def test_a_person_is_told_where_the_console_is(
    program: Program, first_start: tuple[list[str], str, int]
) -> None:
    assert first_start[2] == 0
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "up", "--port", "0", "--workers", "0"],
        cwd=program.directory,
        env=program.environment(),
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready ").strip()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=GONE_LIMIT_SECONDS)
    os.set_blocking(leader, False)
    said = os.read(leader, 1 << 16).decode()
    os.close(leader)
    os.close(follower)
    assert f"The console is at {url}/; sign in with a token of `storyarn-export token create" in said


def test_commands_start_the_embedded_server_themselves_and_stop_it(
    program: Program, home: Path, first_start: tuple[list[str], str, int]
) -> None:
    assert first_start[2] == 0
    made = program.run("projects", "create", "While nothing runs", "--json").json
    listed = program.run("projects", "list", "--json").json["projects"]
    assert made["project_id"] in [one["project_id"] for one in listed]
    assert [one["owner"] for one in listed] == ["admin@localhost"]
    assert EmbeddedServer(home / "data").status() is None


def test_up_can_start_again_after_it_was_killed(
    program: Program, first_start: tuple[list[str], str, int]
) -> None:
    with Up(program, "up", "--port", "0", "--workers", "2") as up:
        workers = psutil.Process(up.process.pid).children()
        assert len(workers) == 2
        up.stop(signal.SIGKILL)
    with Up(program, "up", "--port", "0", "--workers", "1") as again:
        _, alive = psutil.wait_procs(workers, GONE_LIMIT_SECONDS)
        assert alive == []
        answer = httpx.get(f"{again.url}/api/projects", headers={"Authorization": f"Bearer {first_start[1]}"})
        assert (answer.status_code, again.stop()) == (200, 0)


def test_a_worker_that_dies_is_started_again(program: Program) -> None:
    with Up(program, "up", "--port", "0", "--workers", "1") as up:
        parent = psutil.Process(up.process.pid)
        (worker,) = parent.children()
        worker.kill()
        psutil.wait_procs([worker], GONE_LIMIT_SECONDS)
        exported = program.run("projects", "seed", "--entities", "2000", "--json").json
        token = program.run("token", "create", "--email", "admin@localhost", "--json").json["token"]
        # Only a worker can run this one.
        client = program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": token})
        done = client.run("export", exported["project_id"], "--json").json
        assert (done["mode"], done["status"]) == ("async", "completed")
        (successor,) = parent.children()
        assert successor.pid != worker.pid
        up.stop()
    assert not psutil.pid_exists(successor.pid)


def test_a_database_that_is_killed_is_started_again(program: Program, home: Path) -> None:
    exported = program.run("projects", "seed", "--entities", "2000", "--json").json
    token = program.run("token", "create", "--email", "admin@localhost", "--json").json["token"]
    with Up(program, "up", "--port", "0", "--workers", "1") as up:
        client = program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": token})
        client.run("export", exported["project_id"], "--json")
        (worker,) = psutil.Process(up.process.pid).children()
        for _ in range(2):
            server = EmbeddedServer(home / "data").status()
            assert server is not None
            os.kill(server.pid, signal.SIGKILL)
            psutil.wait_procs([psutil.Process(server.pid)] if psutil.pid_exists(server.pid) else [], 10)
            give_up_at = time.monotonic() + GONE_LIMIT_SECONDS
            while httpx.get(f"{up.url}/readyz").status_code != 200:
                assert time.monotonic() < give_up_at, up.log
                time.sleep(0.1)
            again = EmbeddedServer(home / "data").status()
            assert again is not None
            assert (again.url, again.pid == server.pid) == (server.url, False)
            # Only the worker can run this one.
            done = client.run("export", exported["project_id"], "--json").json
            assert (done["mode"], done["status"]) == ("async", "completed")
        assert psutil.Process(up.process.pid).children() == [worker]
        assert up.stop() == 0
    assert EmbeddedServer(home / "data").status() is None


def test_a_port_that_is_taken_is_one_clear_line(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = program.run("up", "--port", str(port), "--workers", "0", ok=False)
    assert done.code == 1
    assert str(port) in done.error
    assert "Traceback" not in done.stderr


def test_up_ends_with_the_one_who_started_it(program: Program) -> None:
    # What `run` gives as stdin has ended from the start.
    done = program.run("up", "--port", "0", "--workers", "0", "--until-stdin-closes")
    assert done.code == 0
