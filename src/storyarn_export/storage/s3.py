"""Artifacts in a bucket of an S3-compatible object store."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import aioboto3
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.contract import ListedFile, Unfinished
from storyarn_export.storage.digest import ResumableSha256
from storyarn_export.storage.s3_bucket import PAGE, Bucket, OpenUpload
from storyarn_export.storage.s3_calls import Caller, Patience, explain
from storyarn_export.storage.s3_parts import Parts
from storyarn_export.storage.s3_reading import read
from storyarn_export.storage.s3_upload import S3Upload, go_on

# Each running export holds one connection, each proxied download another; more wait for one to become free.
MAX_CONNECTIONS = 64
# What is looked for by name has to lie somewhere; stores of other makes do not mind.
DEFAULT_REGION = "us-east-1"
MAX_LINK_SECONDS = 300
# One name, so that probes that are cut short leave one small file at most.
PROBE_KEY = ".probe"


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where the bucket is.

    Attributes:
        bucket: its name.
        endpoint_url: of the store; None for AWS.
        region: None for that of the environment.
        prefix: before each key; empty or ending with `/`.
        patience: how long the store is asked again.
        page: entries of a listing that are asked for at a time; more than 1,000 S3 does not give.
    """

    bucket: str
    endpoint_url: str | None = None
    region: str | None = None
    prefix: str = ""
    patience: Patience = field(default_factory=Patience)
    page: int = PAGE


class S3Storage:
    """Files in a bucket; see `storage.contract.Storage`.

    Args:
        bucket: the bucket.
        prefix: before each key.
    """

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix

    async def create(self, key: str) -> S3Upload:
        """Begin a file; see the contract. No two are begun under one key at a time."""
        place = self._place(key)
        name = await self._bucket.begin(place)
        return S3Upload(key, place, self._bucket, name=name, parts=Parts(), digest=ResumableSha256())

    async def resume(self, key: str, state: Mapping[str, Any]) -> S3Upload:
        """Go on with an upload from a mark; see the contract."""
        return await go_on(key, self._place(key), self._bucket, state)

    async def size(self, key: str) -> int | None:
        """Bytes of a complete file; None when there is none."""
        found = await self._bucket.head(self._place(key))
        return None if found is None else found["ContentLength"]

    async def open_read(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Bytes of a complete file, in bounded chunks; see the contract."""
        async with aclosing(read(self._bucket, self._place(key), start=start, length=length)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def delete(self, key: str) -> None:
        """Remove a complete file; see the contract."""
        await self._bucket.delete(self._place(key))

    async def files(self, prefix: str) -> AsyncIterator[ListedFile]:
        """Complete files; see the contract."""
        async for place, size, modified_at in self._bucket.files(self._prefix + prefix):
            yield ListedFile(place.removeprefix(self._prefix), size, modified_at)

    async def unfinished(self, prefix: str) -> AsyncIterator[Unfinished]:
        """Uploads that are neither published nor discarded; see the contract."""
        async for one in self._bucket.uploads(self._prefix + prefix):
            try:
                touched_at = await self._touched_at(one)
            except UploadLostError:
                continue
            yield Unfinished(one.key.removeprefix(self._prefix), one.upload_id, touched_at, busy=False)

    async def drop(self, upload: Unfinished) -> None:
        """Remove an upload; see the contract."""
        await self._bucket.abort(self._place(upload.key), upload.name)

    async def link(self, key: str, *, disposition: str, content_type: str, seconds: int) -> str:
        """A URL under which a file can be read without credentials for at most MAX_LINK_SECONDS."""
        parameters = {
            "Bucket": self._bucket.name,
            "Key": self._place(key),
            "ResponseContentDisposition": disposition,
            "ResponseContentType": content_type,
            "ResponseCacheControl": "private, no-store",
        }
        try:
            return await self._bucket.client.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=min(seconds, MAX_LINK_SECONDS)
            )
        except (ClientError, BotoCoreError) as error:
            raise explain("sign a link", error) from error

    async def writable(self) -> bool:
        """Whether a file could be written now."""
        place = self._place(PROBE_KEY)
        try:
            await self._bucket.put(place, b"probe")
            await self._bucket.delete(place)
        except StorageError:
            return False
        return True

    async def close(self) -> None:
        """Connections are let go of by `open_s3`."""

    def _place(self, key: str) -> str:
        if not PurePosixPath(key).parts or key.startswith("/") or ".." in PurePosixPath(key).parts:
            raise ValueError(f"not a storage key: {key!r}")
        return self._prefix + key

    async def _touched_at(self, upload: OpenUpload) -> Any:
        """When its newest part was stored; when it was begun, where there is none yet."""
        moments = [moment async for _, moment in self._bucket.parts(upload.key, upload.upload_id)]
        return max(moments, default=upload.initiated)


@asynccontextmanager
async def open_s3(place: S3Place) -> AsyncIterator[S3Storage]:
    """A bucket, while the block lasts. Credentials are found as AWS's own tools find them.

    Args:
        place: where it is.
    """
    session = aioboto3.Session()
    patience = place.patience
    config = AioConfig(
        signature_version="s3v4",
        # We try again ourselves: what a lost answer means depends on the call.
        retries={"total_max_attempts": 1},
        connect_timeout=patience.connect_seconds,
        read_timeout=patience.read_seconds,
        max_pool_connections=MAX_CONNECTIONS,
        # Stores of other makes do not know all of the newer ones; parts have theirs by name.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # Hosts named after buckets are AWS's; other stores seldom have them.
        s3={"addressing_style": "path" if place.endpoint_url else "auto"},
    )
    async with session.client(
        "s3",
        endpoint_url=place.endpoint_url,
        region_name=place.region or session.region_name or DEFAULT_REGION,
        config=config,
    ) as client:
        yield S3Storage(Bucket(client, place.bucket, Caller(patience), place.page), place.prefix)
