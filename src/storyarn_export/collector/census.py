"""Counts what an export would write."""

from collections.abc import Mapping
from dataclasses import dataclass

from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import KINDS, Kind, Section

CENSUS = statement("census")
MISSING_IDS = statement("missing_ids")
USED_ASSETS = statement("used_assets")
# See queries/census.sql.
COUNTING = """
SET LOCAL jit = off;
SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_hashjoin = on
"""


@dataclass(frozen=True, slots=True)
class Census:
    """Rows by kind; kinds of excluded sections count zero.

    Attributes:
        counts: rows that an export would write.
        dead_connections: connections of the flows in the file that are left out, as an end is not a live node.
        ownerless_texts: texts in the wanted languages that are left out, as their owner is not in the file.
        used_assets: ids of the assets that are written, where that is not all of them; ascending.
    """

    counts: Mapping[Kind, int]
    dead_connections: int = 0
    ownerless_texts: int = 0
    used_assets: tuple[int, ...] | None = None

    @property
    def total(self) -> int:
        """Entities in all."""
        return sum(self.counts.values())

    @property
    def by_section(self) -> dict[Section, int]:
        """Entities of each section, in document order."""
        return {section: sum(self.counts.get(kind, 0) for kind in kinds) for section, kinds in KINDS.items()}


async def take_census(connection: BulkConnection, project_id: int, options: ExportOptions) -> Census:
    """Count the rows an export would write, options honoured.

    Args:
        connection: an open connection; inside a transaction the count is part of it, and its plan settings are left
            as counting needs them.
        project_id: id of the project; an unknown one counts zero.
        options: what is asked for.
    """
    filters = (
        [section.value for section in options.sections],
        options.sheet_ids,
        options.flow_ids,
        options.scene_ids,
        options.languages,
    )
    used = None
    async with connection.transaction():
        await connection.execute(COUNTING)
        rows = await connection.fetch(CENSUS, project_id, *filters)
        if options.only_used_assets:
            used = tuple(row["id"] for row in await connection.fetch(USED_ASSETS, project_id, *filters))
    found = {row["kind"]: row["rows"] for row in rows}
    if used is not None:
        found[Kind.ASSET] = len(used)
    return Census(
        {kind: found[kind] for kind in Kind},
        dead_connections=found["any_flow_connection"] - found[Kind.FLOW_CONNECTION],
        ownerless_texts=found["any_localized_text"] - found[Kind.LOCALIZED_TEXT],
        used_assets=used,
    )


async def missing_ids(
    connection: BulkConnection, project_id: int, options: ExportOptions
) -> list[tuple[str, int]]:
    """Ids in the filters of `options` that name nothing live in the project: (option, id), ordered."""
    rows = await connection.fetch(
        MISSING_IDS, project_id, options.sheet_ids or (), options.flow_ids or (), options.scene_ids or ()
    )
    return [(row["option"], row["id"]) for row in rows]
