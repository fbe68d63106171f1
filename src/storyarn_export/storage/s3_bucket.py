"""The requests that are made of a bucket, each tried with patience."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, cast

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.s3_calls import Caller
from storyarn_export.storage.s3_parts import Part, PartBuffer, Parts

if TYPE_CHECKING:
    # Types alone; the package is for developers.
    from types_aiobotocore_s3.client import S3Client
    from types_aiobotocore_s3.type_defs import HeadObjectOutputTypeDef

# S3's own page of a listing.
PAGE = 1000
# After an abort a part that was on its way may still be stored; it goes with the next abort.
MAX_ABORTS = 5
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """A multipart upload that is neither completed nor aborted.

    Attributes:
        key: as the bucket knows it.
        upload_id: the store's name for it.
        initiated: when it was begun.
    """

    key: str
    upload_id: str
    initiated: datetime


class Bucket:
    """A bucket. Keys are the bucket's own here, prefix and all.

    Args:
        client: connections to the store.
        name: of the bucket.
        caller: makes the calls.
        page: entries of a listing that are asked for at a time.
    """

    def __init__(self, client: "S3Client", name: str, caller: Caller, page: int) -> None:
        self.client = client
        self.name = name
        self.caller = caller
        self._page = page

    async def begin(self, key: str) -> str:
        """Begin a multipart upload; its id.

        Raises:
            StorageError: the store does not take files now.
        """
        tries = 0

        async def begun() -> str:
            nonlocal tries
            tries += 1
            made = await self.client.create_multipart_upload(
                Bucket=self.name, Key=key, ChecksumAlgorithm="CRC32"
            )
            return made["UploadId"]

        upload_id = await self.caller("begin an upload", begun)
        if tries > 1:
            await self._abort_others(key, upload_id)
        return upload_id

    async def put_part(self, key: str, upload_id: str, number: int, buffer: PartBuffer, crc32: str) -> Part:
        """Store a part.

        Raises:
            UploadLostError: the upload has been aborted or completed.
            StorageError: the store did not take it.
        """

        async def put() -> Part:
            # A file of its own for each try: an earlier one may still be read.
            with closing(buffer.body()) as body:
                stored = await self.client.upload_part(
                    Bucket=self.name,
                    Key=key,
                    UploadId=upload_id,
                    PartNumber=number,
                    # The stubs ask for all of a file's methods; the library uses those that it has.
                    Body=cast("IO[bytes]", body),
                    ContentLength=buffer.size,
                    ChecksumCRC32=crc32,
                )
            # A store that checks what it has been sent gives the checksum back, and wants it again at the end.
            return Part(number, buffer.size, stored["ETag"], stored.get("ChecksumCRC32"))

        return await self.caller("take a part", put)

    async def parts(self, key: str, upload_id: str) -> AsyncGenerator[tuple[Part, datetime], None]:
        """The parts of an upload, in order, and when each was stored.

        Raises:
            UploadLostError: there is no such upload.
            StorageError: the store does not answer.
        """
        marker = 0
        while True:
            page = await self.caller(
                "list parts",
                lambda marker=marker: self.client.list_parts(  # type: ignore[misc] # a lambda's default has no type
                    Bucket=self.name,
                    Key=key,
                    UploadId=upload_id,
                    PartNumberMarker=marker,
                    MaxParts=self._page,
                ),
            )
            for one in page.get("Parts", ()):
                part = Part(one["PartNumber"], one["Size"], one["ETag"], one.get("ChecksumCRC32"))
                yield part, one["LastModified"]
            if not page["IsTruncated"] or not page.get("Parts"):
                return
            marker = page["NextPartNumberMarker"]

    async def complete(self, key: str, upload_id: str, parts: Parts, *, size: int) -> None:
        """Make a file of an upload's parts; no error if that has been done before.

        Raises:
            UploadLostError: the upload or a part is gone, and the file is not there.
            StorageError: the store did not do it.
        """

        async def complete() -> bool:
            done = await self.client.complete_multipart_upload(
                Bucket=self.name, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts.pinned()}
            )
            # A store may say so again and again, and of other parts as well: whoever else wrote here was first.
            if not _has_etag(done, parts.etag()):
                raise UploadLostError("The object store has completed the upload with other parts.")
            return True

        async def is_there() -> bool | None:
            return await self.holds(key, size=size, etag=parts.etag()) or None

        try:
            await self.caller("complete an upload", complete, looked_up=is_there)
        except UploadLostError:
            if not await self.holds(key, size=size, etag=parts.etag()):
                raise

    async def abort(self, key: str, upload_id: str) -> None:
        """Remove an upload and its parts; one that is not there is no error.

        Raises:
            StorageError: the store did not do it, or parts keep arriving.
        """
        backoff = self.caller.patience.backoff()
        for _ in range(MAX_ABORTS):
            try:
                await self.caller(
                    "abort an upload",
                    lambda: self.client.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=upload_id),
                )
                if not await self._has_parts(key, upload_id):
                    return
            except UploadLostError:
                return
            await asyncio.sleep(backoff.next())
        raise StorageError("The object store keeps parts of an upload that was aborted.")

    async def head(self, key: str) -> "HeadObjectOutputTypeDef | None":
        """What is known of a file; None when there is none.

        Raises:
            StorageError: the store does not answer.
        """

        async def head() -> "HeadObjectOutputTypeDef | None":
            try:
                return await self.client.head_object(Bucket=self.name, Key=key)
            except self.client.exceptions.ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == NOT_FOUND:
                    return None
                raise

        return await self.caller("look for a file", head)

    async def holds(self, key: str, *, size: int, etag: str | None) -> bool:
        """Whether a file is there that has this size and, where it is known, this ETag."""
        found = await self.head(key)
        if found is None or found["ContentLength"] != size:
            return False
        return _has_etag(found, etag)

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        await self.caller("delete a file", lambda: self.client.delete_object(Bucket=self.name, Key=key))

    async def put(self, key: str, content: bytes) -> None:
        """Store a small file whole."""
        await self.caller(
            "take a file", lambda: self.client.put_object(Bucket=self.name, Key=key, Body=content)
        )

    async def files(self, prefix: str) -> AsyncIterator[tuple[str, int, datetime]]:
        """Key, size and time of the files whose keys begin with `prefix`; memory: one page."""
        more: dict[str, Any] = {}
        while True:
            page = await self.caller(
                "list files",
                lambda more=more: self.client.list_objects_v2(  # type: ignore[misc] # as above
                    Bucket=self.name, Prefix=prefix, MaxKeys=self._page, **more
                ),
            )
            for one in page.get("Contents", ()):
                yield one["Key"], one["Size"], one["LastModified"]
            if not page["IsTruncated"]:
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    async def uploads(self, prefix: str) -> AsyncIterator[OpenUpload]:
        """Uploads of keys that begin with `prefix`; memory: one page."""
        more: dict[str, Any] = {}
        while True:
            page = await self.caller(
                "list uploads",
                lambda more=more: self.client.list_multipart_uploads(  # type: ignore[misc] # as above
                    Bucket=self.name, Prefix=prefix, MaxUploads=self._page, **more
                ),
            )
            for one in page.get("Uploads", ()):
                yield OpenUpload(one["Key"], one["UploadId"], one["Initiated"])
            if not page["IsTruncated"]:
                return
            more = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}

    async def _has_parts(self, key: str, upload_id: str) -> bool:
        async with aclosing(self.parts(key, upload_id)) as parts:
            return await anext(parts, None) is not None

    async def _abort_others(self, key: str, upload_id: str) -> None:
        """Abort what tries without an answer have begun: nobody knows their ids, and keys are one run's only."""
        others = [
            one.upload_id async for one in self.uploads(key) if one.key == key and one.upload_id != upload_id
        ]
        for other in others:
            await self.abort(key, other)


def _has_etag(answer: Mapping[str, Any], etag: str | None) -> bool:
    """Whether the store names a file so. Files that KMS encrypts have ETags that nobody can foretell."""
    if etag is None or str(answer.get("ServerSideEncryption", "")).startswith("aws:kms"):
        return True
    return bool(answer["ETag"].strip('"') == etag)
