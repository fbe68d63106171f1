"""The cluster of the embedded server, with its lock, password, port, log and register of users beside it."""

import fcntl
import os
import shlex
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from storyarn_export.db.embedded_binaries import (
    STAGING_PREFIX,
    EmbeddedServerError,
    Programs,
    in_one_line,
    write_durably,
)
from storyarn_export.db.embedded_probes import (
    HOST,
    is_free,
    lives,
    pick_port,
    runs_cluster,
    try_lock,
    wait_until,
)

INIT_LIMIT_SECONDS = 120.0
START_LIMIT_SECONDS = 180.0
"""Recovery after a crash may replay `max_wal_size` of log before the server takes connections."""
STOP_LIMIT_SECONDS = 120.0
GRACE_SECONDS = 10.0
"""For pg_ctl to report that its own limit has passed."""
ORPHANS_LIMIT_SECONDS = 20.0
"""For the children of a killed postmaster to let go of the shared memory."""
LOCK_LIMIT_SECONDS = INIT_LIMIT_SECONDS + START_LIMIT_SECONDS + STOP_LIMIT_SECONDS
PORT_ATTEMPTS = 5
"""A free port can be taken between our look at it and the server's."""
LOG_LIMIT_BYTES = 16 * 1024 * 1024
"""A larger log is set aside at a start; one older log is kept."""
LOG_TAIL_BYTES = 8192
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, never written to
SMALL_SHARED_MEMORY_BYTES = 512 * 1024 * 1024

NAME = "storyarn"
DEFAULT_SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A running server.

    Attributes:
        url: For asyncpg and psycopg alike, with the password.
        pid: Of the postmaster.
        port: On 127.0.0.1.
        socket_dir: Of the Unix socket; its path may be too long for a client to use.
        data_dir: The cluster (PGDATA).
        log_file: What the server writes its log to.
    """

    url: str
    pid: int
    port: int
    socket_dir: Path
    data_dir: Path
    log_file: Path


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server's first process, as its pid file tells."""

    pid: int
    port: int
    is_ready: bool


