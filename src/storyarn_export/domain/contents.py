"""What the bytes of an asset may be."""

from dataclasses import dataclass

MAX_ASSET_BYTES = 20_000_000
# So many first bytes tell what a file is.
BEGINS_BYTES = 64

SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "audio/mpeg": (b"ID3", b"\xff\xe2", b"\xff\xe3", b"\xff\xf2", b"\xff\xf3", b"\xff\xfa", b"\xff\xfb"),
    "audio/ogg": (b"OggS",),
    "audio/webm": (b"\x1aE\xdf\xa3",),
    "application/pdf": (b"%PDF-",),
}
# Inside the container that they share.
RIFF_FORMS = {"image/webp": b"WEBP", "audio/wav": b"WAVE"}
MARKUP = "image/svg+xml"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of an asset that are stored.

    Attributes:
        key: where, in the store.
        size: bytes.
        sha256: lowercase hex.
        crc32: as archives have it.
    """

    key: str
    size: int
    sha256: str
    crc32: int


def looks_like(content_type: str, begins: bytes) -> bool:
    """Whether a file may be of a type.

    Args:
        content_type: one that assets can have.
        begins: its first BEGINS_BYTES, or all of it.
    """
    if content_type in RIFF_FORMS:
        return begins[:4] == b"RIFF" and begins[8:12] == RIFF_FORMS[content_type]
    if content_type == MARKUP:
        return begins.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"<")
    return begins.startswith(SIGNATURES[content_type])
