"""A person wants to know what is wrong with a project."""

import asyncio

import asyncpg

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.request import RequestExport
from storyarn_export.validation.report import Report
from storyarn_export.validation.validate import validate

# At a time in a process; each holds a connection for bulk work from its first row to its last, and another to count.
MAX_VALIDATING = 2


class ValidateProject:
    """Validates while someone waits; no job is made.

    Args:
        bulk: where projects are read.
        request: checks filters as for a job.
    """

    def __init__(self, bulk: asyncpg.Pool, request: RequestExport) -> None:
        self._bulk = bulk
        self._request = request
        self._places = asyncio.Semaphore(MAX_VALIDATING)

    async def __call__(self, project_id: int, options: ExportOptions) -> Report:
        """Validate what an export would write.

        Args:
            project_id: id of the project.
            options: sections and filters.

        Raises:
            InvalidOptionsError: a filter names something that is not in the project.
        """
        async with self._places:
            await self._request.refuse_missing(project_id, options)
            async with open_snapshot(self._bulk) as snapshot:
                counting = await snapshot.begin_census(project_id, options, beside=True)
                return await validate(snapshot, project_id, options, counting)
