"""Removes the files of imports that are over."""

from uuid import UUID

import structlog
from sqlalchemy import select, update

from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import StorageError
from storyarn_export.domain.imports import rows_key
from storyarn_export.domain.lifecycle import ENDED_IMPORTS
from storyarn_export.imports.status import JOBS
from storyarn_export.jobs.steady import steadily
from storyarn_export.storage.contract import Storage

log = structlog.get_logger(__name__)


class ForgetSource:
    """Removes files that were given to imports.

    Args:
        sessions: where rows are read and written.
        storage: where the files are.
    """

    def __init__(self, sessions: Sessions, storage: Storage) -> None:
        self._sessions = sessions
        self._storage = storage

    async def __call__(self, key: str) -> bool:
        """Remove a file, and what was kept of its rows.

        Returns:
            Whether it is gone; else the clean-up tries again.
        """
        try:
            await self._storage.delete(rows_key(key))
            await self._storage.delete(key)
        except StorageError as error:
            log.warning("stored bytes are left for the clean-up", key=key, error=error.message)
            return False
        return True

    async def when_over(self, job_id: UUID) -> None:
        """Remove the file of an import if that is over, and say in the row that it is gone."""
        over = JOBS.c.status.in_(sorted(ENDED_IMPORTS))

        async def look() -> str | None:
            query = select(JOBS.c.source_key).where(JOBS.c.id == job_id, over)
            async with self._sessions() as session:
                return (await session.execute(query)).scalar_one_or_none()

        async def gone() -> None:
            # What people see of the import is as before, so that nobody is told.
            statement = update(JOBS).where(JOBS.c.id == job_id, over).values(source_key=None)
            async with self._sessions.begin() as session:
                await session.execute(statement)

        key = await steadily(look)
        if key is not None and await self(key):
            await steadily(gone)
