"""What an export is asked to hold."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import Any, Self

from storyarn_export.domain.story import Section

FORMAT_VERSION = "1.0.0"


class AssetMode(StrEnum):
    """How assets travel: named only, inside the document, beside it in a bundle, or not at all."""

    REFERENCES = "references"
    EMBEDDED = "embedded"
    BUNDLED = "bundled"
    NONE = "none"


class Compression(StrEnum):
    """How a file is compressed as a whole."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Options of one export, all resolved.

    Attributes:
        languages: locale codes of the translations to write; None for all.
        flow_ids: ids of the flows to write; None for all, empty for none. Likewise sheet_ids and scene_ids.
        version: the `export_version` of the document.
    """

    include_sheets: bool = True
    include_flows: bool = True
    include_scenes: bool = True
    include_screenplays: bool = True
    include_localization: bool = True
    include_assets: AssetMode = AssetMode.REFERENCES
    languages: tuple[str, ...] | None = None
    flow_ids: tuple[int, ...] | None = None
    sheet_ids: tuple[int, ...] | None = None
    scene_ids: tuple[int, ...] | None = None
    validate_before_export: bool = True
    pretty_print: bool = False
    version: str = FORMAT_VERSION
    compression: Compression = Compression.NONE

    @property
    def carries_bytes(self) -> bool:
        """Whether assets travel with their bytes."""
        return self.include_assets in {AssetMode.EMBEDDED, AssetMode.BUNDLED}

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections to write, in document order."""
        wanted = {
            Section.SHEETS: self.include_sheets,
            Section.FLOWS: self.include_flows,
            Section.SCENES: self.include_scenes,
            Section.SCREENPLAYS: self.include_screenplays,
            Section.LOCALIZATION: self.include_localization,
            Section.ASSETS: self.include_assets is not AssetMode.NONE,
        }
        return tuple(section for section in Section if wanted[section])

    @property
    def is_partial(self) -> bool:
        """Whether something that can be referred to is left out."""
        chosen = (self.sheet_ids, self.flow_ids, self.scene_ids)
        referred_to = set(Section) - {Section.LOCALIZATION}
        return not referred_to <= set(self.sections) or any(ids is not None for ids in chosen)

    @property
    def only_used_assets(self) -> bool:
        """Whether assets that nothing in the file refers to are left out: where a part takes their bytes with it."""
        return self.carries_bytes and self.is_partial

    def to_json(self) -> dict[str, Any]:
        """As the API shows them and as a job row keeps them: None is "all", ids are decimal strings."""
        shown: dict[str, Any] = asdict(self)
        shown["include_assets"] = self.include_assets.value
        shown["compression"] = self.compression.value
        shown["languages"] = "all" if self.languages is None else list(self.languages)
        for name in ("flow_ids", "sheet_ids", "scene_ids"):
            ids: tuple[int, ...] | None = getattr(self, name)
            shown[name] = "all" if ids is None else [str(one) for one in ids]
        return shown

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The options that `to_json` wrote."""
        values = dict(stored)
        values["include_assets"] = AssetMode(values["include_assets"])
        # A job may be of a version that knew of no compression.
        values["compression"] = Compression(values.get("compression", Compression.NONE))
        values["languages"] = None if values["languages"] == "all" else tuple(values["languages"])
        for name in ("flow_ids", "sheet_ids", "scene_ids"):
            values[name] = None if values[name] == "all" else tuple(int(one) for one in values[name])
        return cls(**values)

    def fingerprint(self) -> str:
        """Lowercase hex SHA-256 of the options; equal options have equal fingerprints."""
        return sha256(dumps(self.to_json(), sort_keys=True).encode()).hexdigest()
