"""How far a run of an import is, told to those who watch."""

from uuid import UUID

from storyarn_export.db.session import Sessions
from storyarn_export.imports.source import StoredSource
from storyarn_export.imports.status import READING, WRITING, write_run
from storyarn_export.progress.throttle import Throttle

# 100 is said only when all is done.
MOST_BEFORE_THE_END = 99
# Of an execution, what reading the file counts; writing the rows is one statement a table and tells nothing between.
PERCENT_OF_READING = 50


class Advance:
    """Writes the progress of one run to its row, as often as the throttle lets it.

    Args:
        sessions: where the row is written.
        run_token: the run's.
        throttle: when progress is due.
        expected: rows of the file where they are known; None while it is read for the first time.
        source_bytes: of the file.
    """

    def __init__(
        self,
        sessions: Sessions,
        run_token: UUID,
        *,
        throttle: Throttle,
        expected: int | None,
        source_bytes: int,
    ) -> None:
        self._sessions = sessions
        self._run_token = run_token
        self._throttle = throttle
        self._expected = expected
        self._source_bytes = max(source_bytes, 1)
        self._source: StoredSource | None = None
        self._writing = False

    def watch(self, source: StoredSource) -> "Advance":
        """The same, for a file whose bytes are counted."""
        self._source = source
        return self

    async def __call__(self, rows: int) -> None:
        """So many rows have been read.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        begins_writing = not self._writing and rows == self._expected
        if not begins_writing and not self._throttle.due(rows):
            return
        self._writing = self._writing or begins_writing
        await self.say(
            WRITING if self._writing else READING, entities_processed=rows, progress=self._percent(rows)
        )

    async def say(self, stage: str, **more: object) -> None:
        """The run has come to another stage.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        async with self._sessions.begin() as session:
            await write_run(session, self._run_token, stage=stage, **more)

    def _percent(self, rows: int) -> int:
        if self._expected is not None:
            return min(rows * PERCENT_OF_READING // max(self._expected, 1), MOST_BEFORE_THE_END)
        taken = 0 if self._source is None else self._source.taken_bytes
        return min(taken * 100 // self._source_bytes, MOST_BEFORE_THE_END)
