"""What the runner gives to a scenario."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from storyarn_export.settings import PREFIX
from tests.chaos.counts import Count
from tests.chaos.ground import Ground
from tests.chaos.site import Site, open_site
from tests.chaos.size import Size
from tests.factories.fault_proxy import FaultProxy, fault_proxy
from tests.factories.object_store import OwnBucket, new_bucket


@dataclass(frozen=True, slots=True)
class Stage:
    """How and on what a scenario is played.

    Attributes:
        seed: the same one makes the same moments, as far as the machine lets it.
    """

    ground: Ground
    size: Size
    seed: int

    @asynccontextmanager
    async def site(self, **settings: str) -> AsyncIterator[Site]:
        """A site of its own."""
        async with open_site(self.ground, self.seed, settings) as site:
            yield site

    @asynccontextmanager
    async def bucket(self, **settings: str) -> AsyncIterator[tuple[Site, OwnBucket, FaultProxy]]:
        """A site whose files are in a bucket, and the proxy before it, which lets all through until told otherwise."""
        url = await asyncio.to_thread(self.ground.store_url)
        async with new_bucket(url) as bucket, fault_proxy(url) as proxy:
            given = {name.removeprefix(PREFIX).lower(): value for name, value in bucket.settings().items()}
            async with self.site(**{**given, "s3_endpoint_url": proxy.url, **settings}) as site:
                yield site, bucket, proxy


Scenario = Callable[[Stage], Awaitable[Sequence[Count]]]
