"""One entity's object into one row."""

from typing import Any

from storyarn_export.domain.document import DocumentRow
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.cutting import Cutter
from storyarn_export.parsers.formats.storyarn.fields import FieldError, Required, old_id
from storyarn_export.parsers.formats.storyarn.mentions import SIGN
from storyarn_export.parsers.formats.storyarn.notices import Notices
from storyarn_export.parsers.formats.storyarn.repairs import REPAIRS
from storyarn_export.parsers.formats.storyarn.shapes import Shape, build_shapes
from storyarn_export.parsers.formats.storyarn.text import KEY_CHARS, Printer
from storyarn_export.parsers.formats.storyarn.versions import Upgrading

SIGN_BYTES = SIGN.encode()
MENTION_CLASS = b"mention"


class EntityReader:
    """Makes rows of parsed objects and numbers them.

    Args:
        printer: prints user JSON.
        notices: gets what is left out.
    """

    def __init__(self, printer: Printer, notices: Notices) -> None:
        self._notices = notices
        self._ordinal = 0
        # None where there is nothing to do: it is asked for every entity.
        self._upgrading: Upgrading | None = None
        self._shapes = build_shapes(lambda value: printer.print(value, "").decode())

    def shape(self, kind: Kind) -> Shape:
        """What entities of a kind look like."""
        return self._shapes[kind]

    def upgrade(self, upgrading: Upgrading, version: str, path: str) -> None:
        """Say of which version the entities are that follow; until then they are taken for present ones.

        Args:
            upgrading: what makes present ones of them.
            version: as the file says it.
            path: where it says so.

        Raises:
            DocumentError: unsupported-version, as there were some already that should have been upgraded.
        """
        if upgrading.steps and self._ordinal:
            raise DocumentError(
                "unsupported-version",
                f"a file of version {version[:40]!r} has to say so before its first entity",
                path=path,
                hint="put storyarn_version first",
            )
        if upgrading.is_later:
            message = f"the file is of version {version[:40]}; what is new in it is left out"
            self._notices.add("later-version", message, path)
        self._upgrading = upgrading if upgrading.steps else None

    def older_keys(self, kind: Kind) -> frozenset[str]:
        """Keys of a kind that are read only since the file is of an older version."""
        return frozenset() if self._upgrading is None else self._upgrading.keys(kind)

    def number(self) -> int:
        """A new ordinal."""
        self._ordinal += 1
        return self._ordinal

    def row(
        self,
        kind: Kind,
        entity: dict[str, Any],
        printed: bytes,
        *,
        path: str,
        ordinal: int,
        parent: int | None,
    ) -> DocumentRow | None:
        """The row of an entity; None when it is of a type that cannot be stored.

        Args:
            kind: what it is.
            entity: its parsed object, which is changed.
            printed: what the object prints as, checked.
            path: where it stands.
            ordinal: its number.
            parent: that of the row that holds it.

        Raises:
            DocumentError: a field is missing or cannot be stored.
        """
        shape = self._shapes[kind]
        if self._upgrading is not None:
            entity = self._upgrading.entity(kind, entity)
        if shape.types and not self._is_known_type(shape, entity, path):
            return None
        for code, message in REPAIRS[kind](entity) if kind in REPAIRS else ():
            self._notices.add(code, message, path)
        # A mention says so in small letters; only its attributes may be written in any case.
        cutter = Cutter(entity, has_signs=MENTION_CLASS in printed and SIGN_BYTES in printed.lower())
        values = _read(shape, entity, cutter, path)
        own_id = self._own_id(entity, path) if shape.has_id else None
        if not entity.keys() <= shape.known:
            for key in entity.keys() - shape.known:
                self.count_unknown_key(key, kind.value, path)
        for place in cutter.emptied:
            self._notices.add(
                "target-dropped", "a reference names no kind that can be referred to", f"{path}.{place}"
            )
        return DocumentRow(kind, ordinal, parent, path, own_id, values, tuple(cutter.references))

    def _own_id(self, entity: dict[str, Any], path: str) -> str:
        try:
            own_id = old_id(entity["id"]) if entity.get("id") is not None else None
        except FieldError as error:
            raise DocumentError(error.code, error.message, path=f"{path}.id") from error
        if own_id is None:
            raise DocumentError("missing-required-keys", "has no id", path=f"{path}.id")
        return own_id

    def _is_known_type(self, shape: Shape, entity: dict[str, Any], path: str) -> bool:
        given = entity.get("type")
        if not isinstance(given, str) or given in shape.types:
            return True
        self._notices.add(
            "unknown-type", f"{shape.kind.value} of unknown type {given[:40]!r} was skipped", path
        )
        return False

    def count_unknown_key(self, key: str, owner: str, path: str) -> None:
        """Count a key of one of our own objects that means nothing to us."""
        self._notices.add(
            "unknown-key", f"unknown key {key[:40]!r} of a {owner} was ignored", f"{path}.{key[:KEY_CHARS]}"
        )


def _read(shape: Shape, entity: dict[str, Any], cutter: Cutter, path: str) -> tuple[Any, ...]:
    values: list[Any] = []
    get, append = entity.get, values.append
    # One loop and no call but the reader's: it turns for every field of every entity, and most fields are empty.
    for name, read, field in shape.fields:
        value = get(name)
        if value is not None:
            try:
                append(read(value, cutter))
            except FieldError as error:
                raise DocumentError(error.code, error.message, path=f"{path}.{name}") from error
        elif field is None:
            append(None)
        else:
            value = field.null if name in entity else field.default
            if isinstance(value, Required):
                raise DocumentError(value.code, f"{name} is missing", path=f"{path}.{name}")
            append(value)
    return tuple(values)
