"""From a stream of rows to a filled project: the order of the steps."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead, UnresolvedReference
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.ids import refuse_clashes
from storyarn_export.materializer.plan import is_large, tell_planner
from storyarn_export.materializer.references import find_faults
from storyarn_export.materializer.report import collect_notices, count_unresolved, list_unresolved
from storyarn_export.materializer.sections import insert_sections
from storyarn_export.materializer.staging import Staging
from storyarn_export.materializer.statements import statement


@dataclass(frozen=True, slots=True)
class Materialized:
    """What became of a document.

    Attributes:
        created: rows inserted, by kind.
        updated: rows changed, by kind.
        kept: rows that the project had already and that stay as they are, by kind.
        unresolved: the first references that were emptied.
        unresolved_total: how many there were.
        notices: what else was left out or changed.
    """

    created: Mapping[Kind, int]
    updated: Mapping[Kind, int]
    kept: Mapping[Kind, int]
    unresolved: tuple[UnresolvedReference, ...]
    unresolved_total: int
    notices: tuple[Notice, ...]


async def stage_document(
    connection: BulkConnection, batches: AsyncIterator[Sequence[DocumentRow]]
) -> dict[Kind, int]:
    """Stage a document's rows.

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
    await tell_planner(connection, staging.counts)
    await refuse_clashes(connection)
    return staging.counts


async def materialize(
    connection: BulkConnection,
    project_id: int,
    head: ProjectHead,
    staged: Mapping[Kind, int],
    resolution: ConflictResolution | None = None,
) -> Materialized:
    """Store staged rows in a project.

    Args:
        connection: whose transaction has staged and identified them.
        project_id: the project that takes them.
        head: what the file says of the project.
        staged: rows staged, by kind.
        resolution: as decided.
    """
    if resolution is ConflictResolution.OVERWRITE:
        await connection.execute(statement("retire"))
    await find_faults(connection, project_id, head.source_language)
    if is_large(staged):
        await connection.execute(statement("analyze_links"))
    settled = await _count_settled(connection)
    due = {kind: count - settled[kind, "keep"] - settled[kind, "omit"] for kind, count in staged.items()}
    updated = {kind: settled[kind, "update"] for kind in Kind}
    stored = await insert_sections(connection, project_id, due, updated, head.source_language)
    if resolution is not None and stored[Kind.NODE]:
        await connection.execute(statement("renew_localization_ids"), project_id)
    return Materialized(
        {kind: stored[kind] - updated[kind] for kind in Kind},
        updated,
        {kind: settled[kind, "keep"] for kind in Kind},
        await list_unresolved(connection),
        await count_unresolved(connection),
        await collect_notices(connection, due, stored),
    )


async def _count_settled(connection: BulkConnection) -> Counter[tuple[Kind, str]]:
    rows = await connection.fetch(statement("count_settled"))
    return Counter({(Kind(row["kind"]), row["action"]): row["rows"] for row in rows})


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
