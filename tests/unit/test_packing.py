"""What compresses files: the same bytes however they come, and wherever a writer stopped and another went on."""

import gzip
import json
import random
import zlib

import pytest

from storyarn_export.domain.options import Compression
from storyarn_export.domain.zstandard import ZstdDecompressor
from storyarn_export.serializers.writing.packing import BLOCK_BYTES, open_packer
from tests.factories.packed import unpacked

PACKED = (Compression.GZIP, Compression.ZSTD)
SEED = 20261126
SIZES = (0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES + 12_345)


def text_of(size: int) -> bytes:
    chance = random.Random(SEED)  # noqa: S311 - content, no secrets
    words = [b'{"name": "%d"}, ' % chance.randrange(1_000) for _ in range(size // 10 + 1)]
    return b"".join(words)[:size]


def whole(compression: Compression, content: bytes) -> bytes:
    packer = open_packer(compression)
    return packer.begin() + packer.feed(content) + packer.finish()


@pytest.mark.parametrize("compression", PACKED)
@pytest.mark.parametrize("size", SIZES)
def test_what_is_packed_is_what_was_given(compression: Compression, size: int) -> None:
    content = text_of(size)
    packed = whole(compression, content)
    assert unpacked(packed, compression) == content
    assert len(packed) < size // 3 + 100


@pytest.mark.parametrize("compression", PACKED)
def test_cuts_do_not_show(compression: Compression) -> None:
    content = text_of(3 * BLOCK_BYTES + 777)
    chance = random.Random(SEED)  # noqa: S311 - places, no secrets
    packer = open_packer(compression)
    packed, rest = packer.begin(), content
    while rest:
        size = chance.choice((1, 100, 70_000, BLOCK_BYTES, 2 * BLOCK_BYTES))
        packed += packer.feed(rest[:size])
        rest = rest[size:]
        # Another writer goes on.
        packer = open_packer(compression, json.loads(json.dumps(packer.state())))
    assert packed + packer.finish() == whole(compression, content)


def test_gzip_says_nothing_of_time_and_place_and_is_one_member() -> None:
    content = text_of(BLOCK_BYTES + 5)
    packed = whole(Compression.GZIP, content)
    assert packed[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    inflater = zlib.decompressobj(31)
    assert inflater.decompress(packed) == content
    assert (inflater.eof, inflater.unused_data) == (True, b"")
    assert gzip.decompress(packed) == content


def test_a_damaged_frame_of_zstandard_is_found_out() -> None:
    content = random.Random(SEED).randbytes(1_000)  # noqa: S311 - content, no secrets
    packed = bytearray(whole(Compression.ZSTD, content))
    packed[500] ^= 1
    with pytest.raises(Exception, match="hecksum"):
        ZstdDecompressor().decompress(bytes(packed))
