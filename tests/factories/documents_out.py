"""Exports without the service around them: snapshot, serializer, bytes."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.document import Document, reconcile
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.serializers.registry import Header

EXPORTED_AT = datetime(2026, 2, 24, 15, 30, 0, 999_999, tzinfo=UTC)


async def export_bytes(bulk: asyncpg.Pool, project_id: int, **options: Any) -> bytes:
    """The native document of a project, reconciled with its census."""
    chosen = ExportOptions(**options)
    async with open_snapshot(bulk) as snapshot:
        project = await snapshot.project(project_id)
        assert project is not None
        counting = await snapshot.begin_census(project_id, chosen, beside=False)
        serializer = STORYARN.serializer(Header(project, EXPORTED_AT, chosen))
        document = Document(snapshot, serializer, project_id, chosen, counting)
        pieces = [piece async for piece in document.pieces()]
        reconcile(serializer.written, await counting)
    return b"".join(pieces)


async def export_document(bulk: asyncpg.Pool, project_id: int, **options: Any) -> dict[str, Any]:
    """The same, parsed."""
    document: dict[str, Any] = orjson.loads(await export_bytes(bulk, project_id, **options))
    return document
