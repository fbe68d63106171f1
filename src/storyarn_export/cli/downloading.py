"""Fetching a finished file: goes on where a broken connection ended, and believes only the digest."""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.job import Job
from storyarn_export.cli.refusals import BusyServerError, refusal

MAX_FRUITLESS_ATTEMPTS = 6
"""Attempts in a row that bring no byte; one that brings some starts the count again."""
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 8.0
PART_SUFFIX = ".part"

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and all of them."""


class Target(Protocol):
    """Where the bytes go."""

    @property
    def size(self) -> int:
        """Bytes taken so far."""

    @property
    def sha256(self) -> str:
        """Digest of the bytes taken so far, lowercase hex."""

    def write(self, chunk: bytes) -> None:
        """Takes the bytes that follow."""

    def restart(self) -> None:
        """Forgets everything taken so far.

        Raises:
            CommandError: It cannot be taken back.
        """

    def finish(self) -> None:
        """All bytes are there and they are the right ones."""

    def discard(self) -> None:
        """The bytes are the wrong ones; nothing of them stays."""


class FileTarget:
    """A file that appears under its name when it is whole; until then its bytes are in `NAME.part`.

    Args:
        path: where it goes.
        keep: go on with what an earlier attempt has left in `NAME.part`.
    """

    def __init__(self, path: Path, *, keep: bool) -> None:
        self.path = path
        self._part_path = path.with_name(f"{path.name}{PART_SUFFIX}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._part: BinaryIO = self._part_path.open("r+b" if keep and self._part_path.exists() else "w+b")
        except OSError as error:
            raise CommandError(f"cannot write {self._part_path}: {error.strerror}") from error
        self._digest = hashlib.file_digest(self._part, "sha256")
        self.size = self._part.tell()

    @property
    def sha256(self) -> str:
        """As `Target`."""
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """As `Target`."""
        try:
            self._part.write(chunk)
        except OSError as error:
            raise CommandError(f"cannot write {self._part_path}: {error.strerror}") from error
        self._digest.update(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        """As `Target`."""
        self._part.seek(0)
        self._part.truncate()
        self._digest = hashlib.sha256()
        self.size = 0

    def finish(self) -> None:
        """As `Target`."""
        try:
            self._part.flush()
            os.fsync(self._part.fileno())
            self._part.close()
            self._part_path.replace(self.path)
        except OSError as error:
            raise CommandError(f"cannot write {self.path}: {error.strerror}") from error

    def discard(self) -> None:
        """As `Target`."""
        self._part.close()
        self._part_path.unlink(missing_ok=True)


class StandardOutput:
    """stdout; what is written there is gone."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """As `Target`."""
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """As `Target`."""
        sys.stdout.buffer.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        """As `Target`."""
        if self.size:
            raise CommandError("the server cannot go on where the download broke, and stdout cannot go back")

    def finish(self) -> None:
        """As `Target`."""
        sys.stdout.buffer.flush()

    def discard(self) -> None:
        """As `Target`; what is written cannot be taken back, the exit code has to tell."""


def download(client: ApiClient, job: Job, target: Target, progress: Progress) -> None:
    """Fetches the file of a completed job and finishes the target once its digest is verified.

    Raises:
        CommandError: The file is gone, the connection keeps breaking, or the bytes are not those of the job.
    """
    had_bytes = target.size > 0
    # What is there already was not fetched in the time that is shown.
    progress(target.size, job.file_size)
    _fetch_all(client, job, target, progress)
    if had_bytes and target.sha256 != job.sha256:
        # What an earlier attempt has left may be of another export.
        target.restart()
        _fetch_all(client, job, target, progress)
    if target.sha256 != job.sha256:
        received = target.sha256
        target.discard()
        message = f"the file has the digest {received}, the export has {job.sha256}"
        raise CommandError(f"{message}: it is not kept")
    target.finish()


def _fetch_all(client: ApiClient, job: Job, target: Target, progress: Progress) -> None:
    if target.size > job.file_size:
        target.restart()
    fruitless = 0
    while target.size < job.file_size:
        before = target.size
        trouble = _fetch(client, job, target, progress)
        fruitless = fruitless + 1 if target.size == before else 0
        if fruitless >= MAX_FRUITLESS_ATTEMPTS:
            message = f"the download broke at byte {target.size} of {job.file_size}: {trouble}"
            raise CommandError(f"{message}; go on with `export … --job {job.id}`")
        if fruitless:
            time.sleep(min(FIRST_DELAY_SECONDS * 2**fruitless, LONGEST_DELAY_SECONDS))


def _fetch(client: ApiClient, job: Job, target: Target, progress: Progress) -> str:
    headers = {"Accept-Encoding": "identity"}
    if target.size:
        headers |= {"Range": f"bytes={target.size}-", "If-Range": f'"{job.sha256}"'}
    try:
        with client.stream(f"{job.url}/download", headers) as response:
            if not response.is_success:
                response.read()
                if response.status_code == httpx.codes.GONE:
                    raise CommandError(
                        f"the file of the export {job.id} is no longer kept: export the project again"
                    )
                raise refusal(response)
            if response.status_code != httpx.codes.PARTIAL_CONTENT:
                target.restart()
            # As it arrives: what is gathered into larger chunks is lost when the connection breaks.
            for chunk in response.iter_raw():
                target.write(chunk)
                progress(target.size, job.file_size)
    except httpx.TransportError as error:
        return str(error) or type(error).__name__
    except BusyServerError as error:
        return str(error)
    return "the server sent less than it promised"
