"""Bytes of a file in a bucket, read in pieces over connections that may break."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

import structlog
from botocore.exceptions import ClientError

from storyarn_export.domain.errors import StorageError
from storyarn_export.storage.s3_bucket import Bucket
from storyarn_export.storage.s3_calls import BROKEN, code_of, explain

if TYPE_CHECKING:
    # Types alone; the package is for developers.
    from types_aiobotocore_s3.type_defs import GetObjectOutputTypeDef, GetObjectRequestTypeDef

READ_CHUNK_BYTES = 256 * 1024
# Connections in a row that bring no byte.
MAX_FRUITLESS = 5

log = structlog.get_logger(__name__)


class Reading:
    """One pass over a range of a file; what breaks is taken up at the byte where it broke.

    Args:
        bucket: has the file.
        key: in the bucket.
        start: first byte.
        length: bytes at most; None for the rest.
    """

    def __init__(self, bucket: Bucket, key: str, *, start: int, length: int | None) -> None:
        self._bucket = bucket
        self._key = key
        self._at = start
        self._end = None if length is None else start + length
        self._etag: str | None = None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The bytes, in chunks of at most READ_CHUNK_BYTES; to be closed by whoever leaves early.

        Raises:
            StorageError: there is no such file, it has been replaced, or it cannot be read.
        """
        fruitless = 0
        while self._end is None or self._at < self._end:
            before = self._at
            try:
                answer = await self._bucket.caller("give a file", self._ask)
                if answer is None:
                    return
                self._etag = answer["ETag"]
                async with aclosing(self._body(answer)) as body:
                    async for chunk in body:
                        self._at += len(chunk)
                        yield chunk
            except BROKEN as error:
                fruitless = 0 if self._at > before else fruitless + 1
                log.warning("a read broke", key=self._key, at_byte=self._at, error=type(error).__name__)
                if fruitless >= MAX_FRUITLESS:
                    raise explain("give a file", error) from error
            else:
                return

    async def _ask(self) -> "GetObjectOutputTypeDef | None":
        """The answer from the next byte on; None where the file ends before it."""
        bucket = self._bucket
        last = "" if self._end is None else str(self._end - 1)
        asked: GetObjectRequestTypeDef = {
            "Bucket": bucket.name,
            "Key": self._key,
            "Range": f"bytes={self._at}-{last}",
        }
        if self._etag is not None:
            asked["IfMatch"] = self._etag
        try:
            return await bucket.client.get_object(**asked)
        except ClientError as error:
            if code_of(error) == "InvalidRange":
                return None
            raise

    async def _body(self, answer: "GetObjectOutputTypeDef") -> AsyncGenerator[bytes, None]:
        left = answer["ContentLength"]
        body = answer["Body"]
        try:
            while left:
                chunk = await body.read(min(left, READ_CHUNK_BYTES))
                if not chunk:
                    raise ConnectionError("the answer is shorter than it said")
                left -= len(chunk)
                yield chunk
        finally:
            # A connection on which bytes are left cannot be used again.
            body.close()


async def read(bucket: Bucket, key: str, *, start: int, length: int | None) -> AsyncGenerator[bytes, None]:
    """Bytes of a file; see `storage.contract.Storage.open_read`."""
    if length == 0 and await bucket.head(key) is None:
        raise StorageError("The file cannot be read: there is none.")
    async with aclosing(Reading(bucket, key, start=start, length=length).chunks()) as chunks:
        async for chunk in chunks:
            yield chunk
