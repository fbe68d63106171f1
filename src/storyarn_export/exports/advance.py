"""How far a run is, told to those who watch."""

from collections.abc import Mapping
from uuid import UUID

from storyarn_export.collector.census import Census
from storyarn_export.db.session import Sessions
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import KINDS, Kind
from storyarn_export.exports.status import write_run
from storyarn_export.progress.throttle import Throttle

# 100 is said only when the file can be downloaded.
MOST_BEFORE_THE_END = 99


class Advance:
    """Writes the progress of one run to its row, as often as the throttle lets it.

    Args:
        sessions: where the row is written.
        run_token: the run's.
        census: what there is to write.
        options: which sections.
        throttle: when progress is due.
    """

    def __init__(
        self, sessions: Sessions, run_token: UUID, census: Census, options: ExportOptions, throttle: Throttle
    ) -> None:
        self._sessions = sessions
        self._run_token = run_token
        self._census = census
        self._options = options
        self._throttle = throttle

    async def begin(self, snapshot: str) -> None:
        """Say what is to be done, and which snapshot it is done from.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        await self._write({}, snapshot=snapshot, entities_total=self._census.total)

    async def to(self, written: Mapping[Kind, int]) -> None:
        """Say what has been written, if it is time to.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        if self._throttle.due(sum(written.values())):
            await self._write(written)

    async def _write(self, written: Mapping[Kind, int], **more: str | int) -> None:
        processed = sum(written.values())
        percent = processed * 100 // self._census.total if self._census.total else 0
        async with self._sessions.begin() as session:
            await write_run(
                session,
                self._run_token,
                progress=min(percent, MOST_BEFORE_THE_END),
                entities_processed=processed,
                sections=self.sections(written),
                **more,
            )

    def sections(self, written: Mapping[Kind, int]) -> dict[str, dict[str, int]]:
        """Total and processed entities of each section."""
        totals = self._census.by_section
        return {
            section.value: {
                "total": totals[section],
                "processed": sum(written.get(kind, 0) for kind in KINDS[section]),
            }
            for section in self._options.sections
        }
