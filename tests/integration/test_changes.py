"""Has a project changed since a snapshot? Every kind of change is seen, and nothing else is."""

import asyncio
from collections.abc import Callable, Coroutine

import asyncpg
import pytest

from storyarn_export.collector.census import Census
from storyarn_export.collector.changes import changed_since
from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import TABLES, Kind
from tests.factories.documents_out import export_bytes
from tests.factories.rows import Story, new_story

OPTIONS = ExportOptions()


async def look(story: Story) -> tuple[str, Census]:
    async with open_snapshot(story.bulk) as snapshot:
        return snapshot.token, await snapshot.census(story.project_id, OPTIONS)


async def changed(story: Story, seen: tuple[str, Census]) -> bool:
    token, census = seen
    async with story.bulk.acquire() as connection:
        return await changed_since(connection, story.project_id, OPTIONS, token=token, census=census)


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    """One row of every kind."""
    story = await new_story(bulk)
    sheet = await story.sheet("S")
    table = await story.block(sheet, "table")
    await story.add("table_columns", block_id=table, name="C", slug="c")
    await story.add("table_rows", block_id=table, name="R", slug="r")
    scene = await story.scene("M")
    await story.add("scene_layers", scene_id=scene, name="L")
    pins = [await story.add("scene_pins", scene_id=scene, position_x=1, position_y=1) for _ in range(2)]
    await story.add("scene_zones", scene_id=scene, name="Z", vertices=[])
    await story.add("scene_connections", scene_id=scene, from_pin_id=pins[0], to_pin_id=pins[1])
    await story.add("scene_annotations", scene_id=scene, text="T", position_x=0, position_y=0)
    flow = await story.flow("F")
    nodes = [await story.node(flow) for _ in range(2)]
    await story.wire(flow, nodes[0], nodes[1])
    play = await story.screenplay("P")
    await story.add("screenplay_elements", screenplay_id=play, type="action", position=0)
    await story.language("es")
    await story.text("flow_node", nodes[0], "text", "es")
    await story.term("term", "es")
    await story.asset("a")
    return story


async def test_nothing_happened(story: Story) -> None:
    seen = await look(story)
    assert not await changed(story, seen)
    await story.bulk.execute("VACUUM (FREEZE, ANALYZE)")
    assert not await changed(story, seen)


@pytest.mark.parametrize("kind", Kind)
async def test_an_update_of_any_kind_is_seen(story: Story, kind: Kind) -> None:
    seen = await look(story)
    await story.bulk.execute(f"UPDATE {TABLES[kind]} SET updated_at = updated_at")  # noqa: S608 - names are ours
    assert await changed(story, seen)
    assert not await changed(story, await look(story))


@pytest.mark.parametrize("kind", Kind)
async def test_a_deletion_of_any_kind_is_seen(story: Story, kind: Kind) -> None:
    seen = await look(story)
    await story.bulk.execute(f"DELETE FROM {TABLES[kind]}")  # noqa: S608 - names are ours
    assert await changed(story, seen)


async def test_insert_rename_and_trash_are_seen(story: Story) -> None:
    changes: list[Callable[[], Coroutine[None, None, object]]] = [
        lambda: story.sheet("new"),
        lambda: story.bulk.execute("UPDATE projects SET name = 'Renamed'"),
        lambda: story.bulk.execute(
            "UPDATE flow_nodes SET deleted_at = now() WHERE id = (SELECT min(id) FROM flow_nodes)"
        ),
    ]
    for change in changes:
        seen = await look(story)
        await change()
        assert await changed(story, seen)


async def test_a_writer_that_commits_later_is_seen(story: Story) -> None:
    """It began before the snapshot, so its id is below the snapshot's, yet what it wrote was not visible."""
    async with story.bulk.acquire() as writer:
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute("UPDATE sheets SET name = 'later'")
        seen = await look(story)
        assert not await changed(story, seen)
        await transaction.commit()
    assert await changed(story, seen)


async def test_other_projects_do_not_matter(story: Story) -> None:
    other = await new_story(story.bulk, "other")
    sheet = await other.sheet("O")
    seen = await look(story)
    await other.block(sheet)
    await story.bulk.execute("UPDATE sheets SET name = 'P' WHERE id = $1", sheet)
    assert not await changed(story, seen)


async def test_editors_do_not_wait_and_the_snapshot_stays(story: Story) -> None:
    before = await export_bytes(story.bulk, story.project_id)
    async with open_snapshot(story.bulk) as snapshot:
        first = await snapshot.census(story.project_id, OPTIONS)
        await asyncio.wait_for(story.bulk.execute("UPDATE flows SET name = 'changed'"), timeout=5)
        await asyncio.wait_for(story.flow("added"), timeout=5)
        assert (await snapshot.census(story.project_id, OPTIONS)).counts == first.counts
    assert await export_bytes(story.bulk, story.project_id) != before
