"""The Accept-Encoding header (RFC 9110), and answers that are compressed on their way."""

import asyncio
import re
import zlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from enum import StrEnum
from typing import Protocol

from storyarn_export.api.errors import NotAcceptableError
from storyarn_export.domain.zstandard import CompressionParameter, ZstdCompressor
from storyarn_export.serializers.writing.packing import GZIP_LEVEL, ZSTD_LEVEL

ELEMENT = re.compile(
    r"\s*(?P<coding>[A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*(?:;\s*[Qq]=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.ASCII,
)
ALIASES = {"x-gzip": "gzip"}
# Whoever says nothing of an answer that is not compressed takes it, but likes whatever is named better.
UNNAMED_IDENTITY = 0.0001
GZIP_WINDOW_BITS = 31
# What any client that takes zstd has to be able to look back at is 8 MiB (RFC 9659); less is enough for small projects.
ZSTD_WINDOW_BITS = 20


class Coding(StrEnum):
    """How an answer is compressed, the dearer to us first."""

    ZSTD = "zstd"
    GZIP = "gzip"
    IDENTITY = "identity"


def choose_coding(headers: Iterable[str]) -> Coding:
    """How an answer is to be compressed: as its reader likes it best, of equal ones the first of `Coding`.

    Args:
        headers: values of all Accept-Encoding headers. None: not compressed. Malformed elements are ignored.

    Raises:
        NotAcceptableError: nothing that can be given is acceptable.
    """
    given = list(headers)
    weights = _weights(",".join(given))
    chosen = max(Coding, key=lambda coding: _weight(coding, weights))
    if _weight(chosen, weights) <= 0:
        offered = ", ".join(Coding)
        raise NotAcceptableError(
            "Accept-Encoding leaves nothing that can be given.", hint=f"what can be given: {offered}"
        )
    return chosen


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for element in header.split(","):
        found = ELEMENT.fullmatch(element)
        if found is not None:
            name = found["coding"].lower()
            weights.setdefault(ALIASES.get(name, name), float(found["weight"] or 1))
    return weights


def _weight(coding: Coding, weights: Mapping[str, float]) -> float:
    if coding.value in weights:
        return weights[coding.value]
    if coding is Coding.IDENTITY:
        return 0.0 if weights.get("*") == 0 else UNNAMED_IDENTITY
    return weights.get("*", 0.0)


class _Encoder(Protocol):
    """Compresses a stream so that each piece can be read before the next one comes."""

    def feed(self, data: bytes) -> bytes:
        """All of these bytes."""

    def finish(self) -> bytes:
        """The end."""


class _Gzip:
    def __init__(self) -> None:
        self._deflater = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW_BITS)

    def feed(self, data: bytes) -> bytes:
        return self._deflater.compress(data) + self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._deflater.flush(zlib.Z_FINISH)


class _Zstd:
    def __init__(self) -> None:
        self._compressor = ZstdCompressor(
            options={
                CompressionParameter.compression_level: ZSTD_LEVEL,
                CompressionParameter.window_log: ZSTD_WINDOW_BITS,
            }
        )

    def feed(self, data: bytes) -> bytes:
        return self._compressor.compress(data, ZstdCompressor.FLUSH_BLOCK)

    def finish(self) -> bytes:
        return self._compressor.flush(ZstdCompressor.FLUSH_FRAME)


ENCODERS: Mapping[Coding, type[_Encoder]] = {Coding.ZSTD: _Zstd, Coding.GZIP: _Gzip}


async def encoded(chunks: AsyncGenerator[bytes, None], coding: Coding) -> AsyncGenerator[bytes, None]:
    """Chunks, each compressed and passed on as it comes; the source is closed with this generator.

    Compressing happens in a thread. Memory: one chunk, and what the way of compressing looks back at.

    Args:
        chunks: the bytes, in order.
        coding: how they are to be compressed.
    """
    async with aclosing(chunks):
        if coding is Coding.IDENTITY:
            async for chunk in chunks:
                yield chunk
            return
        encoder = ENCODERS[coding]()
        async for chunk in chunks:
            yield await asyncio.to_thread(encoder.feed, chunk)
        yield encoder.finish()
