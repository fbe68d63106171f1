"""Validation alone, as the API and the command line ask for it."""

import asyncpg
import orjson

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.options import ExportOptions
from storyarn_export.validation.validate import validate


async def validation(pool: asyncpg.Pool) -> int:
    """Validate the only project of the database; the bytes of its report."""
    options = ExportOptions()
    project_id = await pool.fetchval("SELECT id FROM projects")
    async with open_snapshot(pool) as snapshot:
        counting = await snapshot.begin_census(project_id, options, beside=True)
        report = await validate(snapshot, project_id, options, counting)
    return len(orjson.dumps(report.to_json()))
