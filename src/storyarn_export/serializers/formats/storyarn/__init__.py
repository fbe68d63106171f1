"""The native format: one JSON document that loses nothing.

- `serializer`: the document
- `localization`: strings and glossary, whose rows are grouped
- `responses`: the one form of dialogue responses
- `carried`: bytes of assets
- `statistics`: what `metadata` tells
"""

from storyarn_export.domain.options import AssetMode
from storyarn_export.domain.story import Section
from storyarn_export.serializers.formats.storyarn.serializer import StoryarnSerializer
from storyarn_export.serializers.registry import Format

STORYARN = Format(
    name="storyarn",
    label="Storyarn",
    description="Everything in the project, for backup, transfer and version control.",
    media_type="application/json",
    extension="storyarn.json",
    sections=tuple(Section),
    is_bundle=False,
    importable=True,
    cannot_hold=(),
    aliases=(),
    serializer=StoryarnSerializer,
    asset_modes=tuple(AssetMode),
)

__all__ = ["STORYARN"]
