"""The Idempotency-Key header: requests that may be sent again."""

from hashlib import sha256
from typing import Annotated

from fastapi import Header

from storyarn_export.jobs.once import Once

REPLAYED = {"Idempotent-Replayed": "true"}

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Drawn by the sender for this request; sent again within 24 h, it gives the same job.",
    ),
]


def once_of(key: str, user_id: int, *asked: str) -> Once:
    """What the header says.

    Args:
        key: its value.
        user_id: the caller.
        asked: all that the request asks for; where any of it differs, it is another request.
    """
    digest = sha256()
    for part in asked:
        digest.update(sha256(part.encode()).digest())
    return Once(user_id, key, digest.digest())
