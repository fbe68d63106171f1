"""How far a run is, told to those who watch."""

import asyncio
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from storyarn_export.collector.census import Census
from storyarn_export.db.session import Sessions
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import KINDS, Kind
from storyarn_export.exports.checkpoint import Checkpoint
from storyarn_export.exports.status import write_run
from storyarn_export.progress.tally import tally
from storyarn_export.progress.throttle import Throttle

# 100 is said only when the file can be downloaded.
MOST_BEFORE_THE_END = 99


class Advance:
    """Writes the progress of one run to its row, as often as the throttle lets it.

    What is only to be shown is written while the file goes on, one write at a time and in order. None is on its way
    when the block ends.

    Args:
        sessions: where the row is written.
        run_token: the run's.
        expected: what there was to write when the export was asked for; shown until the census is known.
        census: what there is to write.
        options: which sections.
        throttle: when progress is due.
        percent: what has been told already; it never goes back.
    """

    def __init__(
        self,
        sessions: Sessions,
        run_token: UUID,
        *,
        expected: Mapping[str, int],
        census: asyncio.Task[Census],
        options: ExportOptions,
        throttle: Throttle,
        percent: int,
    ) -> None:
        self._sessions = sessions
        self._run_token = run_token
        self._expected = expected
        self._census = census
        self._options = options
        self._throttle = throttle
        self._percent = percent
        self._telling: asyncio.Task[None] | None = None

    async def begin(self, written: Mapping[Kind, int], *, count: str | None, **more: Any) -> None:
        """Say what is to be done, and what an earlier run has done of it.

        Args:
            written: rows that are in the file already.
            count: what to add one to.
            more: further columns of the job.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        await self._write(written, count=count, **more)

    async def __aenter__(self) -> Self:
        """The advance itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let a write that is on its way end; what it ended in matters no more."""
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)

    async def keep(self, checkpoint: Checkpoint, written: Mapping[Kind, int]) -> None:
        """Say from where a run can go on, and how far this one is.

        Args:
            checkpoint: whose bytes are durable.
            written: rows that are in the file.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        await self._told()
        await self._write(written, count="export_checkpoints", checkpoint=checkpoint.to_json())

    async def to(self, written: Mapping[Kind, int]) -> None:
        """Say what has been written, if it is time to.

        Args:
            written: rows that are in the file; not changed afterwards.

        Raises:
            SupersededError: the run did not hold the job any more the last time.
        """
        if self._throttle.due(sum(written.values())):
            await self._told()
            self._telling = asyncio.create_task(self._write(written))

    async def _told(self) -> None:
        if self._telling is not None:
            telling, self._telling = self._telling, None
            # Cancelled in the middle, the connection would be lost to the pool.
            await asyncio.shield(telling)

    async def _write(self, written: Mapping[Kind, int], *, count: str | None = None, **more: Any) -> None:
        sections = self.sections(written)
        total = sum(section["total"] for section in sections.values())
        processed = sum(section["processed"] for section in sections.values())
        percent = processed * 100 // total if total else 0
        # What was expected may have been more or less than the census finds; a percentage never goes back.
        self._percent = max(self._percent, min(percent, MOST_BEFORE_THE_END))
        async with self._sessions.begin() as session:
            await write_run(
                session,
                self._run_token,
                progress=self._percent,
                entities_total=total,
                entities_processed=processed,
                sections=sections,
                **more,
            )
            if count is not None:
                await tally(session, count)

    def sections(self, written: Mapping[Kind, int]) -> dict[str, dict[str, int]]:
        """Total and processed entities of each section."""
        counted = self._census.result().by_section if self._census.done() else None
        return {
            section.value: {
                "total": self._expected.get(section, 0) if counted is None else counted[section],
                "processed": sum(written.get(kind, 0) for kind in KINDS[section]),
            }
            for section in self._options.sections
        }
