"""What the native document holds, in which order and in which bytes."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from jsonschema import Draft202012Validator

from storyarn_export.domain.options import AssetMode
from tests.factories.documents_out import export_bytes, export_document
from tests.factories.rows import Story, new_story

SCHEMA = (
    Path(__file__).parents[2] / "src/storyarn_export/serializers/formats/storyarn/storyarn-1.0.0.schema.json"
)


@pytest.fixture(scope="session")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text()))


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


async def test_an_empty_project(story: Story, schema: Draft202012Validator) -> None:
    compact = await export_bytes(story.bulk, story.project_id)
    assert compact.decode() == (
        '{"storyarn_version":"1.0.0","export_version":"1.0.0","exported_at":"2026-02-24T15:30:00Z",'
        f'"project":{{"id":"{story.project_id}","name":"Story","slug":"story","description":null,"settings":{{}}}},'
        '"sheets":[],"flows":[],"scenes":[],"screenplays":[],'
        '"localization":{"source_language":"en","languages":[],"strings":[],"glossary":[]},'
        '"assets":{"mode":"references","base_url":null,"items":[]},'
        '"metadata":{"statistics":{"sheet_count":0,"block_count":0,"table_row_count":0,"flow_count":0,"node_count":0,'
        '"connection_count":0,"scene_count":0,"pin_count":0,"zone_count":0,"screenplay_count":0,"element_count":0,'
        '"string_count":0,"asset_count":0,"word_count":{"total":0,"by_language":{"en":0}},'
        '"localization_progress":{}},"validation":null}}\n'
    )
    pretty = await export_bytes(story.bulk, story.project_id, pretty_print=True)
    assert pretty.decode() == json.dumps(json.loads(compact), indent=2) + "\n"
    schema.validate(json.loads(compact))


async def test_compact_moves_user_json_in_as_stored(story: Story) -> None:
    flow = await story.flow("F")
    stored = '{"z": 1.50, "bb": [1e2, 123456789012345678901234567890, -0.0], "a": "é\\"\\\\\\n\\u0001</p>", "ж": {}}'
    await story.add("flow_nodes", flow_id=flow, type="hub", position_x=100, position_y=-0.25)
    await story.bulk.execute("UPDATE flow_nodes SET data = $1::text::jsonb", stored)
    as_jsonb = await story.bulk.fetchval("SELECT data::text FROM flow_nodes")
    compact = (await export_bytes(story.bulk, story.project_id)).decode()
    assert f'"position_x":100.0,"position_y":-0.25,"source":"manual","data":{as_jsonb}}}' in compact
    assert "1.50" in as_jsonb
    assert "123456789012345678901234567890" in as_jsonb


async def test_pretty_holds_the_same_values_and_number_texts(story: Story) -> None:
    flow = await story.flow(
        "Füße \u2028 <tag>", settings={"empty": [], "none": {}, "deep": [[1, {"x": [2]}]]}
    )
    node = await story.node(flow)
    await story.bulk.execute(
        "UPDATE flow_nodes SET data = $2::text::jsonb WHERE id = $1",
        node,
        '{"price": 1.50, "big": 12345678901234567890.10, "text": "a\\nb"}',
    )
    await story.block(await story.sheet("S"), "table", config={"label": "T"})
    compact = await export_bytes(story.bulk, story.project_id)
    pretty = await export_bytes(story.bulk, story.project_id, pretty_print=True)

    def exact(text: bytes) -> Any:
        return json.loads(text, parse_float=str, parse_int=str)

    assert exact(pretty) == exact(compact)
    lines = pretty.decode().split("\n")
    assert lines[-1] == ""
    assert '            "price": 1.50' in lines
    assert '            "columns": [],' in lines
    assert "Füße \u2028 <tag>" in pretty.decode()


async def test_order_is_position_then_id(story: Story) -> None:
    for name, position in (("c", 2), ("a", 0), ("b", 0), ("d", -1)):
        sheet = await story.sheet(name, position=position)
        for label, place in (("y", 1), ("x", 0), ("z", 1)):
            await story.block(sheet, "number", position=place, variable_name=label)
    document = await export_document(story.bulk, story.project_id)
    assert [sheet["name"] for sheet in document["sheets"]] == ["d", "a", "b", "c"]
    assert [block["variable_name"] for block in document["sheets"][0]["blocks"]] == ["x", "y", "z"]


async def test_trash_and_dead_connections_stay_out(story: Story, schema: Draft202012Validator) -> None:
    now = await story.bulk.fetchval("SELECT now()")
    flow, other = await story.flow("F"), await story.flow("G")
    trashed = await story.flow("T", deleted_at=now)
    one, two = await story.node(flow), await story.node(flow)
    dead, foreign = await story.node(flow, deleted_at=now), await story.node(other)
    await story.node(trashed)
    kept = await story.wire(flow, one, two)
    await story.wire(flow, one, dead)
    await story.wire(flow, dead, two)
    await story.wire(flow, two, foreign)
    for owner, kind in (
        (one, "flow_node"),
        (dead, "flow_node"),
        (999, "flow_node"),
        (trashed, "flow"),
        (one, "block"),
    ):
        await story.text(kind, owner, "text", "es", translated_text="hola")
    document = await export_document(story.bulk, story.project_id)
    schema.validate(document)
    assert [flow["name"] for flow in document["flows"]] == ["F", "G"]
    assert [node["id"] for node in document["flows"][0]["nodes"]] == [str(one), str(two)]
    assert [wire["id"] for wire in document["flows"][0]["connections"]] == [str(kept)]
    assert [(s["source_type"], s["source_id"]) for s in document["localization"]["strings"]] == [
        ("flow_node", str(one))
    ]


async def test_strings_are_grouped_and_keep_what_differs(story: Story, schema: Draft202012Validator) -> None:
    flow = await story.flow("F")
    node = await story.node(flow, "dialogue")
    await story.language("en", is_source=True)
    await story.language("es")
    await story.language("de", position=-1)
    odd = 'field ,"source_text": }\t\\'
    for field in ("text", odd):
        await story.text(
            "flow_node", node, field, "es", source_text="Two", status="final", translated_text="dos tres"
        )
        await story.text(
            "flow_node", node, field, "de", source_text="One", translated_text="<p>eins</p><p>zwei</p>"
        )
    await story.text("flow", flow, "name", "es", source_text="F")
    strings = (await export_document(story.bulk, story.project_id))["localization"]["strings"]
    assert [(s["source_type"], s["source_field"]) for s in strings] == [
        ("flow", "name"),
        ("flow_node", odd),
        ("flow_node", "text"),
    ]
    assert strings[1]["source_text"] == "One"
    assert list(strings[1]["translations"]) == ["de", "es"]
    assert "source_text" not in strings[1]["translations"]["de"]
    assert strings[1]["translations"]["es"]["source_text"] == "Two"
    assert "source_text_hash" not in strings[1]["translations"]["es"]
    for pretty in (False, True):
        document = await export_document(story.bulk, story.project_id, pretty_print=pretty)
        schema.validate(document)
        assert document["localization"]["strings"] == strings
        assert [language["locale_code"] for language in document["localization"]["languages"]] == [
            "de",
            "en",
            "es",
        ]
        statistics = document["metadata"]["statistics"]
        assert statistics["word_count"] == {"total": 0, "by_language": {"de": 4, "en": 0, "es": 4}}
        assert statistics["localization_progress"] == {"de": 0, "es": 66}
        assert statistics["string_count"] == 3


async def test_glossary_entries_are_grouped(story: Story, schema: Draft202012Validator) -> None:
    await story.term("lamp", "es", target_term="lámpara")
    await story.term("lamp", "de")
    await story.term("lamp", "fr", context='a }"{ b', target_term="lampe")
    await story.term("Lamp", "es", do_not_translate=True)
    document = await export_document(story.bulk, story.project_id)
    schema.validate(document)
    assert document["localization"]["glossary"] == [
        {
            "source_term": "Lamp",
            "source_locale": "en",
            "do_not_translate": True,
            "context": None,
            "translations": {"es": None},
        },
        {
            "source_term": "lamp",
            "source_locale": "en",
            "do_not_translate": False,
            "context": None,
            "translations": {"de": None, "es": "lámpara"},
        },
        {
            "source_term": "lamp",
            "source_locale": "en",
            "do_not_translate": False,
            "context": 'a }"{ b',
            "translations": {"fr": "lampe"},
        },
    ]


async def test_words_of_the_source_language(story: Story) -> None:
    flow, sheet = await story.flow("F"), await story.sheet("S")
    await story.node(
        flow, "dialogue", data={"text": "<p>one two</p>", "responses": [{"text": "three"}, "odd", {}]}
    )
    await story.node(flow, "dialogue", data=[1, 2])
    await story.node(flow, "hub", data={"text": "not dialogue"})
    await story.block(sheet, "rich_text", value={"content": "four&nbsp;five"})
    await story.block(sheet, "text", value={"content": 6})
    await story.block(sheet, "number", value={"content": "seven"})
    statistics = (await export_document(story.bulk, story.project_id))["metadata"]["statistics"]
    assert statistics["word_count"] == {"total": 5, "by_language": {"en": 5}}
    without = await export_document(story.bulk, story.project_id, include_localization=False)
    assert without["metadata"]["statistics"]["word_count"] == {"total": 5, "by_language": {}}


@pytest.fixture
async def full(story: Story) -> Story:
    """A bit of everything, texts with owners of every kind."""
    asset = await story.asset("a")
    for name in ("one", "two"):
        sheet = await story.sheet(name, avatar_asset_id=asset)
        block = await story.block(sheet, "table", position=1)
        await story.block(sheet, "text")
        await story.add("table_columns", block_id=block, name="C", slug="c")
        await story.add("table_rows", block_id=block, name="R", slug="r", cells={"c": 1})
        scene = await story.scene(name)
        await story.add("scene_layers", scene_id=scene, name="L")
        pins = [await story.add("scene_pins", scene_id=scene, position_x=1, position_y=2.5) for _ in range(2)]
        await story.add("scene_zones", scene_id=scene, name="Z", vertices=[{"x": 1, "y": 2}])
        await story.add("scene_connections", scene_id=scene, from_pin_id=pins[0], to_pin_id=pins[1])
        await story.add("scene_annotations", scene_id=scene, text="T", position_x=0, position_y=100)
        flow = await story.flow(name, scene_id=scene)
        entry, node = await story.node(flow, "entry"), await story.node(flow, "dialogue", data={"text": name})
        await story.wire(flow, entry, node)
        play = await story.screenplay(name)
        await story.add(
            "screenplay_elements", screenplay_id=play, type="action", position=0, linked_node_id=node
        )
        for kind, owner in (
            ("sheet", sheet),
            ("block", block),
            ("flow", flow),
            ("flow_node", node),
            ("screenplay", play),
        ):
            for locale in ("de", "es"):
                await story.text(kind, owner, "name", locale, translated_text=f"{name} {locale}")
    await story.language("en", is_source=True)
    await story.language("de")
    await story.language("es")
    await story.term("term", "es")
    await story.term("term", "de")
    return story


SECTIONS = ("sheets", "flows", "scenes", "screenplays", "localization", "assets")


async def test_everything_is_valid_and_twice_the_same(full: Story, schema: Draft202012Validator) -> None:
    first = await export_bytes(full.bulk, full.project_id)
    schema.validate(json.loads(first))
    assert await export_bytes(full.bulk, full.project_id) == first
    pretty = await export_bytes(full.bulk, full.project_id, pretty_print=True)
    assert pretty.decode() == json.dumps(json.loads(first), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("left_out", SECTIONS)
async def test_leaving_a_section_out(full: Story, schema: Draft202012Validator, left_out: str) -> None:
    value = AssetMode.NONE if left_out == "assets" else False
    document = await export_document(full.bulk, full.project_id, **{f"include_{left_out}": value})
    schema.validate(document)
    assert [key for key in document if key in SECTIONS] == [name for name in SECTIONS if name != left_out]
    whole = await export_document(full.bulk, full.project_id)
    for name in SECTIONS:
        if name not in {left_out, "localization"}:
            assert document[name] == whole[name]
    gone = {"sheets": {"sheet", "block"}, "flows": {"flow", "flow_node"}, "screenplays": {"screenplay"}}
    if left_out != "localization":
        kept = [
            s for s in whole["localization"]["strings"] if s["source_type"] not in gone.get(left_out, set())
        ]
        assert document["localization"]["strings"] == kept


@pytest.mark.parametrize("section", ["sheets", "flows", "scenes"])
async def test_filtering_a_section(full: Story, schema: Draft202012Validator, section: str) -> None:
    whole = await export_document(full.bulk, full.project_id)
    chosen = whole[section][1]
    option = f"{section.removesuffix('s')}_ids"
    document = await export_document(full.bulk, full.project_id, **{option: (int(chosen["id"]),)})
    schema.validate(document)
    assert document[section] == [chosen]
    children = {"sheets": ("blocks", "block", "sheet"), "flows": ("nodes", "flow_node", "flow")}.get(section)
    if children:
        inside, child_type, own_type = children
        owners = {(child_type, child["id"]) for child in chosen[inside]} | {(own_type, chosen["id"])}
        strings = document["localization"]["strings"]
        assert {
            (s["source_type"], s["source_id"]) for s in strings if s["source_type"] in {child_type, own_type}
        } <= owners
    none = await export_document(full.bulk, full.project_id, **{option: ()})
    schema.validate(none)
    assert none[section] == []


async def test_filtering_languages(full: Story, schema: Draft202012Validator) -> None:
    document = await export_document(full.bulk, full.project_id, languages=("es",))
    schema.validate(document)
    localization = document["localization"]
    assert localization["source_language"] == "en"
    assert [language["locale_code"] for language in localization["languages"]] == ["es"]
    assert {code for s in localization["strings"] for code in s["translations"]} == {"es"}
    assert localization["glossary"][0]["translations"] == {"es": None}
    none = await export_document(full.bulk, full.project_id, languages=())
    schema.validate(none)
    assert none["localization"] == {"source_language": "en", "languages": [], "strings": [], "glossary": []}


async def test_other_projects_stay_out(full: Story) -> None:
    before = await export_bytes(full.bulk, full.project_id)
    other = await new_story(full.bulk, "other")
    sheet = await other.sheet("other")
    await other.text("sheet", sheet, "name", "es")
    await other.asset("b")
    assert await export_bytes(full.bulk, full.project_id) == before
