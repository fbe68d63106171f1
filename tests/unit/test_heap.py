"""What is freed goes back to the system."""

import os

import psutil

from storyarn_export.storage.heap import give_back

BLOCK_BYTES = 64 * 1024
BLOCKS = 512


def test_free_memory_is_given_back() -> None:
    process = psutil.Process()
    blocks = [os.urandom(BLOCK_BYTES) for _ in range(BLOCKS)]
    # The last of them stays, so that the heap cannot be made shorter.
    last = blocks[-1]
    del blocks
    before_bytes = process.memory_info().rss
    give_back()
    given_back_bytes = before_bytes - process.memory_info().rss
    assert given_back_bytes > BLOCKS * BLOCK_BYTES // 2
    assert len(last) == BLOCK_BYTES
