"""The loop that every export is: rows from a snapshot, through a serializer, as bytes."""

from collections.abc import AsyncIterator, Awaitable, Mapping

from storyarn_export.collector.census import Census
from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.domain.errors import CountMismatchError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Kind
from storyarn_export.serializers.registry import Serializer


async def write_document(
    snapshot: Snapshot,
    serializer: Serializer,
    project_id: int,
    options: ExportOptions,
    census: Awaitable[Census],
) -> AsyncIterator[bytes]:
    """Yield the document in order, about one batch of rows at a time.

    Args:
        snapshot: the state to write.
        serializer: a fresh one; its `written` counts what the pieces so far hold.
        project_id: id of the project.
        options: sections and filters.
        census: the snapshot's, as `Snapshot.rows` wants it.
    """
    yield serializer.begin()
    for section in options.sections:
        yield serializer.begin_section(section)
        async for batch in snapshot.rows(section, project_id, options, census):
            yield serializer.rows(batch)
        yield serializer.end_section(section)
    yield serializer.finish()


def reconcile(written: Mapping[Kind, int], census: Census) -> None:
    """Compare what was written with what was counted.

    Raises:
        CountMismatchError: they differ; the message names the kinds.
    """
    wrong = [
        f"{kind}: counted {census.counts.get(kind, 0)}, written {written.get(kind, 0)}"
        for kind in Kind
        if written.get(kind, 0) != census.counts.get(kind, 0)
    ]
    if wrong:
        raise CountMismatchError(f"The file does not hold what was counted ({'; '.join(wrong)}).")
