"""A disk that is full until it is made larger."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.chaos.process import Running

SMALL_BYTES = 3 * 1024 * 1024
LARGE_BYTES = 512 * 1024 * 1024
LIMIT_SECONDS = 20.0


class SmallDisk(Protocol):
    """Has no room for an export, until it has.

    Attributes:
        kind: what it is, for the table.
    """

    kind: str

    def fill(self, worker: Running) -> None:
        """No room for that worker from now on."""

    def make_room(self, worker: Running) -> None:
        """Room enough from now on."""


class MountedDisk:
    """A file system in memory, which is mounted with a small size and then with another."""

    kind = "tmpfs"

    def __init__(self, place: Path) -> None:
        self._place = place

    def fill(self, worker: Running) -> None:
        del worker
        self._resize(SMALL_BYTES)

    def make_room(self, worker: Running) -> None:
        del worker
        self._resize(LARGE_BYTES)

    def _resize(self, size_bytes: int) -> None:
        if not _does("mount", "-o", f"remount,size={size_bytes}", str(self._place)):
            raise AssertionError(f"{self._place} cannot be given {size_bytes} bytes")


class LimitedFiles:
    """The largest file that the kernel lets a process write, where nothing may be mounted."""

    kind = "RLIMIT_FSIZE"

    def fill(self, worker: Running) -> None:
        self._limit(worker, SMALL_BYTES)

    def make_room(self, worker: Running) -> None:
        self._limit(worker, resource.RLIM_INFINITY)

    def _limit(self, worker: Running, size_bytes: int) -> None:
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))


@contextmanager
def small_disk(place: Path) -> Iterator[SmallDisk]:
    """A small disk at a place, while the block lasts."""
    place.mkdir(parents=True, exist_ok=True)
    if not _does("mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "tmpfs", str(place)):
        yield LimitedFiles()
        return
    try:
        yield MountedDisk(place)
    finally:
        _does("umount", "--lazy", str(place))


def _does(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=LIMIT_SECONDS)
    except FileNotFoundError:
        return False
    return done.returncode == 0
