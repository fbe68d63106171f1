"""What a document says of itself: versions, project, source language."""

import re
from collections.abc import Sequence
from typing import Any

from storyarn_export.domain.document import ProjectHead
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.imports import SourceFacts
from storyarn_export.parsers.formats.storyarn.entities import EntityReader
from storyarn_export.parsers.formats.storyarn.text import Printer
from storyarn_export.parsers.formats.storyarn.versions import UPGRADES, Upgrade, upgrading_from
from storyarn_export.parsers.formats.storyarn.window import HARMLESS_CHARS, Window

REQUIRED_KEYS = ("storyarn_version", "export_version", "project")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_NAME = 100
MAX_SLUG = 100
MAX_DESCRIPTION = 1000
# A time as in RFC 3339 takes a third of it.
MAX_EXPORTED_AT = 100
METADATA_KEYS = frozenset({"statistics", "validation"})
# A thousand languages, or a few hundred findings; what is longer is not kept.
MAX_METADATA_CHARS = HARMLESS_CHARS // 4
PROJECT_KEYS = frozenset({"id", "name", "slug", "description", "settings"})


class HeadReader:
    """Reads the members of the envelope that hold no rows.

    Args:
        window: the document.
        printer: prints the settings.
        entities: counts unknown keys, and is told of the version.
        upgrades: of older versions.

    Attributes:
        metadata: what the document counts at its end, as JSON; what is too long or unknown is left out.
    """

    def __init__(
        self, window: Window, printer: Printer, entities: EntityReader, upgrades: Sequence[Upgrade] = UPGRADES
    ) -> None:
        self._upgrades = upgrades
        self._window = window
        self._printer = printer
        self._entities = entities
        self._seen: set[str] = set()
        self._version = ""
        self._exported_at: str | None = None
        self._source_language: str | None = None
        self._head: ProjectHead | None = None
        self.metadata: dict[str, Any] = {}

    def open(self) -> None:
        """Check that the document is an object.

        Raises:
            DocumentError: invalid-json, invalid-json-structure.
        """
        if self._window.peek("$") != "{":
            # What is no value at all is a matter of JSON, not of structure.
            self._window.skip("$")
            raise DocumentError("invalid-json-structure", "the document must be an object", path="$")

    def read(self, key: str) -> bool:
        """Read the value of a member of the envelope, if it is one of mine."""
        path = f"$.{key}"
        match key:
            case "storyarn_version":
                self._version = self._text(path)
                self._entities.upgrade(
                    upgrading_from(self._version, path, upgrades=self._upgrades), self._version, path
                )
            case "export_version":
                self._text(path)
            case "project":
                self._read_project(path)
            case "exported_at":
                self._read_exported_at(path)
            case "metadata":
                self._read_metadata(path)
            case _:
                return False
        self._seen.add(key)
        return True

    def read_source_language(self, path: str) -> None:
        """Read the locale code of the source language."""
        value = self._window.value(path)
        if value is not None and not isinstance(value, str):
            raise DocumentError("invalid-field-types", "must be a string", path=path)
        self._source_language = value

    def check(self) -> None:
        """Check that nothing required is missing.

        Raises:
            DocumentError: missing-required-keys.
        """
        missing = [key for key in REQUIRED_KEYS if key not in self._seen]
        if missing:
            raise DocumentError("missing-required-keys", f"missing: {', '.join(missing)}", path="$")

    def head(self) -> ProjectHead:
        """The project; only after `check`."""
        if self._head is None:
            raise DocumentError("missing-required-keys", "missing: project", path="$")
        head = self._head
        return ProjectHead(head.name, head.slug, head.description, head.settings, self._source_language)

    def facts(self) -> SourceFacts:
        """What the document says of itself; only after `check`."""
        return SourceFacts(self._version, self._exported_at, self.head().name)

    def _read_exported_at(self, path: str) -> None:
        """Keep the time if it may be one; it is shown, never computed with."""
        held, value = self._window.value_within(path, 4 * MAX_EXPORTED_AT)
        if not held:
            self._window.skip(path)
        elif isinstance(value, str) and len(value) <= MAX_EXPORTED_AT:
            self._printer.print(value, path)
            self._exported_at = value

    def _read_metadata(self, path: str) -> None:
        """Keep what is short and known; it is compared, never computed with."""
        if self._window.peek(path) != "{":
            self._window.skip(path)
            return
        for key in self._window.members(path):
            place = f"{path}.{key}"
            held, value = False, None
            if key in METADATA_KEYS:
                held, value = self._window.value_within(place, MAX_METADATA_CHARS)
            if held:
                self.metadata[key] = value
            else:
                self._window.skip(place)

    def _text(self, path: str) -> str:
        value = self._window.value(path)
        if not isinstance(value, str):
            raise DocumentError("invalid-field-types", "must be a string", path=path)
        return value

    def _read_project(self, path: str) -> None:
        if self._window.peek(path) != "{":
            self._window.skip(path)
            raise DocumentError("invalid-field-types", "must be an object", path=path)
        own: dict[str, Any] = {}
        for key in self._window.members(path):
            if key in PROJECT_KEYS:
                own[key] = self._window.value(f"{path}.{key}")
            else:
                self._entities.count_unknown_key(key, "project", path)
                self._window.skip(f"{path}.{key}")
        self._printer.print(own, path)
        if own.get("name") is None:
            raise DocumentError("missing-required-keys", "missing: name", path=f"{path}.name")
        name = _limited(own["name"], MAX_NAME, f"{path}.name", least=1)
        description = own.get("description")
        if description is not None:
            _limited(description, MAX_DESCRIPTION, f"{path}.description")
        slug = own.get("slug")
        usable = isinstance(slug, str) and len(slug) <= MAX_SLUG and SLUG.fullmatch(slug)
        settings = own.get("settings", {})
        printed = None if settings is None else self._printer.print(settings, f"{path}.settings").decode()
        self._head = ProjectHead(name, slug if usable else None, description, printed, None)


def _limited(value: Any, most: int, path: str, *, least: int = 0) -> str:
    if not isinstance(value, str):
        raise DocumentError("invalid-field-types", "must be a string", path=path)
    if not least <= len(value) <= most:
        raise DocumentError("invalid-value", f"must have {least} to {most} characters", path=path)
    return value
