"""Texts and their translations through the one rule about them: whom they name outside of the file."""

from storyarn_export.domain.story import Batch, Kind
from storyarn_export.serializers.writing.jsonb import loads_all
from storyarn_export.validation.judges import Judges
from storyarn_export.validation.report import Place

COLUMNS = 8
# The others are called as they are.
OWNERS = {"flow_node": "node"}


class LineRules:
    """Takes the rows of `queries/lines.sql`.

    Args:
        judges: look at the parts.
    """

    def __init__(self, judges: Judges) -> None:
        self._judges = judges

    def take(self, batch: Batch) -> None:
        """Take rows, in order."""
        links = self._judges.links
        for source_type, source_id, locale, *more in zip(*batch.columns, strict=True):
            owner = OWNERS.get(source_type.decode(), source_type.decode())
            place = Place(owner, source_id.decode(), f"Text of {owner}", root=locale.decode())
            speaker, recording, *texts = loads_all(more)
            # What is gone from the project is told of the owner, not of each language.
            links.check(place, "speaker", Kind.SHEET, speaker, weak=True)
            links.check(place, "recording", Kind.ASSET, recording, weak=True)
            for text in texts:
                links.mentions(place, text)
