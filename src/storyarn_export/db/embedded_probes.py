"""Looks at processes, ports, locks and time, for the embedded server."""

import fcntl
import socket
import time
from collections.abc import Callable

import psutil

POLL_SECONDS = 0.05
CREATE_TIME_SLACK_SECONDS = 2.0
"""The kernel's boot time, which create times are reckoned from, moves a little when the clock is set."""
HOST = "127.0.0.1"
SERVER_PROGRAMS = frozenset({"postgres", "pg_ctl", "sh"})


def runs_cluster(process: psutil.Process, cluster_name: str) -> bool:
    """Whether a process belongs to the server of that cluster."""
    try:
        return process.name() in SERVER_PROGRAMS and any(cluster_name in word for word in process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def lives(pid: int, created: float) -> bool:
    """Whether the process that had `pid` and was made at `created` (seconds since the epoch) still runs."""
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - created) < CREATE_TIME_SLACK_SECONDS
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_free(port: int) -> bool:
    """Whether the server could listen on a port of HOST."""
    with socket.socket() as probe:
        # As the server does: a port with connections of the last minute in TIME_WAIT can be listened on.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def pick_port() -> int:
    """A port of HOST that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def try_lock(descriptor: int) -> bool:
    """Take an exclusive lock on an open file without waiting; whether it was had."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_until(condition: Callable[[], bool], limit_seconds: float) -> bool:
    """Poll a condition; whether it came true within the limit."""
    deadline = time.monotonic() + limit_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