class ClusterHome:
    """The server's directory; everything but `postmaster` and `info` wants its lock held."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cluster = path / "cluster"
        self._log_file = path / "server.log"
        self._port_file = path / "port"
        self._password_file = path / "password"
        self._users = path / "users"

    @contextmanager
    def locked(self) -> Iterator[Self]:
        """Hold the lock under which starting and stopping is decided."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not wait_until(lambda: try_lock(descriptor), LOCK_LIMIT_SECONDS):
                raise EmbeddedServerError(f"another process has held {self.path / 'lock'} for too long")
            yield self
        finally:
            # Closing alone would leave the lock with a child that another thread has forked meanwhile.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def postmaster(self) -> Postmaster | None:
        """The server's first process if it runs, ready or not."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        # A pid file outlives a killed server, and its pid may belong to another program by now.
        if not lines or not lines[0].isdecimal() or not self._owns(int(lines[0])):
            return None
        # The port is the fourth line and the state the last, which comes some time after the others.
        is_ready = lines[-1].strip() == "ready"
        return Postmaster(int(lines[0]), int(lines[3]) if is_ready else 0, is_ready)

    def settled_postmaster(self) -> Postmaster | None:
        """The server once it is ready or gone: whoever started or stopped it may have been killed at it."""
        if not wait_until(lambda: (it := self.postmaster()) is None or it.is_ready, START_LIMIT_SECONDS):
            raise EmbeddedServerError(f"PostgreSQL neither starts nor stops: {self._log_tail()}")
        return self.postmaster()

    def info(self, postmaster: Postmaster) -> ServerInfo:
        """What users of a ready server get to know."""
        url = f"postgresql://{NAME}:{self._password_file.read_text()}@{HOST}:{postmaster.port}/{NAME}"
        return ServerInfo(url, postmaster.pid, postmaster.port, self.cluster, self.cluster, self._log_file)

    def launch(self, programs: Programs, settings: Mapping[str, str]) -> Postmaster:
        """Start a server that is not running, making the cluster first when there is none."""
        for leftover in self.path.glob(f"{STAGING_PREFIX}*"):
            # An initdb whose parent was killed may still write there; what stays goes at the next start.
            shutil.rmtree(leftover, ignore_errors=True)
        if not self.cluster.exists():
            sync = settings.get("fsync") != "off"
            programs.initialise(self.cluster, self._password_file, NAME, INIT_LIMIT_SECONDS, sync=sync)
        self._clear_after_crash()
        self._set_up_log(programs)
        return self._start(programs, settings)

    def shut_down(self, programs: Programs) -> None:
        """Stops the server fast and returns when it is gone."""
        arguments = ("stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", f"{STOP_LIMIT_SECONDS:.0f}")
        programs.run("pg_ctl", *arguments, cwd=self.path, limit_seconds=STOP_LIMIT_SECONDS + GRACE_SECONDS)

    def register(self) -> None:
        """Registers this process as a user, once however often it is called."""
        self._users.mkdir(exist_ok=True)
        self.release()
        (self._users / f"{os.getpid()}-{psutil.Process().create_time():.2f}").touch()

    def release(self) -> None:
        """Takes this process out of the register of users."""
        for entry in self._users.glob(f"{os.getpid()}-*"):
            entry.unlink()

    def has_users(self) -> bool:
        """Sweeps the dead out of the register and tells whether anyone is left."""
        for entry in self._users.glob("[0-9]*-*"):
            pid, _, created = entry.name.partition("-")
            if not lives(int(pid), float(created)):
                entry.unlink()
        return any(self._users.glob("[0-9]*-*"))

    def _start(self, programs: Programs, settings: Mapping[str, str]) -> Postmaster:
        remembered = int(self._port_file.read_text()) if self._port_file.exists() else 0
        for _ in range(PORT_ATTEMPTS):
            port = remembered if remembered and is_free(remembered) else pick_port()
            log_bytes = self._log_file.stat().st_size
            try:
                self._run_postmaster(programs, settings, port)
            except EmbeddedServerError as error:
                if self.postmaster() or is_free(port):
                    raise EmbeddedServerError(f"{error} | log: {self._log_tail(log_bytes)}") from None
                continue
            postmaster = self.postmaster()
            if postmaster is None:
                raise EmbeddedServerError(f"PostgreSQL ended as it started: {self._log_tail(log_bytes)}")
            write_durably(self._port_file, str(port), programs.account)
            return postmaster
        raise EmbeddedServerError(
            f"{PORT_ATTEMPTS} free ports of {HOST} were taken before PostgreSQL had them"
        )

    def _run_postmaster(self, programs: Programs, settings: Mapping[str, str], port: int) -> None:
        defaults = dict(DEFAULT_SETTINGS)
        if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).total < SMALL_SHARED_MEMORY_BYTES:
            defaults["shared_buffers"] = "128MB"
        fixed = {
            "listen_addresses": HOST,
            "port": str(port),
            # In the cluster, and relative, as the absolute path may exceed the 107 bytes of a socket's.
            "unix_socket_directories": ".",
            "cluster_name": self._cluster_name(),
        }
        options = [
            word
            for name, value in {**defaults, **settings, **fixed}.items()
            for word in ("-c", f"{name}={value}")
        ]
        arguments = (
            "start",
            "-D",
            str(self.cluster),
            "-l",
            str(self._log_file),
            "-w",
            "-t",
            f"{START_LIMIT_SECONDS:.0f}",
            "-o",
            shlex.join(options),
        )
        programs.run("pg_ctl", *arguments, cwd=self.path, limit_seconds=START_LIMIT_SECONDS + GRACE_SECONDS)

    def _clear_after_crash(self) -> None:
        """Removes what a killed server left: its children, and lock files whose pids others may have now."""
        name = self._cluster_name()

        def orphans() -> list[psutil.Process]:
            return [process for process in psutil.process_iter() if runs_cluster(process, name)]

        for orphan in orphans():
            # What the postmaster itself sends its children when one has crashed: leave, and write nothing.
            with suppress(psutil.NoSuchProcess):
                orphan.send_signal(signal.SIGQUIT)
        if not wait_until(lambda: not orphans(), ORPHANS_LIMIT_SECONDS):
            pids = ", ".join(str(orphan.pid) for orphan in orphans())
            raise EmbeddedServerError(f"processes {pids} of a killed PostgreSQL still use {self.cluster}")
        for stale in (self.cluster / "postmaster.pid", *self.cluster.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _cluster_name(self) -> str:
        # In the command line of the postmaster and the title of each child, which all may read, where
        # their working directory needs a right that root lacks in a container. The inode, and not the
        # path, as a data dir may be moved while the server runs, or copied while it does not.
        inode = self.cluster.stat()
        return f"{NAME}-{inode.st_dev:08x}-{inode.st_ino:016x}"

    def _owns(self, pid: int) -> bool:
        try:
            return runs_cluster(psutil.Process(pid), self._cluster_name())
        except psutil.NoSuchProcess:
            return False

    def _set_up_log(self, programs: Programs) -> None:
        if self._log_file.exists() and self._log_file.stat().st_size > LOG_LIMIT_BYTES:
            self._log_file.replace(self._log_file.with_suffix(".log.1"))
        self._log_file.touch(mode=0o600)
        if programs.account:
            programs.account.give(self._log_file)

    def _log_tail(self, from_byte: int = 0) -> str:
        with self._log_file.open("rb") as log:
            log.seek(max(from_byte, self._log_file.stat().st_size - LOG_TAIL_BYTES))
            return in_one_line(log.read().decode(errors="replace"))
