"""Bytes of assets, and assets that have them."""

import random

PNG = b"\x89PNG\r\n\x1a\n"
SEED = 20261126


def png(size: int, seed: int = 0) -> bytes:
    """Bytes that look like a picture from outside, incompressible, other ones for each seed."""
    chance = random.Random(SEED + seed)  # noqa: S311 - bytes, no secrets
    return PNG + chance.randbytes(size - len(PNG))
