"""How often a token may ask: a sliding window a token, told in the headers of every answer.

Each API process counts for itself; what it knows goes with it.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from storyarn_export.api.errors import RateLimitedError

WINDOW_SECONDS = 60
POLICY = "requests"


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left to a token.

    Attributes:
        limit: requests a window.
        remaining: requests that would still be answered now.
        reset_seconds: until the window is over.
    """

    limit: int
    remaining: int
    reset_seconds: int

    def headers(self) -> Mapping[str, str]:
        """The headers of the answer (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Policy": f'"{POLICY}";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{POLICY}";r={self.remaining};t={self.reset_seconds}',
        }


class RateLimits:
    """Counts requests. Memory: two numbers for each token that has asked within two windows.

    Args:
        per_minute: requests of one token; 0: as many as it likes.
    """

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def admit(self, token_id: str) -> Quota | None:
        """Count a request; None where nothing is limited.

        Raises:
            RateLimitedError: the token has used up its requests; this one is not counted.
        """
        if self._item is None:
            return None
        admitted = await self._limiter.hit(self._item, token_id)
        stats = await self._limiter.get_window_stats(self._item, token_id)
        reset_seconds = max(1, math.ceil(stats.reset_time - time.time()))
        quota = Quota(self._item.amount, stats.remaining if admitted else 0, reset_seconds)
        if not admitted:
            raise RateLimitedError(
                f"This token has sent {quota.limit} requests within a minute.",
                hint="wait, and follow jobs by their event streams instead of asking again and again",
                headers={"Retry-After": str(reset_seconds), **quota.headers()},
            )
        return quota
