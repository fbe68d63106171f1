"""A document that was begun by one writer and finished by another is the document that one alone writes."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from storyarn_export.collector.cursor import Cursor
from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Batch, Section
from storyarn_export.exports.document import Document, Stop, reconcile
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.serializers.registry import Header, Serializer
from tests.factories.catalogue import catalogue
from tests.factories.documents import encode
from tests.factories.documents_out import EXPORTED_AT, export_bytes
from tests.factories.rows import Story, new_story
from tests.integration.test_round_trip import load


@dataclass(frozen=True, slots=True)
class Break:
    """Where the first writer stopped, as it can be stored: the bytes before, the state, the place."""

    before: bytes
    state: str
    stop: str


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


def one_by_one(batch: Batch) -> list[Batch]:
    """A batch as many batches of one row."""
    return [
        Batch([tag], tuple([value] for value in values))
        for tag, *values in zip(batch.tags, *batch.columns, strict=True)
    ]


async def breaks(
    bulk: asyncpg.Pool, project_id: int, options: ExportOptions, *, every: int
) -> AsyncIterator[Break]:
    """Every place after a row, of which each `every`-th."""
    written, row = bytearray(), 0
    async with open_snapshot(bulk) as snapshot:
        serializer = await fresh(bulk, project_id, options)
        counting = await snapshot.begin_census(project_id, options, beside=False)
        written += serializer.begin()
        for section in options.sections:
            written += serializer.begin_section(section)
            async for batch in snapshot.rows(section, project_id, options, counting):
                for one in one_by_one(batch):
                    written += serializer.rows(one)
                    row += 1
                    if row % every == 0:
                        stop = Stop(section, Cursor.after(one, serializer.written))
                        yield Break(
                            bytes(written), json.dumps(serializer.state()), json.dumps(stop.to_json())
                        )
            written += serializer.end_section(section)


async def fresh(bulk: asyncpg.Pool, project_id: int, options: ExportOptions) -> Serializer:
    async with open_snapshot(bulk) as snapshot:
        project = await snapshot.project(project_id)
    assert project is not None
    return STORYARN.serializer(Header(project, EXPORTED_AT, options))


async def rest(bulk: asyncpg.Pool, project_id: int, options: ExportOptions, at: Break) -> bytes:
    """What a second writer adds."""
    serializer = await fresh(bulk, project_id, options)
    serializer.restore(json.loads(at.state))
    async with open_snapshot(bulk) as snapshot:
        counting = await snapshot.begin_census(project_id, options, beside=False)
        start = Stop.from_json(json.loads(at.stop))
        document = Document(snapshot, serializer, project_id, options, counting, start=start)
        pieces = [piece async for piece in document.pieces()]
        reconcile(serializer.written, await counting)
    return b"".join(pieces)


@pytest.mark.parametrize(
    ("options", "every"),
    [
        (ExportOptions(), 1),
        (ExportOptions(pretty_print=True), 5),
        (ExportOptions(include_sheets=False, languages=("es",)), 4),
    ],
)
async def test_going_on_after_any_row_gives_the_same_bytes(
    story: Story, options: ExportOptions, every: int
) -> None:
    project_id = await load(story, encode(catalogue()))
    whole = await whole_document(story, project_id, options)
    count = 0
    async for at in breaks(story.bulk, project_id, options, every=every):
        count += 1
        assert whole.startswith(at.before)
        assert at.before + await rest(story.bulk, project_id, options, at) == whole, at.stop
    assert count > 20


async def whole_document(story: Story, project_id: int, options: ExportOptions) -> bytes:
    return await export_bytes(
        story.bulk,
        project_id,
        pretty_print=options.pretty_print,
        include_sheets=options.include_sheets,
        languages=options.languages,
    )


async def test_only_what_is_left_is_read(story: Story) -> None:
    """Roots before the cursor, and rows before it below its root, are not even sent."""
    first, second = await story.flow("F"), await story.flow("G")
    nodes = [await story.node(flow) for flow in (first, second) for _ in range(3)]
    options = ExportOptions()
    async with open_snapshot(story.bulk) as snapshot:
        counting = await snapshot.begin_census(story.project_id, options, beside=False)
        batches = [
            batch
            async for batch in snapshot.rows(
                Section.FLOWS,
                story.project_id,
                options,
                counting,
                after=Cursor.from_json(["node", str(nodes[4])]),
            )
        ]
    assert [node_id for batch in batches for node_id in batch.columns[0]] == [b"%d" % nodes[5]]


async def test_a_cursor_whose_row_is_gone_is_refused(story: Story) -> None:
    options = ExportOptions()
    async with open_snapshot(story.bulk) as snapshot:
        counting = await snapshot.begin_census(story.project_id, options, beside=False)
        rows = snapshot.rows(
            Section.SHEETS, story.project_id, options, counting, after=Cursor.from_json(["block", "4"])
        )
        with pytest.raises(LookupError, match="block 4"):
            await anext(rows)
