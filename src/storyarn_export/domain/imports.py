"""What an import is asked to do, what it would meet, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storyarn_export.domain.document import Notice, UnresolvedReference
from storyarn_export.domain.story import Kind

# Listed one by one; the rest is only counted.
MAX_LISTED = 100

# Names of what an import stores, below a prefix of its own.
SOURCE = "source"
ROWS = "rows"


class ConflictResolution(StrEnum):
    """What becomes of a root of the file whose (kind, shortcut) a live root of the project has already.

    - SKIP: the project's stays as it is; what else the file holds refers to it
    - OVERWRITE: the file's takes its place, and references from the project to the old one follow
    - MERGE: the project's stays and takes the file's values; what only the project has stays
    - RENAME: the file's comes in beside it under a free shortcut
    """

    SKIP = "skip"
    OVERWRITE = "overwrite"
    MERGE = "merge"
    RENAME = "rename"


class ImportSection(StrEnum):
    """The parts that previews and reports tell apart. Roots are counted, not what is below them."""

    SHEETS = "sheets"
    FLOWS = "flows"
    SCENES = "scenes"
    SCREENPLAYS = "screenplays"
    LANGUAGES = "languages"
    STRINGS = "strings"
    GLOSSARY = "glossary"
    ASSETS = "assets"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A root of the file that meets one of the project.

    Attributes:
        existing_id: of the project's.
        incoming_name: of the file's.
    """

    kind: Kind
    shortcut: str
    existing_id: int
    incoming_name: str


@dataclass(frozen=True, slots=True)
class SectionPreview:
    """What a section of the file would meet.

    Attributes:
        total: what the file holds.
        existing: how many of them the project has already: by shortcut, locale code, key of a text, terms and
            locales, or what tells assets apart.
        conflicts: the first MAX_LISTED roots among them.
        conflict_count: all of them.
    """

    total: int = 0
    existing: int = 0
    conflicts: tuple[Conflict, ...] = ()
    conflict_count: int = 0

    @property
    def new(self) -> int:
        """What the project does not have."""
        return self.total - self.existing


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would meet; nothing of the project is touched for it.

    Attributes:
        sections: every section is there.
        entities: rows of the file by kind; every kind is there.
        warnings: what would be left out or changed, as far as the file alone tells.
        fingerprint: lowercase hex SHA-256 of everything that the project's side decides; two previews of one file
            differ in it if and only if the project has changed in a way that touches the import.
    """

    sections: Mapping[ImportSection, SectionPreview]
    entities: Mapping[Kind, int]
    warnings: tuple[Notice, ...]
    fingerprint: str

    @property
    def total(self) -> int:
        """Rows of the file."""
        return sum(self.entities.values())


@dataclass(frozen=True, slots=True)
class SectionReport:
    """What became of a section."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    renamed: int = 0


@dataclass(frozen=True, slots=True)
class Renamed:
    """A root that could not keep its shortcut."""

    kind: Kind
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        sections: every section is there.
        created: rows inserted, by kind.
        updated: rows changed, by kind.
        unresolved: the first references that were emptied; `unresolved_total` counts all.
    """

    sections: Mapping[ImportSection, SectionReport]
    created: Mapping[Kind, int]
    updated: Mapping[Kind, int]
    renames: tuple[Renamed, ...]
    unresolved: tuple[UnresolvedReference, ...]
    unresolved_total: int
    warnings: tuple[Notice, ...]
    duration_ms: int


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a file says of itself.

    Attributes:
        format_version: its `storyarn_version`.
        exported_at: as written in the file, or None.
        carries_bytes: whether it brings the bytes of assets.
    """

    format_version: str
    exported_at: str | None
    project_name: str
    carries_bytes: bool = False


def rows_key(key: str) -> str:
    """Where the rows of an import's file are kept.

    Args:
        key: of the file.
    """
    return key.removesuffix(SOURCE) + ROWS


def source_key(key: str) -> str:
    """The file whose rows are kept under a key; the key itself where that is not of rows."""
    return key.removesuffix(ROWS) + SOURCE if key.endswith(f"/{ROWS}") else key
