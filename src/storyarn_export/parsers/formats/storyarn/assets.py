"""The assets of a document, with their bytes where the document has them."""

from collections.abc import Iterator
from typing import Any

from storyarn_export.domain.document import DocumentRow
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.baggage import Baggage
from storyarn_export.parsers.formats.storyarn.embedded import Carried, EmbeddedBytes, Members, read_sha256
from storyarn_export.parsers.formats.storyarn.reader import Reader


class AssetReader:
    """Reads the section of assets. Memory: one asset without its bytes, and one piece of the file.

    Args:
        reader: of the document.
        baggage: what is done with the bytes of assets; None: they are left out.

    Attributes:
        carries_bytes: whether the document had the bytes of an asset so far, or a bundle with it.
    """

    def __init__(self, reader: Reader, baggage: Baggage | None) -> None:
        self._reader = reader
        self._window = reader.window
        self._notices = reader.notices
        self._entities = reader.entities
        self._baggage = baggage
        self._members = Members(baggage)
        self.carries_bytes = False

    def rows(self, path: str) -> Iterator[DocumentRow]:
        """The rows of the section, in the order of the file.

        Raises:
            DocumentError: it cannot be read, or bytes are not what it says of them.
        """
        if self._reader.is_null(path):
            return
        self._reader.expect("{", "an object", path)
        for key in self._window.members(path):
            place = f"{path}.{key}"
            if key == "items":
                for index in self._reader.items(place):
                    yield from self._asset(f"{place}[{index}]")
            else:
                if key not in ("mode", "base_url"):
                    self._entities.count_unknown_key(key, "list of assets", path)
                self._window.skip(place)

    def _asset(self, path: str) -> Iterator[DocumentRow]:
        known = self._reader.known(Kind.ASSET)
        own: dict[str, Any] = {}
        embedded: EmbeddedBytes | None = None
        self._reader.expect("{", "an object", path)
        try:
            for key in self._window.members(path):
                place = f"{path}.{key}"
                if key == "data":
                    embedded = None if self._reader.is_null(place) else self._embedded(place)
                elif key in known:
                    own[key] = self._window.value(place)
                else:
                    self._entities.count_unknown_key(key, Kind.ASSET.value, path)
                    self._window.skip(place)
            row = self._asset_row(own, embedded, path)
        except BaseException:
            if embedded is not None:
                embedded.drop()
            raise
        if row is not None:
            yield row

    def _embedded(self, path: str) -> EmbeddedBytes | None:
        """The bytes that stand there, megabytes of base64."""
        if self._baggage is None:
            self._notices.add("asset-bytes-ignored", "the bytes of an embedded asset were left out", path)
            self._window.skip_string(path)
            return None
        embedded = EmbeddedBytes(self._baggage.keeper and self._baggage.keeper(), path)
        try:
            embedded.read(self._window.string_pieces(path))
        except BaseException:
            embedded.drop()
            raise
        return embedded

    def _asset_row(
        self, own: dict[str, Any], embedded: EmbeddedBytes | None, path: str
    ) -> DocumentRow | None:
        """The asset, with what the file holds of its bytes after its other values."""
        sha256 = read_sha256(own.pop("sha256", None), f"{path}.sha256")
        beside = own.pop("path", None)
        row = self._reader.row(Kind.ASSET, own, path, self._entities.number(), None)
        if row is None:
            return None
        _, content_type, size, *_ = row.values
        carried = Carried(sha256)
        if embedded is not None:
            carried = embedded.check(str(content_type), int(str(size)), sha256)
        elif beside is not None and not self._members.there:
            self._notices.add(
                "asset-bytes-missing", "the document came without the files of its bundle", path
            )
        else:
            name = self._members.take(beside, int(str(size)), f"{path}.path")
            carried = carried._replace(path=name)
        self.carries_bytes |= embedded is not None or carried.path is not None
        return row._replace(values=(*row.values, *carried))
