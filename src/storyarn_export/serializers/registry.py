"""The formats there are. Adding one is a package under `formats/` and a line in `bootstrap`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from storyarn_export.domain.errors import InvalidOptionsError, UnknownFormatError
from storyarn_export.domain.options import AssetMode, Compression, ExportOptions
from storyarn_export.domain.story import Batch, Kind, Section


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says about itself first.

    Attributes:
        project: the project's own JSON object as the collector gives it.
        exported_at: creation time of the job, UTC.
        options: what is asked for.
        validation: what the validator found, as the document holds it; None where there is nothing to say.
    """

    project: bytes
    exported_at: datetime
    options: ExportOptions
    validation: Mapping[str, Any] | None = None


class Serializer(Protocol):
    """Turns the rows of one export into bytes, in one forward pass.

    Calls come in this order: `begin`; for each section `begin_section`, `rows` any number of times,
    `end_section`; `finish`. Each returns the bytes that follow those returned before. Memory is bounded by what is
    open, not by what was written.
    """

    def begin(self) -> bytes:
        """The start of the document."""

    def begin_section(self, section: Section) -> bytes:
        """The start of a section."""

    def rows(self, batch: Batch) -> bytes:
        """Rows of the section, in document order."""

    def end_section(self, section: Section) -> bytes:
        """The end of a section."""

    def finish(self) -> bytes:
        """The end of the document."""

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows written so far, by kind."""

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the bytes returned so far; plain JSON."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""


class Carried(NamedTuple):
    """Where the bytes of an asset are that travels beside its document.

    Attributes:
        sha256: lowercase hex.
        path: name of the member.
    """

    sha256: str
    path: str


@runtime_checkable
class AssetSerializer(Serializer, Protocol):
    """A serializer of a format that takes the bytes of assets; it is called so in the place of `rows` for assets."""

    def named(self, batch: Batch, carried: Sequence[Carried | None]) -> bytes:
        """Assets whose bytes are members of a bundle.

        Args:
            batch: the assets.
            carried: where the bytes of each are; None where they cannot be had, which the document then tells.
        """

    def embedded(self, batch: Batch, sha256: str | None) -> tuple[bytes, bytes]:
        """One asset whose bytes follow in base64.

        Args:
            batch: the asset.
            sha256: of its bytes; None where they cannot be had, which the document then tells.

        Returns:
            What stands before them, and `after_bytes`; or all, and nothing, where they cannot be had.
        """

    def after_bytes(self) -> bytes:
        """What stands after them, also for a serializer that was restored between the two."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file of a format is from outside.

    Attributes:
        extension: without the first dot.
    """

    media_type: str
    extension: str


BUNDLE = FileKind("application/zip", "storyarn.zip")
# What compression makes of a file: its media type, and what its extension ends with.
COMPRESSED = {
    Compression.GZIP: ("application/gzip", "gz"),
    Compression.ZSTD: ("application/zstd", "zst"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """A format and what it can hold.

    Attributes:
        sections: what it can hold, in document order.
        is_bundle: whether an export is an archive of several files.
        importable: whether files of it can be read back.
        cannot_hold: codes of what is lost.
        aliases: other names that are understood.
        serializer: makes the serializer of one export.
        asset_modes: how assets can travel in it.
    """

    name: str
    label: str
    description: str
    media_type: str
    extension: str
    sections: tuple[Section, ...]
    is_bundle: bool
    importable: bool
    cannot_hold: tuple[str, ...]
    aliases: tuple[str, ...]
    serializer: Callable[[Header], Serializer]
    asset_modes: tuple[AssetMode, ...] = (AssetMode.REFERENCES, AssetMode.NONE)

    def file_kind(self, options: ExportOptions) -> FileKind:
        """What the file of an export is."""
        if options.include_assets is AssetMode.BUNDLED:
            return BUNDLE
        if options.compression is Compression.NONE:
            return FileKind(self.media_type, self.extension)
        media_type, ending = COMPRESSED[options.compression]
        return FileKind(media_type, f"{self.extension}.{ending}")

    def refuse_unoffered(self, options: ExportOptions) -> None:
        """Check that the format can hold what is asked for.

        Raises:
            InvalidOptionsError: assets cannot travel so in it, or it is an archive already.
        """
        mode = options.include_assets
        if mode not in self.asset_modes:
            known = " or ".join(self.asset_modes)
            raise _not_offered(
                "include_assets", f"`{mode.value}` is not possible in the format {self.name}; use {known}"
            )
        archived = self.is_bundle or mode is AssetMode.BUNDLED
        if archived and options.compression is not Compression.NONE:
            raise _not_offered(
                "compression",
                f"`{options.compression.value}` is not possible for an archive, whose members are compressed"
                " already; use none",
            )


def _not_offered(option: str, message: str) -> InvalidOptionsError:
    errors = [{"path": f"options.{option}", "message": message}]
    return InvalidOptionsError(f"{option}: {message}.", extra={"errors": errors})


class FormatRegistry:
    """Formats by name.

    Args:
        formats: all of them, in the order in which they are shown.
    """

    def __init__(self, formats: Iterable[Format]) -> None:
        self._formats = tuple(formats)
        self._by_name = {name: one for one in self._formats for name in (one.name, *one.aliases)}

    def all(self) -> tuple[Format, ...]:
        """Every format, in the order in which they are shown."""
        return self._formats

    def get(self, name: str) -> Format:
        """The format of that name or alias.

        Raises:
            UnknownFormatError: there is none; `extra["known"]` lists the names.
        """
        found = self._by_name.get(name)
        if found is None:
            known = [one.name for one in self._formats]
            raise UnknownFormatError(
                f"There is no format {name!r}.",
                hint=f"Known formats: {', '.join(known)}.",
                extra={"known": known},
            )
        return found
