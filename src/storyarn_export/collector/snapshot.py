"""One consistent state of a project, read as a stream."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from storyarn_export.collector.census import Census, take_census
from storyarn_export.collector.copying import copy_rows
from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Batch, Section

PROJECT = statement("project")
SHEETS, FLOWS, SCENES, SCREENPLAYS = map(statement, ("sheets", "flows", "scenes", "screenplays"))
LANGUAGES, TEXTS, GLOSSARY, ASSETS = map(statement, ("languages", "texts", "glossary", "assets"))

# The form of numbers and times in the rows must not depend on how the server or the role is set up.
SESSION = """
SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1;
SET LOCAL jit = off;
SET LOCAL statement_timeout = 0;
SET LOCAL max_parallel_workers_per_gather = 0;
"""
# Sections stream along indexes in document order; a plan that sorts or hashes a whole section first would take twice
# as long and keep everyone waiting for the first row.
STREAMING = """
SET LOCAL enable_seqscan = on; SET LOCAL enable_nestloop = on; SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off
"""


class Snapshot:
    """Reads inside one REPEATABLE READ READ ONLY transaction. Use `open_snapshot` to get one.

    Attributes:
        token: `pg_current_snapshot()` as text: what `collector.changes` compares with later.
    """

    def __init__(self, connection: BulkConnection, token: str) -> None:
        self._connection = connection
        self.token = token

    async def census(self, project_id: int, options: ExportOptions) -> Census:
        """The rows an export would write, by kind."""
        census = await take_census(self._connection, project_id, options)
        await self._connection.execute(STREAMING)
        return census

    async def project(self, project_id: int) -> bytes | None:
        """The project's own JSON object, `{id, name, slug, description, settings}`; None when there is none."""
        shown: str | None = await self._connection.fetchval(PROJECT, project_id)
        return None if shown is None else shown.encode()

    def rows(
        self, section: Section, project_id: int, options: ExportOptions, census: Census
    ) -> AsyncIterator[Batch]:
        """Rows of a section in document order, in batches; see `domain.story.Tag` for what a row holds.

        One section at a time: a connection streams one query.

        Args:
            section: which section.
            project_id: id of the project.
            options: the filters.
            census: this snapshot's; where it has shown that nothing is to be left out, no row is looked at for it.
        """
        match section:
            case Section.SHEETS:
                return copy_rows(self._connection, SHEETS, project_id, options.sheet_ids)
            case Section.FLOWS:
                return copy_rows(
                    self._connection, FLOWS, project_id, options.flow_ids, not census.dead_connections
                )
            case Section.SCENES:
                return copy_rows(self._connection, SCENES, project_id, options.scene_ids)
            case Section.SCREENPLAYS:
                return copy_rows(self._connection, SCREENPLAYS, project_id)
            case Section.LOCALIZATION:
                return self._localization(project_id, options, census)
            case Section.ASSETS:
                return copy_rows(self._connection, ASSETS, project_id)

    async def _localization(
        self, project_id: int, options: ExportOptions, census: Census
    ) -> AsyncIterator[Batch]:
        owners = (
            options.include_sheets,
            options.sheet_ids,
            options.include_flows,
            options.flow_ids,
            options.include_screenplays,
            not census.ownerless_texts,
        )
        async for batch in copy_rows(self._connection, LANGUAGES, project_id, options.languages):
            yield batch
        async for batch in copy_rows(
            self._connection, TEXTS, project_id, options.languages, *owners, columns=4
        ):
            yield batch
        async for batch in copy_rows(self._connection, GLOSSARY, project_id, options.languages, columns=4):
            yield batch


@asynccontextmanager
async def open_snapshot(pool: asyncpg.Pool) -> AsyncIterator[Snapshot]:
    """Open a snapshot on a connection of its own; it ends with the block.

    Args:
        pool: where the connection comes from; a read replica will do.
    """
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(SESSION)
        await connection.execute(STREAMING)
        token = await connection.fetchval("SELECT pg_current_snapshot()::text")
        yield Snapshot(connection, token)
