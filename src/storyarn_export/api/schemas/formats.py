"""Formats that projects can be exported to."""

from typing import Self

from pydantic import Field

from storyarn_export.api.schemas.common import Answer
from storyarn_export.domain.options import AssetMode
from storyarn_export.domain.story import Section
from storyarn_export.serializers.registry import Format


class FormatOut(Answer):
    """A format."""

    name: str
    label: str
    description: str
    media_type: str
    extension: str
    sections: list[Section] = Field(description="What it can hold, in document order.")
    is_bundle: bool = Field(description="An archive of several files, not one file.")
    importable: bool
    cannot_hold: list[str] = Field(description="Codes of what is lost.")
    aliases: list[str]
    asset_modes: list[AssetMode] = Field(
        description="What `include_assets` can be; `bundled` makes an archive, also of a format that is one file."
    )

    @classmethod
    def of(cls, one: Format) -> Self:
        """The format as it is registered."""
        return cls(
            name=one.name,
            label=one.label,
            description=one.description,
            media_type=one.media_type,
            extension=one.extension,
            sections=list(one.sections),
            is_bundle=one.is_bundle,
            importable=one.importable,
            cannot_hold=list(one.cannot_hold),
            aliases=list(one.aliases),
            asset_modes=list(one.asset_modes),
        )
