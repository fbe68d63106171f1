"""How quick exports are compressed on their way."""

import asyncio
import zlib
from collections.abc import AsyncGenerator

import pytest

from storyarn_export.api.encodings import Coding, choose_coding, encoded
from storyarn_export.api.errors import NotAcceptableError
from storyarn_export.domain.zstandard import ZstdDecompressor

SECONDS = 10


@pytest.mark.parametrize(
    ("headers", "coding"),
    [
        ([], "identity"),
        ([""], "identity"),
        (["gzip"], "gzip"),
        (["x-gzip"], "gzip"),
        (["zstd"], "zstd"),
        (["gzip, zstd"], "zstd"),
        (["gzip, deflate, br, zstd"], "zstd"),
        (["gzip, deflate, br"], "gzip"),
        (["GZIP;Q=1.0"], "gzip"),
        (["gzip;q=1, zstd;q=0.9"], "gzip"),
        (["gzip;q=0.8", "zstd;q=0.9"], "zstd"),
        (["gzip; q=0.001"], "gzip"),
        (["gzip;q=0"], "identity"),
        (["gzip;q=0.000, *"], "zstd"),
        (["*"], "zstd"),
        (["*;q=0.5, gzip"], "gzip"),
        (["identity"], "identity"),
        (["identity, gzip;q=0.5"], "identity"),
        (["identity;q=0.5, gzip"], "gzip"),
        (["identity;q=0, gzip;q=0.1"], "gzip"),
        (["br"], "identity"),
        (["br;q=1, *;q=0, identity"], "identity"),
        (["gzip;q=2"], "identity"),
        (["gzip;q=0.1234"], "identity"),
        (["gzip;q=x, zstd;;"], "identity"),
        (["gzip, gzip;q=0"], "gzip"),
        (["," * 50_000], "identity"),
    ],
)
def test_what_the_reader_likes_best(headers: list[str], coding: str) -> None:
    assert choose_coding(headers) == coding


@pytest.mark.parametrize("header", ["identity;q=0", "*;q=0", "gzip;q=0, zstd;q=0, identity;q=0", "br, *;q=0"])
def test_nothing_that_can_be_given(header: str) -> None:
    with pytest.raises(NotAcceptableError):
        choose_coding([header])


@pytest.mark.parametrize("coding", [Coding.GZIP, Coding.ZSTD])
async def test_each_piece_can_be_read_before_the_next_is_made(coding: Coding) -> None:
    read = asyncio.Event()
    closed = False

    async def pieces() -> AsyncGenerator[bytes, None]:
        nonlocal closed
        try:
            yield b"first, "
            await asyncio.wait_for(read.wait(), SECONDS)
            yield b"second"
        finally:
            closed = True

    opened = zlib.decompressobj(31) if coding is Coding.GZIP else ZstdDecompressor()
    stream = encoded(pieces(), coding)
    text = opened.decompress(await anext(stream))
    assert text == b"first, "
    read.set()
    text += b"".join([opened.decompress(chunk) async for chunk in stream])
    assert (text, opened.eof, closed) == (b"first, second", True, True)
