"""Artifacts in a directory."""

import asyncio
import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from storyarn_export.domain.errors import StorageError
from storyarn_export.storage.contract import ListedFile, Unfinished
from storyarn_export.storage.local_upload import LocalUpload, begin, go_on

READ_CHUNK_BYTES = 256 * 1024
PART_SUFFIX = ".part"
NONCE_BYTES = 8
# A directory may be removed, as empty, between the moment it is made and the moment a file is made in it.
MAX_MAKE_TRIES = 5

Result = TypeVar("Result")


class LocalStorage:
    """Files under a directory; see `storage.contract.Storage`.

    Args:
        root: the directory; made when the first file is.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def create(self, key: str) -> LocalUpload:
        """Begin a file; see the contract."""
        path = self._path(key)
        return await asyncio.to_thread(_made, path, lambda: begin(key, path, _new_part(path)))

    async def resume(self, key: str, state: Mapping[str, Any]) -> LocalUpload:
        """Go on with an upload from a mark; see the contract."""
        path = self._path(key)
        return await asyncio.to_thread(_made, path, lambda: go_on(key, path, _new_part(path), state))

    async def size(self, key: str) -> int | None:
        """Bytes of a complete file; None when there is none."""
        try:
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        except (FileNotFoundError, NotADirectoryError):
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
        """Remove a complete file; see the contract."""
        await asyncio.to_thread(self._remove, self._path(key))

    async def files(self, prefix: str) -> AsyncIterator[ListedFile]:
        """Complete files; see the contract."""
        for path in await asyncio.to_thread(self._found, prefix):
            if path.suffix != PART_SUFFIX:
                with suppress(FileNotFoundError):
                    found = path.stat()
                    yield ListedFile(self._key(path), found.st_size, _moment(found))

    async def unfinished(self, prefix: str) -> AsyncIterator[Unfinished]:
        """Uploads that are neither published nor discarded; see the contract."""
        for path in await asyncio.to_thread(self._found, prefix):
            if path.suffix == PART_SUFFIX:
                with suppress(FileNotFoundError):
                    key = self._key(path).rsplit(".", 2)[0]
                    yield Unfinished(key, path.name, _moment(path.stat()), busy=_is_locked(path))

    async def drop(self, upload: Unfinished) -> None:
        """Remove an upload; see the contract."""
        await asyncio.to_thread(self._remove, self._path(upload.key).with_name(upload.name))

    async def link(self, key: str, *, disposition: str, content_type: str, seconds: int) -> None:
        """There are no URLs to files in a directory."""

    async def writable(self) -> bool:
        """Whether a file could be written now."""
        try:
            async with await self.create(f".probe-{secrets.token_hex(4)}") as probe:
                await probe.write(b"probe")
                await probe.seal()
                await probe.discard()
        except StorageError:
            return False
        return True

    async def close(self) -> None:
        """Nothing is held open between calls."""

    def _path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts:
            raise ValueError(f"not a storage key: {key!r}")
        return self._root.joinpath(*parts)

    def _key(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _found(self, prefix: str) -> list[Path]:
        """Files and parts whose keys begin with a prefix."""
        directory, _, name = prefix.rpartition("/")
        top = self._path(directory) if directory else self._root
        return [path for path in _files_below(top) if path.relative_to(top).as_posix().startswith(name)]

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise StorageError(f"The file cannot be removed: {error.strerror}.") from error
        # Directories are made for the files in them, and go with the last.
        with suppress(OSError):
            while path.parent != self._root:
                path = path.parent
                path.rmdir()


def _made(path: Path, make: Callable[[], Result]) -> Result:
    """Make something in a directory that others may remove while it is empty."""
    for last in [False] * (MAX_MAKE_TRIES - 1) + [True]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return make()
        except FileNotFoundError as error:
            if last:
                raise StorageError("The storage directory cannot be written: it goes away.") from error
        except OSError as error:
            raise StorageError(f"The storage directory cannot be written: {error.strerror}.") from error
    raise AssertionError("the last try returns or raises")


def _new_part(path: Path) -> Path:
    # A name of its own: two attempts at one job must not write into one file.
    return path.with_name(f"{path.name}.{secrets.token_hex(NONCE_BYTES)}{PART_SUFFIX}")


def _files_below(top: Path) -> Iterator[Path]:
    for directory, _, names in os.walk(top):
        yield from (Path(directory, name) for name in names)


def _moment(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)


def _is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
