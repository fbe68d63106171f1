"""Artifacts in a directory."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from storyarn_export.domain.errors import StorageError

# Bytes gathered before a write; large enough that a thread's round trip does not matter.
WRITE_BUFFER_BYTES = 1024 * 1024
READ_CHUNK_BYTES = 256 * 1024
PART_SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A complete file.

    Attributes:
        size: bytes.
        sha256: lowercase hex.
    """

    key: str
    size: int
    sha256: str


class LocalUpload:
    """A file being written beside its place. Use as a context manager: left without `complete`, it is removed.

    Writing and hashing happen in a thread while the next bytes are made; one buffer is on its way at a time.
    """

    def __init__(self, key: str, path: Path, part: BinaryIO) -> None:
        self._key = key
        self._path = path
        self._part = part
        self._digest = hashlib.sha256()
        self._buffer: list[bytes] = []
        self._buffered = 0
        self._writing: asyncio.Task[None] | None = None
        self._completed = False
        self.size = 0

    async def __aenter__(self) -> Self:
        """The upload itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Remove what was written unless it was completed."""
        if not self._completed:
            await self.abort()

    async def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            StorageError: the disk did not take them.
        """
        self._buffer.append(data)
        self._buffered += len(data)
        self.size += len(data)
        if self._buffered >= WRITE_BUFFER_BYTES:
            await self._flush()

    async def complete(self) -> StoredFile:
        """Make the bytes durable and the file visible under its key.

        Raises:
            StorageError: the disk did not take them.
        """
        await self._flush()
        await self._settle()
        await asyncio.to_thread(self._publish)
        self._completed = True
        return StoredFile(self._key, self.size, self._digest.hexdigest())

    async def abort(self) -> None:
        """Remove what was written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._writing = None
        await asyncio.to_thread(self._discard)

    async def _flush(self) -> None:
        data, self._buffer, self._buffered = b"".join(self._buffer), [], 0
        await self._settle()
        self._writing = asyncio.create_task(asyncio.to_thread(self._append, data))

    async def _settle(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

    def _append(self, data: bytes) -> None:
        try:
            self._part.write(data)
        except OSError as error:
            raise StorageError(f"The disk did not take {len(data)} bytes: {error.strerror}.") from error
        self._digest.update(data)

    def _publish(self) -> None:
        try:
            self._part.flush()
            os.fsync(self._part.fileno())
            self._part.close()
            Path(self._part.name).replace(self._path)
            directory = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise StorageError(f"The disk did not keep the file: {error.strerror}.") from error

    def _discard(self) -> None:
        self._part.close()
        Path(self._part.name).unlink(missing_ok=True)


class LocalStorage:
    """Files under a directory.

    Args:
        root: the directory; made when the first file is.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def create(self, key: str) -> LocalUpload:
        """Begin a file. Nothing is visible under the key before the upload is complete.

        Raises:
            StorageError: the directory cannot be written.
        """
        path = self._path(key)
        # A name of its own: two attempts at one job must not write into one file.
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}{PART_SUFFIX}")
        return LocalUpload(key, path, await asyncio.to_thread(_create, part))

    async def size(self, key: str) -> int | None:
        """Bytes of a complete file; None when there is none."""
        try:
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        except FileNotFoundError:
            return None

    async def open_read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Bytes of a complete file, in chunks of at most READ_CHUNK_BYTES.

        Args:
            key: which file.
            start: first byte.
            length: bytes at most; None for the rest.

        Raises:
            StorageError: there is no such file, or it cannot be read.
        """
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except OSError as error:
            raise StorageError(f"The file cannot be read: {error.strerror}.") from error
        left = length
        with file:
            file.seek(start)
            while left is None or left > 0:
                wanted = READ_CHUNK_BYTES if left is None else min(READ_CHUNK_BYTES, left)
                chunk = await asyncio.to_thread(file.read, wanted)
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def writable(self) -> bool:
        """Whether a file could be written now."""
        try:
            async with await self.create(f".probe-{secrets.token_hex(4)}") as probe:
                await probe.write(b"probe")
        except StorageError:
            return False
        return True

    def _path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts:
            raise ValueError(f"not a storage key: {key!r}")
        return self._root.joinpath(*parts)


def _create(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")
    except OSError as error:
        raise StorageError(f"The storage directory cannot be written: {error.strerror}.") from error
