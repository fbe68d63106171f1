"""What an import did, in the words of its answer."""

from collections.abc import Mapping

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import Notice
from storyarn_export.domain.imports import MAX_LISTED, ImportReport, SectionReport
from storyarn_export.domain.story import Kind
from storyarn_export.imports.conflicts import SECTION_KINDS
from storyarn_export.materializer.materialize import Materialized
from storyarn_export.materializer.outcome import count_roots, list_renames
from storyarn_export.materializer.plan import ROOTS

# Renames one by one; the sections' reports count all.
MAX_RENAMES = 1_000


async def make_report(
    connection: BulkConnection, done: Materialized, notices: tuple[Notice, ...], *, duration_ms: int
) -> ImportReport:
    """The report of an import.

    Args:
        connection: whose transaction has imported the file.
        done: what became of its rows.
        notices: what the parser left out.
        duration_ms: how long it took.
    """
    roots = await count_roots(connection)
    sections = {section: _section(kind, roots, done) for section, kind in SECTION_KINDS.items()}
    return ImportReport(
        sections=sections,
        created=done.created,
        updated=done.updated,
        renames=await list_renames(connection, MAX_RENAMES),
        unresolved=done.unresolved[:MAX_LISTED],
        unresolved_total=done.unresolved_total,
        warnings=(*notices, *done.notices),
        duration_ms=duration_ms,
    )


def _section(kind: Kind, roots: Mapping[Kind, SectionReport], done: Materialized) -> SectionReport:
    if kind in ROOTS:
        return roots.get(kind, SectionReport())
    return SectionReport(done.created[kind], done.updated[kind], done.kept[kind])
