"""Imports without the service around them: a transaction, a file, and what became of the project."""

import io
import json
from collections.abc import Mapping
from typing import Any

from storyarn_export.domain.imports import ConflictResolution, ImportReport, Preview, SourceFacts
from storyarn_export.imports.execute import ExecuteImport
from storyarn_export.imports.preview import PreviewImport
from tests.factories.documents import encode
from tests.factories.documents_out import export_document
from tests.factories.rows import Story

LIMITS = {"max_bytes": 2**31, "max_entity_bytes": 2**24}
Document = Mapping[str, Any] | bytes


async def preview(story: Story, document: Document, **options: Any) -> tuple[SourceFacts, Preview]:
    """Preview a document; nothing stays."""
    async with story.bulk.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            return await PreviewImport(**LIMITS)(connection, story.project_id, opened(document), **options)
        finally:
            await transaction.rollback()


async def execute(
    story: Story, document: Document, resolution: str, *, fingerprint: str | None = None, **options: Any
) -> ImportReport:
    """Import a document."""
    async with story.bulk.acquire() as connection, connection.transaction():
        return await ExecuteImport(**LIMITS)(
            connection,
            story.project_id,
            opened(document),
            ConflictResolution(resolution),
            expected_fingerprint=fingerprint,
            **options,
        )


def opened(document: Document) -> io.BytesIO:
    """A document as an open file."""
    return io.BytesIO(document if isinstance(document, bytes) else encode(dict(document)))


async def exported(story: Story) -> dict[str, Any]:
    """The project as a document."""
    return await export_document(story.bulk, story.project_id)


class Look:
    """Looks things up in what a project holds, by names instead of ids."""

    def __init__(self, story: Story) -> None:
        self._bulk = story.bulk

    async def id(self, table: str, **columns: Any) -> int:
        """The id of the one row with these values; a live one where rows can be in the trash."""
        found = await self.ids(table, **columns)
        assert len(found) == 1, (table, columns, found)
        return found[0]

    async def ids(self, table: str, **columns: Any) -> list[int]:
        """The ids of all rows with these values."""
        conditions = [f"{name} = ${number}" for number, name in enumerate(columns, 1)]
        if table in ("sheets", "flows", "scenes", "screenplays", "blocks", "flow_nodes"):
            conditions.append("deleted_at IS NULL")
        query = f"SELECT id FROM {table} WHERE {' AND '.join(conditions) or 'true'} ORDER BY id"  # noqa: S608 - names are ours
        return [row["id"] for row in await self._bulk.fetch(query, *columns.values())]

    async def value(self, table: str, column: str, row_id: int) -> Any:
        """One value of one row; JSON parsed."""
        query = f"SELECT to_jsonb({column}) AS value FROM {table} WHERE id = $1"  # noqa: S608 - names are ours
        found = await self._bulk.fetchval(query, row_id)
        return None if found is None else json.loads(found)
