"""The product with other settings: each on a copy of the database, because workers of one database share its queue."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from tests.factories.object_store import CREDENTIALS, new_bucket, running_store

from benchmarks.databases import Dataset, copied
from storyarn_export.settings import PREFIX

NO_CHECKPOINTS, S3 = "no_checkpoints", "s3"
NO_CHECKPOINTS_FROM_ENTITIES = 100_000
"""In smaller projects fixed costs hide the difference. Files that end before the first checkpoint show the noise."""
NEVER_BYTES = 1024 * 1024 * 1024
"""The longest way between checkpoints that settings take; no file here is as large."""


@asynccontextmanager
async def variants(server_url: str, dataset: Dataset) -> AsyncIterator[Mapping[str, Dataset]]:
    """Copies of the dataset by what is different about the workers on them, while the block lasts.

    Args:
        server_url: of the server.
        dataset: nobody may be connected to it.
    """
    async with AsyncExitStack() as stack:
        told = {S3: await stack.enter_async_context(_bucket())}
        if dataset.entities >= NO_CHECKPOINTS_FROM_ENTITIES:
            told = {NO_CHECKPOINTS: {f"{PREFIX}CHECKPOINT_BYTES": str(NEVER_BYTES)}, **told}
        yield {
            key: stack.enter_context(copied(server_url, dataset, key, variables))
            for key, variables in told.items()
        }


@asynccontextmanager
async def _bucket() -> AsyncIterator[dict[str, str]]:
    """What workers are told that keep files in an object store, which runs in a process of its own meanwhile."""
    with _in_environment(CREDENTIALS), running_store() as url:
        async with new_bucket(url) as bucket:
            yield bucket.settings()


@contextmanager
def _in_environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
