"""How far the languages of a project are translated."""

from dataclasses import dataclass

from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection

TRANSLATION = statement("translation")
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Translation:
    """A language and its texts.

    Attributes:
        texts: of the language, also those whose owner has been deleted.
        final: those of them that are final.
    """

    locale_code: str
    name: str
    is_source: bool
    texts: int
    final: int

    @property
    def percent(self) -> int:
        """Final texts of a hundred, rounded down as in the statistics of a file; 0 where there are none."""
        return self.final * WHOLE // self.texts if self.texts else 0


async def translations(connection: BulkConnection, project_id: int) -> list[Translation]:
    """The languages of a project in their order; none for one that does not exist.

    Args:
        connection: an open connection.
        project_id: id of the project.
    """
    return [Translation(*row) for row in await connection.fetch(TRANSLATION, project_id)]
