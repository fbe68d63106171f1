"""From a stream of rows to a filled project: the order of the steps."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead, UnresolvedReference
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.ids import assign_ids
from storyarn_export.materializer.references import resolve_references
from storyarn_export.materializer.report import collect_notices, count_unresolved, list_unresolved
from storyarn_export.materializer.sections import insert_sections
from storyarn_export.materializer.staging import Staging
from storyarn_export.materializer.statements import statement

# Below this the planner does well without statistics, and gathering them would cost more than it saves.
ANALYZE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Materialized:
    """What became of a document.

    Attributes:
        counts: rows stored, by kind.
        unresolved: the first references that were emptied.
        unresolved_total: how many there were.
        notices: what else was left out or changed.
    """

    counts: Mapping[Kind, int]
    unresolved: tuple[UnresolvedReference, ...]
    unresolved_total: int
    notices: tuple[Notice, ...]


async def stage_document(
    connection: BulkConnection, batches: AsyncIterator[Sequence[DocumentRow]]
) -> dict[Kind, int]:
    """Stage a document's rows and give them ids.

    Args:
        connection: in a transaction, which the staging tables end with.
        batches: the rows.

    Returns:
        Rows staged, by kind.

    Raises:
        DocumentError: the rows clash with each other.
    """
    staging = Staging(connection)
    await staging.open()
    await staging.fill(batches)
    is_large = sum(staging.counts.values()) >= ANALYZE_ROWS
    if is_large:
        await connection.execute(statement("analyze"))
    await assign_ids(connection)
    if is_large:
        await connection.execute(statement("analyze_ids"))
    return staging.counts


async def materialize(
    connection: BulkConnection, project_id: int, head: ProjectHead, staged: Mapping[Kind, int]
) -> Materialized:
    """Store staged rows in a project.

    Args:
        connection: whose transaction staged them.
        project_id: the project that takes them.
        head: what the file says of the project.
        staged: rows staged, by kind.
    """
    await resolve_references(connection, head.source_language)
    if sum(staged.values()) >= ANALYZE_ROWS:
        await connection.execute(statement("analyze_links"))
    counts = await insert_sections(connection, project_id, staged, head.source_language)
    return Materialized(
        counts,
        await list_unresolved(connection),
        await count_unresolved(connection),
        await collect_notices(connection, staged, counts),
    )


def content_refused(error: asyncpg.PostgresError) -> DocumentError | None:
    """The error to show when the database refused content; None when the fault is not the content's.

    Args:
        error: integrity violation or data exception, or anything else.
    """
    if isinstance(error, asyncpg.IntegrityConstraintViolationError | asyncpg.DataError):
        place = error.table_name or "staging"
        rule = error.constraint_name or error.column_name or error.sqlstate
        return DocumentError("import-failed", f"the database refused a row of {place} ({rule})")
    if isinstance(error, asyncpg.ProgramLimitExceededError):
        return DocumentError("import-failed", "the database refused a value that is too large")
    return None
