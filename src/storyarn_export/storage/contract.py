"""What every artifact store can do: take a file piece by piece, keep it over crashes, give it back, forget it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self


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


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A complete file as a listing shows it.

    Attributes:
        size: bytes.
        modified_at: when it was published, UTC.
    """

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload that has neither been published nor discarded.

    Attributes:
        key: of the file that it was to become.
        name: its `Upload.name`.
        touched_at: when its bytes last changed as far as the store tells, UTC.
        busy: a living process is known to write it; where the store cannot tell, False.
    """

    key: str
    name: str
    touched_at: datetime
    busy: bool


class Upload(Protocol):
    """A file being written. Nothing is visible under its key before `publish`.

    Use as a context manager: left without `publish` it is closed, and what is durable stays for `Storage.resume`;
    `discard` removes it. One caller at a time. Memory is bounded by the buffers that the implementation names.
    """

    @property
    def key(self) -> str:
        """Of the file."""

    @property
    def name(self) -> str:
        """Tells this upload from others of the same key: a part file, a multipart upload."""

    @property
    def size(self) -> int:
        """Bytes taken so far."""

    async def __aenter__(self) -> Self:
        """The upload itself."""

    async def __aexit__(self, *_: object) -> None:
        """Close it."""

    async def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            StorageError: the store did not take them.
        """

    @property
    def markable(self) -> bool:
        """Whether `mark` can name this place: a store may keep bytes in parts, and a place is between two of them.

        It can where an upload begins or is resumed, and when it is sealed; as bytes are written, it can again and
        again: at the latest after the bytes of one buffer.
        """

    async def mark(self) -> "asyncio.Future[Mapping[str, Any]]":
        """Name this place, so that a later upload can go on from it.

        Returns:
            Done as soon as everything written before is durable; its result is plain JSON for `Storage.resume`.
            Fails with StorageError; cancelled when the upload is closed before.

        Raises:
            StorageError: the store did not take what was buffered.
            ValueError: the place is not `markable`.
        """

    async def seal(self) -> Mapping[str, Any]:
        """Take no more bytes and make all of them durable.

        Returns:
            As of `mark`: resumed from it the upload is sealed.

        Raises:
            StorageError: the store did not take them.
        """

    async def publish(self) -> StoredFile:
        """Make the sealed file visible under its key; no error if an earlier try has done so.

        A cancellation waits until the store has answered: afterwards the file is there or it is not.

        Raises:
            StorageError: the store did not take it.
        """

    async def close(self) -> None:
        """Write no more; durable bytes stay. Does nothing when closed, published or discarded."""

    async def discard(self) -> None:
        """Close it and remove what was stored."""


class Storage(Protocol):
    """Where artifacts lie. Keys are relative paths with `/`, such as `exports/12/<job>/<run>.storyarn.json`."""

    async def create(self, key: str) -> Upload:
        """Begin a file.

        Raises:
            StorageError: the store does not take files now.
        """

    async def resume(self, key: str, state: Mapping[str, Any]) -> Upload:
        """Go on with an upload from a mark, on any host that reaches the store; bytes after the mark are forgotten.

        Whoever wrote it before may still live: nothing that it does can change what the resumed upload publishes.

        Args:
            key: as given to `create`.
            state: what `mark` or `seal` gave.

        Returns:
            An upload whose `size` is that of the mark.

        Raises:
            UploadLostError: the bytes are not there any more; begin anew.
            StorageError: the store does not answer.
        """

    async def size(self, key: str) -> int | None:
        """Bytes of a complete file; None when there is none.

        Raises:
            StorageError: the store does not answer.
        """

    def open_read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Bytes of a complete file, in bounded chunks.

        Args:
            key: which file.
            start: first byte.
            length: bytes at most; None for the rest.

        Raises:
            StorageError: there is no such file, or it cannot be read.
        """

    async def delete(self, key: str) -> None:
        """Remove a complete file; one that is not there is no error.

        Raises:
            StorageError: the store does not answer.
        """

    def files(self, prefix: str) -> AsyncIterator[ListedFile]:
        """Complete files whose keys begin with `prefix`, in no order; memory: one page of a listing."""

    def unfinished(self, prefix: str) -> AsyncIterator[Unfinished]:
        """Uploads of keys that begin with `prefix`, in no order; memory: one page of a listing."""

    async def drop(self, upload: Unfinished) -> None:
        """Remove an upload, whoever writes it; one that is not there is no error."""

    async def link(self, key: str, *, disposition: str, content_type: str, seconds: int) -> str | None:
        """A URL under which a file can be read without credentials for a while; None where there are none.

        Args:
            key: of a complete file.
            disposition: the Content-Disposition that it shall be served with.
            content_type: that it shall be served as.
            seconds: how long the URL is good.
        """

    async def writable(self) -> bool:
        """Whether a file could be written now."""

    async def close(self) -> None:
        """Let go of connections."""
