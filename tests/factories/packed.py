"""Compressed files, opened without the code that is judged."""

import gzip

from storyarn_export.domain.options import Compression
from storyarn_export.domain.zstandard import CompressionParameter, ZstdCompressor, ZstdDecompressor

LEVEL = 3


def zstd(content: bytes, *, window_bits: int = 0) -> bytes:
    """One frame with its checksum.

    Args:
        content: what it holds.
        window_bits: of how far back it may look; 0: as the library likes.
    """
    compressor = ZstdCompressor(
        options={
            CompressionParameter.compression_level: LEVEL,
            CompressionParameter.checksum_flag: 1,
            CompressionParameter.window_log: window_bits,
        }
    )
    # Begun before it is known how much there is: otherwise it looks back no further than there is something.
    begun = compressor.compress(content[:1]) if window_bits else b""
    return begun + compressor.compress(content[1:] if window_bits else content, ZstdCompressor.FLUSH_FRAME)


def unpacked(packed: bytes, compression: Compression) -> bytes:
    """What a compressed file holds; every one of its members or frames has to be whole."""
    if compression is Compression.GZIP:
        return gzip.decompress(packed)
    content = b""
    while packed:
        frame = ZstdDecompressor()
        content += frame.decompress(packed)
        assert frame.eof, "the last frame is not whole"
        packed = frame.unused_data
    return content
