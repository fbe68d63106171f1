"""A file being written beside its place in a directory."""

import asyncio
import errno
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Self

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.answered import answered
from storyarn_export.storage.contract import StoredFile
from storyarn_export.storage.digest import ResumableSha256

# Bytes gathered before a write. Its thread waits for the interpreter three times, up to 5 ms each while the document is
# being made; in that time the next buffer must not become full.
BUFFER_BYTES = 2 * 1024 * 1024
COPY_BYTES = 1024 * 1024
# Bytes of a file that the system's cache may hold while it is written. Nobody reads them before it is complete, they
# would push out what the database reads, and to find new pages for each of them may take longer than the writing.
CACHED_BYTES = 16 * 1024 * 1024


class LocalUpload:
    """A part file of its own name, locked while it is written; see `storage.contract.Upload`.

    Writing and hashing happen in a thread while the next bytes are made; one buffer is on its way at a time. Memory:
    two buffers of BUFFER_BYTES.

    Args:
        key: of the file.
        path: where it is published.
        part: the part file, open, locked and at its end; None when it has been published before.
        digest: of what it holds.
        size: bytes that it holds.
        sealed: whether it is complete.
    """

    def __init__(
        self, key: str, path: Path, part: BinaryIO | None, digest: ResumableSha256, *, size: int, sealed: bool
    ) -> None:
        self.key = key
        self.name = path.name if part is None else Path(part.name).name
        self.size = size
        self._path = path
        self._part = part
        self._digest = digest
        self._filling, self._spare = memoryview(bytearray(BUFFER_BYTES)), memoryview(bytearray(BUFFER_BYTES))
        self._filled = 0
        self._writing: asyncio.Task[None] | None = None
        self._sealed = sealed
        self._published = part is None
        self._synced = size

    async def __aenter__(self) -> Self:
        """The upload itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def write(self, data: bytes) -> None:
        """Append bytes; see the contract."""
        rest = memoryview(data)
        while rest:
            taken = rest[: BUFFER_BYTES - self._filled]
            filled = self._filled + len(taken)
            self._filling[self._filled : filled] = taken
            self._filled, rest = filled, rest[len(taken) :]
            self.size += len(taken)
            if filled == BUFFER_BYTES:
                await self._flush()

    @property
    def markable(self) -> bool:
        """A file can be cut anywhere."""
        return True

    async def mark(self) -> "asyncio.Future[Mapping[str, Any]]":
        """Name this place; see the contract."""
        durable: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        await self._flush(durable)
        return durable

    async def seal(self) -> Mapping[str, Any]:
        """Make all bytes durable and take no more; see the contract."""
        self._sealed = True
        durable = await self.mark()
        await self._settle()
        return await durable

    async def publish(self) -> StoredFile:
        """Make the file visible under its key; see the contract."""
        if not self._sealed:
            raise ValueError("only a sealed upload can be published")
        if not self._published:
            await answered(self._rename())
        return StoredFile(self.key, self.size, self._digest.hexdigest())

    async def _rename(self) -> None:
        await asyncio.to_thread(self._publish)
        self._published = True

    async def close(self) -> None:
        """Write no more; see the contract."""
        if self._writing is not None:
            # Its failure has been told, or matters no more.
            await asyncio.gather(self._writing, return_exceptions=True)
            self._writing = None
        if self._part is not None:
            await asyncio.to_thread(self._part.close)

    async def discard(self) -> None:
        """Close it and remove what was stored."""
        await self.close()
        if self._part is not None and not self._published:
            await asyncio.to_thread(Path(self._part.name).unlink, missing_ok=True)

    async def _flush(self, durable: "asyncio.Future[Mapping[str, Any]] | None" = None) -> None:
        await self._settle()
        data = self._filling[: self._filled]
        self._filling, self._spare, self._filled = self._spare, self._filling, 0
        self._writing = asyncio.create_task(self._append(data, self.size, durable))

    async def _settle(self) -> None:
        if self._writing is not None:
            # A caller that is cancelled must not take the write with it: the thread would go on with a closed file.
            await asyncio.shield(self._writing)
            self._writing = None

    async def _append(
        self, data: memoryview, size: int, durable: "asyncio.Future[Mapping[str, Any]] | None"
    ) -> None:
        try:
            state = await asyncio.to_thread(self._write, data, size, durable is not None)
        except StorageError as error:
            if durable is not None and not durable.done():
                # Raised where the upload is used next; the mark only must not wait for ever.
                durable.set_exception(error)
                durable.exception()
            raise
        if durable is not None and not durable.done():
            durable.set_result(state)

    def _write(self, data: memoryview, size: int, sync: bool) -> dict[str, Any]:
        part = self._part
        if part is None:
            if data:
                raise ValueError("a published upload takes no bytes")
            return self._state(size)
        try:
            part.write(data)
            self._digest.update(data)
            if sync or size - self._synced >= CACHED_BYTES:
                part.flush()
                os.fdatasync(part.fileno())
                os.posix_fadvise(part.fileno(), 0, size, os.POSIX_FADV_DONTNEED)
                self._synced = size
        except OSError as error:
            raise StorageError(f"The disk did not take {len(data)} bytes: {error.strerror}.") from error
        return self._state(size)

    def _state(self, size: int) -> dict[str, Any]:
        return {"part": self.name, "size": size, "digest": self._digest.state(), "sealed": self._sealed}

    def _publish(self) -> None:
        part = self._part
        if part is None:
            return
        try:
            Path(part.name).replace(self._path)
            directory = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise StorageError(f"The disk did not keep the file: {error.strerror}.") from error


def begin(key: str, path: Path, part: Path) -> LocalUpload:
    """Begin a part file.

    Raises:
        FileNotFoundError: its directory has just been removed.
    """
    file = part.open("xb")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return LocalUpload(key, path, file, ResumableSha256(), size=0, sealed=False)


def go_on(key: str, path: Path, other_part: Path, state: Mapping[str, Any]) -> LocalUpload:
    """Go on with a part file from a mark.

    Args:
        key: of the file.
        path: where it is published.
        other_part: the part file to copy the bytes to if a living process still holds the first.
        state: of the mark.

    Raises:
        UploadLostError: the part file is gone or shorter than the mark.
    """
    size = int(state["size"])
    old = path.with_name(state["part"])
    digest = ResumableSha256.from_state(state["digest"])
    try:
        file: BinaryIO = old.open("r+b")
    except FileNotFoundError:
        if state["sealed"] and digest is not None and path.exists() and path.stat().st_size == size:
            return LocalUpload(key, path, None, digest, size=size, sealed=True)
        raise UploadLostError("The part of the file that was stored is gone.") from None
    if os.fstat(file.fileno()).st_size < size:
        file.close()
        raise UploadLostError("The part of the file that was stored is shorter than it was.")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EAGAIN, errno.EACCES}:
            raise
        # A worker that was thought dead may write to it yet: it keeps its file, and we take a copy.
        with file:
            file = _copy(file, other_part, size)
    file.truncate(size)
    if digest is None:
        digest = _digest_of(file, size)
    file.seek(size)
    return LocalUpload(key, path, file, digest, size=size, sealed=bool(state["sealed"]))


def _copy(source: BinaryIO, part: Path, size: int) -> BinaryIO:
    file = part.open("x+b")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    left = size
    while left:
        copied = os.copy_file_range(source.fileno(), file.fileno(), min(left, COPY_BYTES * 64))
        if not copied:
            raise UploadLostError("The part of the file that was stored became shorter.")
        left -= copied
    os.fdatasync(file.fileno())
    return file


def _digest_of(file: BinaryIO, size: int) -> ResumableSha256:
    digest = ResumableSha256()
    file.seek(0)
    left = size
    while left:
        data = file.read(min(left, COPY_BYTES))
        digest.update(data)
        left -= len(data)
    return digest
