"""What the bytes of an asset may be."""

import hashlib
import zlib
from dataclasses import dataclass

from storyarn_export.domain.errors import AssetMismatchError, AssetTooLargeError

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


class Tally:
    """Counts and hashes the bytes of one asset as they come past.

    Memory: the first BEGINS_BYTES.
    """

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._begins = b""
        self.crc32 = 0
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            AssetTooLargeError: they are more than an asset may have.
        """
        self.size += len(piece)
        if self.size > MAX_ASSET_BYTES:
            raise AssetTooLargeError(f"An asset has at most {MAX_ASSET_BYTES} bytes.")
        self._sha256.update(piece)
        self.crc32 = zlib.crc32(piece, self.crc32)
        if len(self._begins) < BEGINS_BYTES:
            self._begins += piece[: BEGINS_BYTES - len(self._begins)]

    @property
    def sha256(self) -> str:
        """Of all bytes so far, lowercase hex."""
        return self._sha256.hexdigest()

    def check(self, *, content_type: str, size: int | None, sha256: str | None) -> None:
        """Compare the whole with what is said of it.

        Args:
            content_type: what it is to be.
            size: its bytes, where they are said.
            sha256: lowercase hex, where it is said.

        Raises:
            AssetMismatchError: it is something else.
        """
        if not self.size:
            raise AssetMismatchError("An asset has at least one byte.")
        if size is not None and self.size != size:
            raise AssetMismatchError(f"The asset has {self.size} bytes and is said to have {size}.")
        if sha256 is not None and self.sha256 != sha256:
            raise AssetMismatchError(f"The asset's SHA-256 is {self.sha256} and is said to be {sha256}.")
        if not looks_like(content_type, self._begins):
            raise AssetMismatchError(f"The bytes are not of the type {content_type}.")
