"""How often an address may come with a wrong token or ticket before it is not listened to for a while.

Each API process counts for itself; what it knows goes with it.
"""

import math
import secrets
import time
from collections import OrderedDict
from hashlib import blake2b, sha256
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from storyarn_export.api.errors import LoginThrottledError

# Addresses are counted in 65,536 places, so that many of them take no more memory than a few do.
PLACE_BYTES = 2
# Good tokens that are remembered, each by 32 bytes: they are listened to wherever they come from.
MAX_REMEMBERED = 10_000
# Whoever has one address of IPv6 has all of its network.
IPV6_PREFIX = 64
IPV6_BITS = 128


class FailedLogins:
    """Counts failures by address, and remembers who has been let in.

    A wrong token costs a look into the database; an address that has used up its failures is refused before that,
    unless what it brings was good a while ago. So nobody is locked out by a neighbour behind the same proxy.
    Memory: two numbers for each of 65,536 places, a digest for each of MAX_REMEMBERED tokens.

    Args:
        per_minute: failures of one address, or of one /64 of IPv6; 0: as many as it likes.
    """

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        # Unknown to clients, so that none can choose an address that shares a place with another one.
        self._key = secrets.token_bytes(16)
        self._good: OrderedDict[bytes, None] = OrderedDict()

    async def admit(self, address: str, credential: str) -> None:
        """Nothing, if the credential may be looked at.

        Args:
            address: of the client; empty where it has none.
            credential: the token or ticket.

        Raises:
            LoginThrottledError: too many failures came from there within a minute.
        """
        if self._item is None or _digest(credential) in self._good:
            return
        place = self._place(address)
        if await self._limiter.test(self._item, place):
            return
        stats = await self._limiter.get_window_stats(self._item, place)
        wait_seconds = max(1, math.ceil(stats.reset_time - time.time()))
        raise LoginThrottledError(
            f"{self._item.amount} wrong tokens have come from this address within a minute.",
            hint="wait, and look at the token that you send",
            headers={"Retry-After": str(wait_seconds)},
        )

    async def failed(self, address: str, credential: str) -> None:
        """The credential was wrong."""
        self._good.pop(_digest(credential), None)
        if self._item is not None:
            await self._limiter.hit(self._item, self._place(address))

    def succeeded(self, credential: str) -> None:
        """The token was good."""
        digest = _digest(credential)
        self._good[digest] = None
        self._good.move_to_end(digest)
        if len(self._good) > MAX_REMEMBERED:
            self._good.popitem(last=False)

    def _place(self, address: str) -> str:
        return blake2b(_network(address).encode(), key=self._key, digest_size=PLACE_BYTES).hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(int(parsed) >> (IPV6_BITS - IPV6_PREFIX))


def _digest(credential: str) -> bytes:
    return sha256(credential.encode("utf-8", "surrogateescape")).digest()
