"""A file being written to an object store, part by part."""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.answered import answered
from storyarn_export.storage.contract import StoredFile
from storyarn_export.storage.digest import ResumableSha256
from storyarn_export.storage.heap import give_back
from storyarn_export.storage.s3_bucket import Bucket
from storyarn_export.storage.s3_parts import PartBuffer, Parts, part_bytes


class S3Upload:
    """A multipart upload; see `storage.contract.Upload`.

    A part ends with the write that fills it, and is sent while the next piece is made; the next write waits until it
    is stored. Memory: a part, and twice the largest write.

    Args:
        key: of the file.
        place: its key in the bucket.
        bucket: takes the parts.
        name: the store's id of the upload.
        parts: that are stored.
        digest: of what they hold.
        size: bytes that they hold.
        state: what it was resumed from; None when it has just been begun.
        published: whether the file is there already.
    """

    def __init__(
        self,
        key: str,
        place: str,
        bucket: Bucket,
        *,
        name: str,
        parts: Parts,
        digest: ResumableSha256,
        state: Mapping[str, Any] | None = None,
        published: bool = False,
    ) -> None:
        self.key = key
        self.name = name
        self.size = 0 if state is None else int(state["size"])
        self._place = place
        self._bucket = bucket
        self._parts = parts
        self._digest = digest
        self._stored = self.size
        self._part = PartBuffer()
        self._sending: asyncio.Task[None] | None = None
        self._marks: list[asyncio.Future[Mapping[str, Any]]] = []
        self._sealed = state is not None and bool(state["sealed"])
        self._published = published
        self._closed = False

    async def __aenter__(self) -> Self:
        """The upload itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def write(self, data: bytes) -> None:
        """Append bytes; see the contract."""
        if self._sealed or self._closed:
            raise ValueError("a sealed or closed upload takes no bytes")
        await self._settle()
        self._part.take(data)
        self.size += len(data)
        if self._part.size >= part_bytes(self._parts.next_number):
            self._cut()

    @property
    def markable(self) -> bool:
        """Between two parts."""
        return self._sending is not None or not self._part.size

    async def mark(self) -> "asyncio.Future[Mapping[str, Any]]":
        """Name this place; see the contract."""
        if not self.markable:
            raise ValueError("a place inside a part cannot be marked")
        durable: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        if self._sending is not None and not self._sending.done():
            self._marks.append(durable)
        else:
            await self._settle()
            durable.set_result(self._state())
        return durable

    async def seal(self) -> Mapping[str, Any]:
        """Make all bytes durable and take no more; see the contract."""
        self._sealed = True
        await self._settle()
        if self._part.size or not (len(self._parts) or self._published):
            # A file of no bytes, too, has a part.
            self._cut()
            await self._settle()
        return self._state()

    async def publish(self) -> StoredFile:
        """Make the file visible under its key; see the contract."""
        if not self._sealed:
            raise ValueError("only a sealed upload can be published")
        if not self._published:
            await answered(self._complete())
        return StoredFile(self.key, self.size, self._digest.hexdigest())

    async def _complete(self) -> None:
        await self._bucket.complete(self._place, self.name, self._parts, size=self.size)
        self._published = True

    async def close(self) -> None:
        """Write no more; see the contract. A part on its way is given up: nobody has been told of it."""
        self._closed = True
        if self._sending is not None:
            self._sending.cancel()
            # Its failure has been told, or matters no more.
            await asyncio.gather(self._sending, return_exceptions=True)
            self._sending = None
        for mark in self._marks:
            mark.cancel()
        self._part.release()

    async def discard(self) -> None:
        """Close it and remove what was stored."""
        await self.close()
        if not self._published:
            await self._bucket.abort(self._place, self.name)

    def _cut(self) -> None:
        """End the part here; the next begins when it is stored."""
        self._sending = asyncio.create_task(self._send())

    async def _settle(self) -> None:
        if self._sending is not None:
            # A caller that is cancelled does not take the part with it; `close` does.
            await asyncio.shield(self._sending)
            self._sending = None

    async def _send(self) -> None:
        try:
            crc32 = await asyncio.to_thread(self._finish_part)
            part = await self._bucket.put_part(
                self._place, self.name, self._parts.next_number, self._part, crc32
            )
        except StorageError as error:
            for mark in self._marks:
                if not mark.done():
                    # Raised where the upload is used next; the mark only must not wait for ever.
                    mark.set_exception(error)
                    mark.exception()
            raise
        self._parts.add(part)
        self._stored += part.size
        self._part.clear()
        state = self._state()
        for mark in self._marks:
            if not mark.done():
                mark.set_result(state)
        self._marks.clear()

    def _finish_part(self) -> str:
        """Its checksum. Pages that making its pieces has left free would else lie beside it, and are as many."""
        crc32 = self._part.digest(self._digest)
        give_back()
        return crc32

    def _state(self) -> dict[str, Any]:
        """What is stored."""
        state = {
            "upload": self.name,
            "size": self._stored,
            "digest": self._digest.state(),
            "sealed": self._sealed,
            **self._parts.state(),
        }
        # With it a file is known again whose upload is gone because it was completed.
        return state | {"etag": self._parts.etag()} if self._sealed else state


async def go_on(key: str, place: str, bucket: Bucket, state: Mapping[str, Any]) -> S3Upload:
    """Go on with an upload from a mark.

    Args:
        key: of the file.
        place: its key in the bucket.
        bucket: has the parts.
        state: of the mark.

    Raises:
        UploadLostError: the upload is gone, or not all of its parts are what they were.
        StorageError: the store does not answer.
    """
    digest = ResumableSha256.from_state(state["digest"])
    if digest is None:
        # Parts cannot be read before they are a file.
        raise UploadLostError("The digest of what was stored means nothing to this machine.")
    name = str(state["upload"])
    try:
        listed = [part async for part, _ in bucket.parts(place, name)]
    except UploadLostError:
        if state["sealed"] and await bucket.holds(place, size=int(state["size"]), etag=state["etag"]):
            gone = Parts()
            return S3Upload(
                key, place, bucket, name=name, parts=gone, digest=digest, state=state, published=True
            )
        raise
    parts = Parts.found(state, listed)
    if parts is None:
        raise UploadLostError("A part of the file that was stored is gone or is not what it was.")
    return S3Upload(key, place, bucket, name=name, parts=parts, digest=digest, state=state)
