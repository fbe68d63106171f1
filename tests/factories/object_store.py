"""An object store for tests, in a process of its own, and buckets in it."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aioboto3

from storyarn_export.storage.s3 import S3Place, S3Storage, open_s3
from storyarn_export.storage.s3_calls import Patience

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.05
REGION = "us-east-1"
# As AWS's own tools read them; the store takes any.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "tests",
    # Long enough to be told from anything else, should it be logged.
    "AWS_SECRET_ACCESS_KEY": "of-the-tests-and-never-in-a-log",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": REGION,
}
# Many tries, short waits: what tests make fail comes back at once.
PATIENCE = Patience(tries=12, first_seconds=0.02, longest_seconds=0.1, try_seconds=20, read_seconds=10)


@contextmanager
def running_store() -> Iterator[str]:
    """URL of a store that runs while the block lasts; CREDENTIALS have to be in the environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.factories.moto_store", str(port)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up_at = time.monotonic() + START_SECONDS
        while not _listens(port):
            assert process.poll() is None, "the object store ended"
            assert time.monotonic() < give_up_at, "the object store never listened"
            time.sleep(LOOK_AGAIN_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True, slots=True)
class OwnBucket:
    """A bucket of a test's own.

    Attributes:
        url: of the store, or of what stands before it.
        client: looks into the bucket from beside.
    """

    name: str
    url: str
    client: "S3Client"

    def place(self, *, url: str | None = None, patience: Patience = PATIENCE, prefix: str = "") -> S3Place:
        return S3Place(
            self.name, endpoint_url=url or self.url, region=REGION, prefix=prefix, patience=patience
        )

    def settings(self) -> dict[str, str]:
        """Environment variables of processes that keep their files here."""
        return {
            "STORYARN_STORAGE": "s3",
            "STORYARN_S3_BUCKET": self.name,
            "STORYARN_S3_ENDPOINT_URL": self.url,
            "STORYARN_S3_REGION": REGION,
        }

    async def keys(self) -> list[str]:
        found = await self.client.list_objects_v2(Bucket=self.name)
        return sorted(one["Key"] for one in found.get("Contents", ()))

    async def uploads(self) -> list[str]:
        found = await self.client.list_multipart_uploads(Bucket=self.name)
        return sorted(one["UploadId"] for one in found.get("Uploads", ()))

    async def content(self, key: str) -> bytes:
        answer = await self.client.get_object(Bucket=self.name, Key=key)
        return await answer["Body"].read()

    @asynccontextmanager
    async def storage(
        self, *, url: str | None = None, patience: Patience = PATIENCE, prefix: str = ""
    ) -> AsyncIterator[S3Storage]:
        async with open_s3(self.place(url=url, patience=patience, prefix=prefix)) as storage:
            yield storage


@asynccontextmanager
async def new_bucket(url: str) -> AsyncIterator[OwnBucket]:
    """An empty bucket."""
    async with aioboto3.Session().client("s3", endpoint_url=url, region_name=REGION) as client:
        name = f"bucket-{secrets.token_hex(6)}"
        await client.create_bucket(Bucket=name)
        yield OwnBucket(name, url, client)
