"""A store whose failures are counted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.contract import ListedFile, Storage, StoredFile, Unfinished, Upload


class _Errors:
    """Counts by operation.

    An upload that is lost is no failure of the store: the run begins anew, and that is counted as such.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    @contextmanager
    def of(self, operation: str) -> Iterator[None]:
        try:
            yield
        except UploadLostError:
            raise
        except StorageError:
            self._counts[operation] += 1
            raise


class CountedStorage:
    """Does what another store does, and counts the calls that fail with StorageError.

    Args:
        storage: the other one.
        counts: failures by operation, such as `write`; counted up.
    """

    def __init__(self, storage: Storage, counts: Counter[str]) -> None:
        self._storage = storage
        self._errors = _Errors(counts)

    async def create(self, key: str) -> Upload:
        """As `Storage.create`."""
        with self._errors.of("create"):
            return _CountedUpload(await self._storage.create(key), self._errors)

    async def resume(self, key: str, state: Mapping[str, Any]) -> Upload:
        """As `Storage.resume`."""
        with self._errors.of("resume"):
            return _CountedUpload(await self._storage.resume(key, state), self._errors)

    async def size(self, key: str) -> int | None:
        """As `Storage.size`."""
        with self._errors.of("size"):
            return await self._storage.size(key)

    async def open_read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """As `Storage.open_read`."""
        with self._errors.of("read"):
            async for chunk in self._storage.open_read(key, start=start, length=length):
                yield chunk

    async def delete(self, key: str) -> None:
        """As `Storage.delete`."""
        with self._errors.of("delete"):
            await self._storage.delete(key)

    async def files(self, prefix: str) -> AsyncIterator[ListedFile]:
        """As `Storage.files`."""
        with self._errors.of("list"):
            async for one in self._storage.files(prefix):
                yield one

    async def unfinished(self, prefix: str) -> AsyncIterator[Unfinished]:
        """As `Storage.unfinished`."""
        with self._errors.of("list"):
            async for one in self._storage.unfinished(prefix):
                yield one

    async def drop(self, upload: Unfinished) -> None:
        """As `Storage.drop`."""
        with self._errors.of("drop"):
            await self._storage.drop(upload)

    async def link(self, key: str, *, disposition: str, content_type: str, seconds: int) -> str | None:
        """As `Storage.link`."""
        with self._errors.of("link"):
            return await self._storage.link(
                key, disposition=disposition, content_type=content_type, seconds=seconds
            )

    async def writable(self) -> bool:
        """As `Storage.writable`."""
        return await self._storage.writable()

    async def close(self) -> None:
        """As `Storage.close`."""
        await self._storage.close()


class _CountedUpload:
    def __init__(self, upload: Upload, errors: _Errors) -> None:
        self._upload = upload
        self._errors = errors

    @property
    def key(self) -> str:
        return self._upload.key

    @property
    def name(self) -> str:
        return self._upload.name

    @property
    def size(self) -> int:
        return self._upload.size

    async def __aenter__(self) -> Self:
        await self._upload.__aenter__()
        return self

    async def __aexit__(self, *leaving: object) -> None:
        await self._upload.__aexit__(*leaving)

    async def write(self, data: bytes) -> None:
        with self._errors.of("write"):
            await self._upload.write(data)

    @property
    def markable(self) -> bool:
        return self._upload.markable

    async def mark(self) -> "asyncio.Future[Mapping[str, Any]]":
        with self._errors.of("mark"):
            return await self._upload.mark()

    async def seal(self) -> Mapping[str, Any]:
        with self._errors.of("seal"):
            return await self._upload.seal()

    async def publish(self) -> StoredFile:
        with self._errors.of("publish"):
            return await self._upload.publish()

    async def close(self) -> None:
        await self._upload.close()

    async def discard(self) -> None:
        with self._errors.of("discard"):
            await self._upload.discard()
