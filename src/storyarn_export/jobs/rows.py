"""A write to a job row, told to subscribers in the transaction that it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.progress.change import JobChange
from storyarn_export.progress.publisher import announce


@dataclass(frozen=True, slots=True)
class JobTable:
    """A table of jobs.

    Attributes:
        kind: `export` or `import`, as subscribers know it.
    """

    table: Table
    kind: str

    async def write(
        self, session: AsyncSession, where: tuple[ColumnElement[bool], ...], values: Mapping[str, Any]
    ) -> bool:
        """Write columns of one job.

        Args:
            session: whose transaction it becomes part of.
            where: one job at most.
            values: columns; `seq` and `updated_at` follow by themselves.

        Returns:
            Whether there was such a job.
        """
        # The table and not the class: an update through the class is compiled anew each time, 12 ms of it.
        columns = self.table.c
        statement = (
            update(self.table)
            .where(*where)
            .values(**values, seq=columns.seq + 1, updated_at=func.clock_timestamp())
            .returning(columns.id, columns.seq, columns.user_id)
        )
        written = (await session.execute(statement)).one_or_none()
        if written is None:
            return False
        change = JobChange(
            self.kind, written.id, written.seq, written.user_id, passing="status" not in values
        )
        await announce(session, change)
        return True
