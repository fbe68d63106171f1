"""Bytes of assets that stand in a document, in base64."""

import binascii
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from storyarn_export.domain.contents import Tally
from storyarn_export.domain.errors import AssetMismatchError, AssetTooLargeError, DocumentError
from storyarn_export.parsers.baggage import Baggage, Keeper

SHA256 = re.compile(r"[0-9a-f]{64}")
# Characters that become whole bytes.
QUANTUM = 4
MAX_PATH_LENGTH = 1000


class Carried(NamedTuple):
    """What a file says of the bytes of an asset, or holds of them.

    Attributes:
        sha256: lowercase hex; None where it is not said.
        crc32: of bytes that were kept.
        key: where they were kept.
        path: name of the file beside the document that holds them.
    """

    sha256: str | None = None
    crc32: int | None = None
    key: str | None = None
    path: str | None = None


class EmbeddedBytes:
    """The bytes of one asset while they are read.

    Memory: a piece of the document.

    Args:
        keeper: takes them; None where they are only looked at.
        path: JSON path of the string.
    """

    def __init__(self, keeper: Keeper | None, path: str) -> None:
        self._keeper = keeper
        self._path = path
        self._tally = Tally()

    def read(self, pieces: Iterator[str]) -> None:
        """Take the string.

        Raises:
            DocumentError: invalid-base64, asset-too-large.
        """
        rest, ended = "", False
        for piece in pieces:
            text = rest + piece
            whole = len(text) - len(text) % QUANTUM
            rest = text[whole:]
            if whole:
                # Padding is only at the end.
                if ended:
                    raise self._broken()
                ended = text[whole - 1] == "="
                self._take(text[:whole])
        if rest:
            raise self._broken()

    def check(self, content_type: str, size: int, sha256: str | None) -> Carried:
        """Compare the bytes with what is said of them, and keep them.

        Raises:
            DocumentError: asset-mismatch.
            StorageError: they are not kept.
        """
        try:
            self._tally.check(content_type=content_type, size=size, sha256=sha256)
        except AssetMismatchError as error:
            raise DocumentError(error.code, error.message, path=self._path) from error
        key = None if self._keeper is None else self._keeper.keep()
        return Carried(self._tally.sha256, self._tally.crc32, key)

    def drop(self) -> None:
        """Forget them."""
        if self._keeper is not None:
            self._keeper.drop()

    def _take(self, text: str) -> None:
        try:
            piece = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
            self._tally.add(piece)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise self._broken() from error
        except AssetTooLargeError as error:
            raise DocumentError(error.code, error.message, path=self._path) from error
        if self._keeper is not None:
            self._keeper.write(piece)

    def _broken(self) -> DocumentError:
        return DocumentError(
            "invalid-base64",
            "is not base64",
            path=self._path,
            hint="base64 of RFC 4648, without line breaks and with its padding",
        )


def read_sha256(value: Any, path: str) -> str | None:
    """The digest that a file says.

    Raises:
        DocumentError: it is none.
    """
    if value is None or (isinstance(value, str) and SHA256.fullmatch(value)):
        return value
    raise DocumentError("invalid-value", "must be a SHA-256, lowercase hex", path=path)


class Members:
    """The files beside a document, each of which belongs to one asset.

    Args:
        baggage: which there are.
    """

    def __init__(self, baggage: Baggage | None) -> None:
        self._sizes = None if baggage is None else baggage.members
        self._taken: set[str] = set()

    @property
    def there(self) -> bool:
        """Whether the document has come with files."""
        return self._sizes is not None

    def take(self, value: Any, size: int, path: str) -> str | None:
        """Check that an asset's file is there; its name, None where it has none.

        Args:
            value: of the asset's member `path`.
            size: bytes of the asset.
            path: where that stands.

        Raises:
            DocumentError: invalid-value, asset-missing, asset-mismatch, duplicate-asset-paths.
        """
        if value is None or self._sizes is None:
            return None
        if not isinstance(value, str) or len(value) > MAX_PATH_LENGTH:
            raise DocumentError("invalid-value", "must be the name of a file in the bundle", path=path)
        found = self._sizes.get(value)
        if found is None:
            raise DocumentError(
                "asset-missing",
                f"{value[:80]!r} is not in the bundle",
                path=path,
                hint="export the project again, or set `path` and `sha256` to null to go without the bytes",
            )
        if found != size:
            raise DocumentError(
                "asset-mismatch", f"the asset is said to have {size} bytes, its file has {found}", path=path
            )
        if value in self._taken:
            raise DocumentError("duplicate-asset-paths", "two assets have one file", path=path)
        self._taken.add(value)
        return value
