"""The part of `bootstrap` that opens the artifact store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storyarn_export.settings import Settings, StorageKind
from storyarn_export.storage.contract import Storage
from storyarn_export.storage.local import LocalStorage


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Storage]:
    """The artifact store that the settings name, while the block lasts."""
    if settings.storage is StorageKind.LOCAL:
        yield LocalStorage(settings.local_storage_dir)
        return
    # Tens of megabytes that only those who have a bucket shall pay for.
    from storyarn_export.storage.s3 import S3Place, open_s3  # noqa: PLC0415

    place = S3Place(
        bucket=settings.s3_bucket or "",
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        prefix=settings.s3_prefix,
    )
    async with open_s3(place) as storage:
        yield storage
