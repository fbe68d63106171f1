"""Synthetic projects: exact totals, something of everything, the same story again."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from storyarn_export.db.models.flows import NODE_TYPES
from storyarn_export.db.models.sheets import BLOCK_TYPES, COLUMN_TYPES
from storyarn_export.domain.errors import InvalidRequestError, NotFoundError
from storyarn_export.domain.story import Kind
from storyarn_export.seeding.plan import plan
from storyarn_export.seeding.seed import MAX_ENTITIES, SeedProject
from tests.factories.canonical import canonical, differences, parse, walk
from tests.factories.documents_out import export_bytes
from tests.factories.rows import Story, new_story

# Large enough that even what is rare, such as a draft or a response of the old form, is there.
LARGE = 12_000


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


async def seeded(story: Story, entities: int, seed: int = 0) -> Any:
    """The parsed export of a new synthetic project; exporting reconciles it with a census of its own."""
    report = await SeedProject(story.bulk)(owner_id=story.owner_id, entities=entities, seed=seed)
    assert report.total == entities
    return parse(await export_bytes(story.bulk, report.project_id))


@pytest.fixture
async def large(story: Story) -> Any:
    return await seeded(story, LARGE)


def rules(value: Any) -> Iterator[Any]:
    """Everything in user JSON that names a variable."""
    match value:
        case {"sheet": str(), "variable": str()}:
            yield value
        case dict():
            for child in value.values():
                yield from rules(child)
        case list():
            for child in value:
                yield from rules(child)
        case _:
            return


def variables(document: Any) -> set[tuple[str, str]]:
    found = set()
    for sheet in document["sheets"]:
        for block in sheet["blocks"]:
            found.add((sheet["shortcut"], block["variable_name"]))
            table = block.get("table_data", {"columns": [], "rows": []})
            found |= {
                (sheet["shortcut"], f"{block['variable_name']}.{row['slug']}.{column['slug']}")
                for row in table["rows"]
                for column in table["columns"]
            }
    return found


def pins(node: Any, exits: dict[str, list[str]]) -> list[str]:
    data = node["data"]
    match node["type"]:
        case "dialogue" if data["responses"]:
            return [response["id"] for response in data["responses"]]
        case "condition" if data["switch_mode"]:
            return [*(block["id"] for block in data["condition"]["blocks"]), "default"]
        case "condition":
            return ["true", "false"]
        case "subflow":
            return [f"exit_{one}" for one in exits[str(data["referenced_flow_id"])]]
        case "exit" | "jump":
            return []
        case _:
            return ["output"]


@pytest.mark.parametrize("entities", [1, 2, 9, 10, 11, 49])
async def test_a_tiny_project_has_as_many_entities_as_asked_for(story: Story, entities: int) -> None:
    report = await SeedProject(story.bulk)(owner_id=story.owner_id, entities=entities)
    assert report.total == entities
    assert (report.counts[Kind.NODE] > 0) == (entities >= 10)


@pytest.mark.parametrize("entities", [50, 51, 64, 99, 1000, 1001])
async def test_from_fifty_on_every_kind_is_there(story: Story, entities: int) -> None:
    report = await SeedProject(story.bulk)(owner_id=story.owner_id, entities=entities, seed=entities)
    assert report.total == sum(report.counts.values()) == entities
    assert min(report.counts.values()) > 0
    assert set(report.counts) == set(Kind)


def test_every_plan_leaves_blocks_for_every_sheet() -> None:
    for entities in (*range(50, 5000), MAX_ENTITIES):
        wanted = plan(entities)
        fewest = wanted.blocks(connections=wanted.connections, strings=wanted.strings)
        assert fewest >= 4 * wanted.sheets >= 4 * wanted.tables, entities


async def test_the_same_seed_makes_the_same_story(story: Story) -> None:
    first = await seeded(story, 3000, seed=7)
    # Ids have moved on meanwhile: whatever depended on them would differ.
    second = await seeded(story, 3000, seed=7)
    assert first["sheets"][0]["id"] != second["sheets"][0]["id"]
    found = list(differences(canonical(first), canonical(second)))
    assert not found, "\n".join(found[:20])


async def test_another_seed_makes_another_story(story: Story) -> None:
    first, second = await seeded(story, 500, seed=1), await seeded(story, 500, seed=2)
    assert canonical(first)["flows"] != canonical(second)["flows"]


async def test_all_types_of_everything_are_there(large: Any) -> None:
    seen = Counter(
        (kind, entity["type"])
        for kind, entity, _ in walk(large)
        if kind in ("block", "node", "table_column", "element")
    )
    assert {one for kind, one in seen if kind == "block"} == set(BLOCK_TYPES)
    assert {one for kind, one in seen if kind == "table_column"} == set(COLUMN_TYPES)
    assert {one for kind, one in seen if kind == "node"} == set(NODE_TYPES)
    assert seen["node", "entry"] == len(large["flows"])
    blocks = [entity for kind, entity, _ in walk(large) if kind == "block"]
    assert any(block["detached"] for block in blocks)
    assert any(block["inherited_from_block_id"] for block in blocks)
    assert any(sheet["hidden_inherited_block_ids"] for sheet in large["sheets"])
    assert any(screenplay["draft_of_id"] for screenplay in large["screenplays"])
    statuses = {
        translation["status"]
        for string in large["localization"]["strings"]
        for translation in string["translations"].values()
    }
    assert statuses == {"pending", "draft", "in_progress", "review", "final"}


async def test_flows_are_of_usual_size_and_rooted_in_one_tree(large: Any) -> None:
    sizes = [len(flow["nodes"]) for flow in large["flows"]]
    assert min(sizes) >= 10
    assert max(sizes) <= 200
    assert [flow["is_main"] for flow in large["flows"]].count(True) == 1
    assert sum(flow["parent_id"] is None for flow in large["flows"]) == 1


async def test_wires_leave_by_pins_that_their_nodes_have(large: Any) -> None:
    exits = {
        flow["id"]: [node["id"] for node in flow["nodes"] if node["type"] == "exit"]
        for flow in large["flows"]
    }
    for flow in large["flows"]:
        nodes = {node["id"]: node for node in flow["nodes"]}
        hubs = {node["data"]["hub_id"] for node in flow["nodes"] if node["type"] == "hub"}
        for wire in flow["connections"]:
            assert wire["source_pin"] in pins(nodes[wire["source_node_id"]], exits)
            assert nodes[wire["target_node_id"]]["type"] != "entry"
        for node in flow["nodes"]:
            assert node["type"] != "jump" or node["data"]["target_hub_id"] in hubs


async def test_rules_and_effects_name_variables_that_exist(large: Any) -> None:
    named = [rule for part in ("flows", "scenes", "screenplays") for rule in rules(large[part])]
    assert len(named) > 500
    assert {(rule["sheet"], rule["variable"]) for rule in named} <= variables(large)


async def test_every_reference_resolves(large: Any) -> None:
    # In the canonical form a reference to nothing is null.
    before = sum(1 for _ in references(large))
    assert before > 1000
    assert sum(1 for _ in references(canonical(large))) == before


def references(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for key, child in value.items():
                if key.endswith("_id") and key not in ("localization_id", "technical_id") and child:
                    yield child
                else:
                    yield from references(child)
        case list():
            for child in value:
                yield from references(child)
        case _:
            return


async def test_one_response_in_fifty_is_stored_as_it_used_to_be(story: Story) -> None:
    report = await SeedProject(story.bulk)(owner_id=story.owner_id, entities=LARGE)
    share = await story.bulk.fetchval(
        "SELECT avg((response -> 'instruction_assignments' IS NULL)::int)"
        " FROM flows JOIN flow_nodes AS node ON node.flow_id = flows.id AND node.type = 'dialogue'"
        " CROSS JOIN jsonb_array_elements(data -> 'responses') AS response WHERE project_id = $1",
        report.project_id,
    )
    assert 0.01 < share < 0.04


async def test_texts_have_the_lengths_of_dialogue(large: Any) -> None:
    lengths = sorted(
        len(node["data"]["text"])
        for flow in large["flows"]
        for node in flow["nodes"]
        if node["type"] == "dialogue"
    )
    assert 70 < lengths[len(lengths) // 2] < 120
    assert 110 < sum(lengths) / len(lengths) < 180
    assert lengths[-1] > 700


async def test_hashes_fit_their_texts(large: Any) -> None:
    strings = canonical(large)["localization"]["strings"]
    assert all(
        len(string["source_text_hash"]) == 64 or string["source_text_hash"] == ("fits", True)
        for string in strings
    )
    assert any(string["source_text_hash"] == ("fits", True) for string in strings)


async def test_nothing_stays_of_a_seeding_and_later_rows_get_ids_of_their_own(story: Story) -> None:
    seed = SeedProject(story.bulk)
    first = await seed(owner_id=story.owner_id, entities=200, name="Twice")
    second = await seed(owner_id=story.owner_id, entities=200, name="Twice")
    slugs = [
        await story.bulk.fetchval("SELECT slug FROM projects WHERE id = $1", report.project_id)
        for report in (first, second)
    ]
    assert slugs == ["twice", "twice-2"]
    assert await story.bulk.fetchval(
        "INSERT INTO sheets (project_id, name) VALUES ($1, 'Later') RETURNING id", first.project_id
    )
    leftovers = "SELECT count(*) FROM pg_class WHERE relname LIKE 'seed\\_%'"
    assert await story.bulk.fetchval(leftovers) == 0
    assert await story.bulk.fetchval("SELECT count(*) FROM pg_proc WHERE proname = 'roll'") == 0


@pytest.mark.parametrize(
    ("entities", "name", "path"),
    [(0, None, "entities"), (MAX_ENTITIES + 1, None, "entities"), (5, " ", "name")],
)
async def test_values_out_of_range_are_refused(
    story: Story, entities: int, name: str | None, path: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        await SeedProject(story.bulk)(owner_id=story.owner_id, entities=entities, name=name)
    assert caught.value.extra["errors"][0]["path"] == path


async def test_an_owner_without_a_workspace_is_refused(bulk: asyncpg.Pool) -> None:
    with pytest.raises(NotFoundError):
        await SeedProject(bulk)(owner_id=12345, entities=10)
