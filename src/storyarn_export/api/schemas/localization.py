"""Files for translators: what is asked for, and what became of one."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from storyarn_export.api.schemas.common import Answer, Request
from storyarn_export.api.schemas.options import ALL, QueryBool, QueryList
from storyarn_export.localization.report import ExchangeReport, Place, Places


class TextsQuery(Request):
    """Which languages a file is to have."""

    languages: QueryList = Field(default=list(ALL), description="For tables: `all`, or locale codes.")
    language: str | None = Field(
        default=None, max_length=10, description="For PO and XLIFF, which hold one language: its locale code."
    )


class TextsUpload(Request):
    """How a file is to be taken."""

    preview: QueryBool = Field(default=False, description="Only say what would be changed.")


class TextPlace(Answer):
    """A text in one language, and where the file speaks of it."""

    place: str = Field(examples=["row 12"])
    key: str | None = Field(examples=["flow_node/302/text"])
    locale: str | None = Field(examples=["es"])
    reason: str | None = Field(default=None, description="A stable word.")
    message: str | None = None


class TextPlaces(Answer):
    """Some of what there is."""

    total: int
    listed: list[TextPlace] = Field(description="The first 100, in the order of the file.")

    @classmethod
    def of(cls, places: Places) -> Self:
        """As found."""
        return cls(total=places.total, listed=_listed(places.listed))


class TextsReport(Answer):
    """What became of everything that a file says of a text in one language."""

    format: str = Field(examples=["csv"])
    preview: bool = Field(description="Nothing was changed; this is what would be.")
    updated: TextPlaces = Field(description="Were other than the file says.")
    unchanged: int = Field(description="Are as the file says.")
    stale: TextPlaces = Field(
        description="Have another source text by now than the one that was translated; left as they are."
    )
    unknown: TextPlaces = Field(description="There is no such text, or no such language.")
    errors: TextPlaces = Field(description="Rows that cannot be taken.")

    @classmethod
    def of(cls, report: ExchangeReport, *, format_name: str, preview: bool) -> Self:
        """As found."""
        return cls(
            format=format_name,
            preview=preview,
            updated=TextPlaces.of(report.updated),
            unchanged=report.unchanged,
            stale=TextPlaces.of(report.stale),
            unknown=TextPlaces.of(report.unknown),
            errors=TextPlaces.of(report.errors),
        )


def _listed(places: Sequence[Place]) -> list[TextPlace]:
    return [
        TextPlace(place=one.place, key=one.key, locale=one.locale, reason=one.reason, message=one.message)
        for one in places
    ]
