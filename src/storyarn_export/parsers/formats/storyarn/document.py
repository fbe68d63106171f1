"""The walk through a native document: sections in any order, any missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.imports import SourceFacts
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.baggage import Baggage
from storyarn_export.parsers.formats.storyarn.embedded import Carried, EmbeddedBytes, Members, read_sha256
from storyarn_export.parsers.formats.storyarn.entities import EntityReader
from storyarn_export.parsers.formats.storyarn.head import HeadReader
from storyarn_export.parsers.formats.storyarn.localization import term_entities, text_entities
from storyarn_export.parsers.formats.storyarn.notices import Notices
from storyarn_export.parsers.formats.storyarn.repeated_keys import may_repeat_keys, refuse_repeated_keys
from storyarn_export.parsers.formats.storyarn.text import Printer
from storyarn_export.parsers.formats.storyarn.versions import UPGRADES, Upgrade
from storyarn_export.parsers.formats.storyarn.window import HARMLESS_CHARS, Window
from storyarn_export.parsers.guard import Limits, read_text

Tree = Mapping[str, tuple[Kind, Mapping[str, Kind]]]

SECTIONS: Tree = {
    "sheets": (Kind.SHEET, {"blocks": Kind.BLOCK}),
    "flows": (Kind.FLOW, {"nodes": Kind.NODE, "connections": Kind.FLOW_CONNECTION}),
    "scenes": (
        Kind.SCENE,
        {
            "layers": Kind.LAYER,
            "pins": Kind.PIN,
            "zones": Kind.ZONE,
            "connections": Kind.SCENE_CONNECTION,
            "annotations": Kind.ANNOTATION,
        },
    ),
    "screenplays": (Kind.SCREENPLAY, {"elements": Kind.ELEMENT}),
}
TABLE_DATA: Mapping[str, Kind] = {"columns": Kind.TABLE_COLUMN, "rows": Kind.TABLE_ROW}
# A block of a longer text is walked, since its table may have any number of rows.
WHOLE_BLOCK_CHARS = HARMLESS_CHARS // 4


class StoryarnDocument:
    """One native document.

    Memory: one entity (roots without their children, blocks without their tables) and one piece of the file.

    Args:
        source: an open file, plain or compressed.
        limits: what it may not exceed.
        baggage: what is done with the bytes of assets; None: they are left out.
        upgrades: of older versions of the format.
    """

    def __init__(
        self,
        source: BinaryIO,
        limits: Limits,
        baggage: Baggage | None = None,
        *,
        upgrades: Sequence[Upgrade] = UPGRADES,
    ) -> None:
        self._baggage = baggage
        self._members = Members(baggage)
        self._carries_bytes = False
        self._window = Window(read_text(source, limits), limits)
        self._printer = Printer(limits)
        self._notices = Notices()
        self._entities = EntityReader(self._printer, self._notices)
        self._head = HeadReader(self._window, self._printer, self._entities, upgrades)

    def head(self) -> ProjectHead:
        """The project itself; known when `rows` has come to its end."""
        return self._head.head()

    def facts(self) -> SourceFacts:
        """What the file says of itself; known when `rows` has come to its end."""
        return replace(self._head.facts(), carries_bytes=self._carries_bytes)

    def metadata(self) -> Mapping[str, Any]:
        """What the file counts at its end, as JSON, never believed; known when `rows` has come to its end."""
        return self._head.metadata

    def notices(self) -> tuple[Notice, ...]:
        """What was left out so far."""
        return self._notices.all()

    def rows(self) -> Iterator[DocumentRow]:
        """The file's entities, once, in the order of the file, except that a root comes after its children.

        Raises:
            DocumentError: the file cannot be read.
        """
        window = self._window
        self._head.open()
        for key in window.members("$"):
            path = f"$.{key}"
            if self._head.read(key):
                continue
            if key in SECTIONS:
                yield from self._section(key, path)
            elif key == "localization":
                yield from self._localization(path)
            elif key == "assets":
                yield from self._assets(path)
            else:
                self._entities.count_unknown_key(key, "document", "$")
                window.skip(path)
        window.finish()
        self._head.check()

    def _section(self, key: str, path: str) -> Iterator[DocumentRow]:
        kind, children = SECTIONS[key]
        for index in self._items(path):
            yield from self._walked(kind, children, f"{path}[{index}]", None)

    def _walked(
        self, kind: Kind, children: Mapping[str, Kind], path: str, parent: int | None
    ) -> Iterator[DocumentRow]:
        """An entity read member by member, its children as they come."""
        window, known = self._window, self._known(kind)
        ordinal = self._entities.number()
        own: dict[str, Any] = {}
        self._expect("{", "an object", path)
        for key in window.members(path):
            place = f"{path}.{key}"
            if key in children:
                yield from self._children(children[key], place, ordinal)
            elif key == "table_data" and kind is Kind.BLOCK:
                yield from self._table_data(place, ordinal)
            elif key in known:
                own[key] = window.value(place)
            else:
                self._entities.count_unknown_key(key, kind.value, path)
                window.skip(place)
        row = self._row(kind, own, path, ordinal, parent)
        if row is not None:
            yield row

    def _known(self, kind: Kind) -> frozenset[str]:
        """Keys of a kind that are read."""
        known, older = self._entities.shape(kind).known, self._entities.older_keys(kind)
        return known | older if older else known

    def _children(self, kind: Kind, path: str, parent: int) -> Iterator[DocumentRow]:
        for index in self._items(path):
            place = f"{path}[{index}]"
            if kind is Kind.BLOCK:
                yield from self._block(place, parent)
                continue
            entity, printed = self._whole(kind, place)
            row = self._entities.row(
                kind, entity, printed, path=place, ordinal=self._entities.number(), parent=parent
            )
            if row is not None:
                yield row

    def _block(self, path: str, parent: int) -> Iterator[DocumentRow]:
        held, block = self._window.value_within(path, WHOLE_BLOCK_CHARS)
        if not held:
            yield from self._walked(Kind.BLOCK, {}, path, parent)
            return
        printed = self._checked(Kind.BLOCK, block, path)
        table = block.pop("table_data", None)
        ordinal = self._entities.number()
        row = self._entities.row(Kind.BLOCK, block, printed, path=path, ordinal=ordinal, parent=parent)
        if row is not None:
            yield row
            yield from self._held_table(table, f"{path}.table_data", ordinal)

    def _held_table(self, table: Any, path: str, parent: int) -> Iterator[DocumentRow]:
        for key, listed in _object(table, path).items() if table is not None else ():
            place = f"{path}.{key}"
            if key not in TABLE_DATA:
                self._entities.count_unknown_key(key, "table", path)
                continue
            for index, entity in enumerate(_array(listed, place)):
                spot = f"{place}[{index}]"
                row = self._row(TABLE_DATA[key], _object(entity, spot), spot, self._entities.number(), parent)
                if row is not None:
                    yield row

    def _table_data(self, path: str, parent: int) -> Iterator[DocumentRow]:
        if self._is_null(path):
            return
        self._expect("{", "an object", path)
        for key in self._window.members(path):
            place = f"{path}.{key}"
            if key in TABLE_DATA:
                yield from self._children(TABLE_DATA[key], place, parent)
            else:
                self._entities.count_unknown_key(key, "table", path)
                self._window.skip(place)

    def _localization(self, path: str) -> Iterator[DocumentRow]:
        if self._is_null(path):
            return
        self._expect("{", "an object", path)
        for key in self._window.members(path):
            place = f"{path}.{key}"
            match key:
                case "source_language":
                    self._head.read_source_language(place)
                case "languages":
                    for index in self._items(place):
                        spot = f"{place}[{index}]"
                        entity, printed = self._whole(Kind.LANGUAGE, spot)
                        yield from self._flat(Kind.LANGUAGE, entity, printed, spot)
                case "strings" | "glossary":
                    yield from self._grouped(key, place)
                case _:
                    self._entities.count_unknown_key(key, "localization", path)
                    self._window.skip(place)

    def _grouped(self, key: str, path: str) -> Iterator[DocumentRow]:
        kind, split = (
            (Kind.LOCALIZED_TEXT, text_entities) if key == "strings" else (Kind.GLOSSARY_ENTRY, term_entities)
        )
        for index in self._items(path):
            spot = f"{path}[{index}]"
            group, printed = self._whole(kind, spot)
            if not group.get("translations"):
                self._notices.add("no-translations", f"a {kind.value} without translations was skipped", spot)
            for entity, place in split(group, spot):
                yield from self._flat(kind, entity, printed, place)

    def _flat(self, kind: Kind, entity: dict[str, Any], printed: bytes, path: str) -> Iterator[DocumentRow]:
        row = self._entities.row(
            kind, entity, printed, path=path, ordinal=self._entities.number(), parent=None
        )
        if row is not None:
            yield row

    def _assets(self, path: str) -> Iterator[DocumentRow]:
        if self._is_null(path):
            return
        self._expect("{", "an object", path)
        for key in self._window.members(path):
            place = f"{path}.{key}"
            if key == "items":
                for index in self._items(place):
                    yield from self._asset(f"{place}[{index}]")
            else:
                if key not in ("mode", "base_url"):
                    self._entities.count_unknown_key(key, "list of assets", path)
                self._window.skip(place)

    def _asset(self, path: str) -> Iterator[DocumentRow]:
        known = self._known(Kind.ASSET)
        own: dict[str, Any] = {}
        embedded: EmbeddedBytes | None = None
        self._expect("{", "an object", path)
        try:
            for key in self._window.members(path):
                place = f"{path}.{key}"
                if key == "data":
                    embedded = None if self._is_null(place) else self._embedded(place)
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
        row = self._row(Kind.ASSET, own, path, self._entities.number(), None)
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
        self._carries_bytes |= embedded is not None or carried.path is not None
        return row._replace(values=(*row.values, *carried))

    def _row(
        self, kind: Kind, entity: dict[str, Any], path: str, ordinal: int, parent: int | None
    ) -> DocumentRow | None:
        printed = self._printer.print(entity, path)
        return self._entities.row(kind, entity, printed, path=path, ordinal=ordinal, parent=parent)

    def _whole(self, kind: Kind, path: str) -> tuple[dict[str, Any], bytes]:
        """An entity read at once, and what it prints as."""
        entity = self._window.value(path)
        return entity, self._checked(kind, entity, path)

    def _checked(self, kind: Kind, entity: Any, path: str) -> bytes:
        """What the entity just read prints as; refuses what may not stand in it."""
        printed = self._printer.print(_object(entity, path), path)
        window = self._window
        if may_repeat_keys(window.text, window.start, window.end, printed):
            text = window.text[window.start : window.end]
            refuse_repeated_keys(text, self._entities.shape(kind).own, path)
        return printed

    def _items(self, path: str) -> Iterator[int]:
        if self._is_null(path):
            return
        self._expect("[", "an array", path)
        yield from self._window.items(path)

    def _is_null(self, path: str) -> bool:
        """Pass over a null, which is as good as nothing."""
        if self._window.peek(path) != "n":
            return False
        self._window.value(path)
        return True

    def _expect(self, opening: str, wanted: str, path: str) -> None:
        if self._window.peek(path) != opening:
            # What is no value at all is refused as such.
            self._window.skip(path)
            raise _wrong_type(wanted, path)


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type("an object", path)
    return value


def _array(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong_type("an array", path)
    return value


def _wrong_type(wanted: str, path: str) -> DocumentError:
    return DocumentError("invalid-field-types", f"must be {wanted}", path=path)
