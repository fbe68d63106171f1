"""The walk through a native document: sections in any order, any missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead
from storyarn_export.domain.imports import SourceFacts
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.baggage import Baggage
from storyarn_export.parsers.formats.storyarn.assets import AssetReader
from storyarn_export.parsers.formats.storyarn.head import HeadReader
from storyarn_export.parsers.formats.storyarn.localization import term_entities, text_entities
from storyarn_export.parsers.formats.storyarn.notices import Notices
from storyarn_export.parsers.formats.storyarn.reader import Reader, as_array, as_object
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
        self._window = Window(read_text(source, limits), limits)
        printer, self._notices = Printer(limits), Notices()
        self._reader = Reader(self._window, printer, self._notices)
        self._entities = self._reader.entities
        self._assets = AssetReader(self._reader, baggage)
        self._head = HeadReader(self._window, printer, self._entities, upgrades)

    def head(self) -> ProjectHead:
        """The project itself; known when `rows` has come to its end."""
        return self._head.head()

    def facts(self) -> SourceFacts:
        """What the file says of itself; known when `rows` has come to its end."""
        return replace(self._head.facts(), carries_bytes=self._assets.carries_bytes)

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
                yield from self._assets.rows(path)
            else:
                self._entities.count_unknown_key(key, "document", "$")
                window.skip(path)
        window.finish()
        self._head.check()

    def _section(self, key: str, path: str) -> Iterator[DocumentRow]:
        kind, children = SECTIONS[key]
        for index in self._reader.items(path):
            yield from self._walked(kind, children, f"{path}[{index}]", None)

    def _walked(
        self, kind: Kind, children: Mapping[str, Kind], path: str, parent: int | None
    ) -> Iterator[DocumentRow]:
        """An entity read member by member, its children as they come."""
        window, known = self._window, self._reader.known(kind)
        ordinal = self._entities.number()
        own: dict[str, Any] = {}
        self._reader.expect("{", "an object", path)
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
        row = self._reader.row(kind, own, path, ordinal, parent)
        if row is not None:
            yield row

    def _children(self, kind: Kind, path: str, parent: int) -> Iterator[DocumentRow]:
        for index in self._reader.items(path):
            place = f"{path}[{index}]"
            if kind is Kind.BLOCK:
                yield from self._block(place, parent)
                continue
            entity, printed = self._reader.whole(kind, place)
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
        printed = self._reader.checked(Kind.BLOCK, block, path)
        table = block.pop("table_data", None)
        ordinal = self._entities.number()
        row = self._entities.row(Kind.BLOCK, block, printed, path=path, ordinal=ordinal, parent=parent)
        if row is not None:
            yield row
            yield from self._held_table(table, f"{path}.table_data", ordinal)

    def _held_table(self, table: Any, path: str, parent: int) -> Iterator[DocumentRow]:
        for key, listed in as_object(table, path).items() if table is not None else ():
            place = f"{path}.{key}"
            if key not in TABLE_DATA:
                self._entities.count_unknown_key(key, "table", path)
                continue
            for index, entity in enumerate(as_array(listed, place)):
                spot = f"{place}[{index}]"
                row = self._reader.row(
                    TABLE_DATA[key], as_object(entity, spot), spot, self._entities.number(), parent
                )
                if row is not None:
                    yield row

    def _table_data(self, path: str, parent: int) -> Iterator[DocumentRow]:
        if self._reader.is_null(path):
            return
        self._reader.expect("{", "an object", path)
        for key in self._window.members(path):
            place = f"{path}.{key}"
            if key in TABLE_DATA:
                yield from self._children(TABLE_DATA[key], place, parent)
            else:
                self._entities.count_unknown_key(key, "table", path)
                self._window.skip(place)

    def _localization(self, path: str) -> Iterator[DocumentRow]:
        if self._reader.is_null(path):
            return
        self._reader.expect("{", "an object", path)
        for key in self._window.members(path):
            place = f"{path}.{key}"
            match key:
                case "source_language":
                    self._head.read_source_language(place)
                case "languages":
                    for index in self._reader.items(place):
                        spot = f"{place}[{index}]"
                        entity, printed = self._reader.whole(Kind.LANGUAGE, spot)
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
        for index in self._reader.items(path):
            spot = f"{path}[{index}]"
            group, printed = self._reader.whole(kind, spot)
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
