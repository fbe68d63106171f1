"""The validation that comes before a file is written."""

import asyncio

from sqlalchemy import select

from storyarn_export.collector.census import Census
from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import ValidationFailedError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.claimed import Run
from storyarn_export.exports.status import JOBS, write_run
from storyarn_export.validation.report import Report
from storyarn_export.validation.validate import look_outside, validate

ERRORS = "errors"


class ValidateFirst:
    """Validates the state that a run is about to write, and keeps the report in the job's row.

    Args:
        sessions: where rows of jobs are written.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def __call__(
        self, run: Run, snapshot: Snapshot, counting: asyncio.Task[Census], *, resumed: bool
    ) -> Report | None:
        """Validate, where that is wanted.

        Args:
            run: the run.
            snapshot: the state that it writes.
            counting: the snapshot's census.
            resumed: the run goes on with a file that was begun in an equal state; that file's report holds for it.

        Returns:
            The report; None where there is nothing to say.

        Raises:
            ValidationFailedError: there are errors, and the export was told to stop at those; the report is kept.
            SupersededError: the run does not hold the job any more.
        """
        if resumed:
            return await self._kept(run)
        report = await look(snapshot, run.job.project_id, run.options, counting)
        if report is not None or run.job.validation is not None:
            await self._keep(run, report)
        if report is not None:
            refuse_errors(report)
        return report

    async def _kept(self, run: Run) -> Report | None:
        if run.job.validation is None:
            return None
        async with self._sessions() as session:
            stored = await session.scalar(select(JOBS.c.report).where(JOBS.c.id == run.job.id))
        return None if stored is None else Report.from_json(stored)

    async def _keep(self, run: Run, report: Report | None) -> None:
        shown = {} if report is None else {"validation": report.summary, "report": report.to_json()}
        async with self._sessions.begin() as session:
            await write_run(session, run.token, **{"validation": None, "report": None, **shown})


async def look(
    snapshot: Snapshot, project_id: int, options: ExportOptions, counting: asyncio.Task[Census]
) -> Report | None:
    """What a document has to say of its own validation; None where that is nothing."""
    if options.validate_before_export:
        return await validate(snapshot, project_id, options, counting)
    return await look_outside(snapshot, project_id, options)


def refuse_errors(report: Report) -> None:
    """Nothing, if there are no errors.

    Raises:
        ValidationFailedError: there are.
    """
    if report.status != ERRORS:
        return
    count = report.counts[ERRORS]
    many = "an error" if count == 1 else f"{count} errors"
    raise ValidationFailedError(
        f"The project has {many}, so it was not exported.",
        hint="mend what the report names, or export with validate_before_export set to false",
        extra={"validation": report.summary},
    )
