"""The end of an import in the transaction of its rows: killed at any moment, both are there or neither."""

from importlib.resources import files
from uuid import UUID

import orjson

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import SupersededError
from storyarn_export.domain.imports import ImportReport
from storyarn_export.domain.labels import printed_labels
from storyarn_export.domain.lifecycle import ImportStatus
from storyarn_export.imports.shown import report_json
from storyarn_export.progress.change import CHANNEL

QUERIES = files(__package__) / "queries"
COMPLETE = (QUERIES / "complete.sql").read_text(encoding="utf-8")
COUNT_END = (QUERIES / "count_end.sql").read_text(encoding="utf-8")


async def complete(
    connection: BulkConnection, run_token: UUID, report: ImportReport, undo_job_id: UUID | None
) -> None:
    """Say in the job's row that the import is completed, once the caller's transaction is committed.

    Args:
        connection: whose transaction has stored the rows.
        run_token: of the run.
        report: what was done.
        undo_job_id: export of the project as it was before; None where it was empty.

    Raises:
        SupersededError: the run does not hold the job any more; the caller rolls back.
    """
    said = orjson.dumps(report_json(report)).decode()
    done = await connection.fetchrow(COMPLETE, run_token, said, undo_job_id, CHANNEL)
    if done is None:
        raise SupersededError("Another attempt or a cancellation has taken this import over.")
    # Last, since imports that count wait for each other until they are committed.
    ended = printed_labels({"status": ImportStatus.COMPLETED.value})
    await connection.execute(COUNT_END, "import_finished", ended, 1.0)
    rows = sum(report.created.values()) + sum(report.updated.values())
    await connection.execute(COUNT_END, "import_entities", printed_labels({}), float(rows))
