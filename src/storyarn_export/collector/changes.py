"""Has a project changed since a snapshot was taken? Asked without triggers, answered by row versions."""

from storyarn_export.collector.census import Census, take_census
from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.options import ExportOptions

CHANGED = statement("changed")


async def changed_since(
    connection: BulkConnection, project_id: int, options: ExportOptions, *, token: str, census: Census
) -> bool:
    """Whether an export of the project could differ from one that read an earlier snapshot.

    Inserts and updates show as row versions that the snapshot does not see, deletions as an unequal census. The
    answer may be a needless yes (see queries/changed.sql), never a wrong no.

    Args:
        connection: a connection to the same cluster; inside a snapshot the answer is for that snapshot.
        project_id: id of the project.
        options: those of the earlier export, so that the counts compare.
        token: the earlier snapshot's `Snapshot.token`.
        census: the earlier snapshot's census.
    """
    now = await take_census(connection, project_id, options)
    if now.counts != census.counts:
        return True
    return await rows_changed_since(connection, project_id, token)


async def rows_changed_since(connection: BulkConnection, project_id: int, token: str) -> bool:
    """Whether rows of the project were inserted or updated after a snapshot; deletions do not show here.

    Args:
        connection: as for `changed_since`.
        project_id: id of the project.
        token: the earlier snapshot's.
    """
    changed: bool = await connection.fetchval(CHANGED, project_id, token)
    return changed
