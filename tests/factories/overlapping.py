"""Documents that have roots in common, and a file that names sheets by shortcut everywhere."""

import json

from storyarn_export.domain.story import TABLES
from tests.factories.documents import (
    Json,
    asset,
    block,
    column,
    document,
    element,
    flow,
    language,
    layer,
    mention,
    node,
    pin,
    response,
    scene,
    screenplay,
    sheet,
    string,
    table_row,
    term,
    translation,
    wire,
    zone,
)
from tests.factories.importing import execute
from tests.factories.rows import Story


def base(mood: str = "calm") -> Json:
    """A small project in which everything refers to everything."""
    return document(
        sheets=[
            sheet(
                1,
                "Hero",
                shortcut="mc",
                description=mood,
                avatar_asset_id="1",
                blocks=[
                    block(1, "number", variable_name="hp", value={"content": mood}, scope="children"),
                    block(
                        2,
                        "reference",
                        config={"label": "Friend"},
                        value={"target_type": "sheet", "target_id": 2},
                    ),
                    block(
                        3,
                        "table",
                        variable_name="bag",
                        table_data={
                            "columns": [column(1, "item", type="reference"), column(2, "count")],
                            "rows": [table_row(1, "first", cells={"item": "mc.jaime", "count": mood})],
                        },
                    ),
                ],
            ),
            sheet(
                2,
                "Jaime",
                shortcut="mc.jaime",
                parent_id="1",
                hidden_inherited_block_ids=["1"],
                blocks=[
                    block(4, "number", inherited_from_block_id="1", variable_name="hp"),
                ],
            ),
        ],
        flows=[
            flow(
                1,
                "Main",
                shortcut="main",
                is_main=True,
                scene_id="1",
                nodes=[
                    node(1, "entry"),
                    node(
                        2,
                        "dialogue",
                        {
                            "localization_id": "dlg_1",
                            "speaker_sheet_id": 1,
                            "text": f"{mood} " + mention("sheet", 2),
                            "audio_asset_id": "1",
                            "responses": [response("r1", text="ok")],
                        },
                    ),
                    node(3, "subflow", {"referenced_flow_id": "2"}),
                    node(4, "hub", {"hub_id": "end", "label": mood}),
                ],
                connections=[wire(1, 1, 2), wire(2, 2, 3, "r1", label=mood), wire(3, 3, 4, "exit_6")],
            ),
            flow(
                2,
                "Called",
                shortcut="called",
                nodes=[node(5, "entry"), node(6, "exit", {"label": "out"})],
                connections=[wire(4, 5, 6)],
            ),
        ],
        scenes=[
            scene(
                1,
                "Map",
                shortcut="map",
                background_asset_id="1",
                layers=[layer(1, name="Base")],
                pins=[
                    pin(
                        1,
                        label="Home",
                        layer_id="1",
                        sheet_id="1",
                        target_type="flow",
                        target_id="1",
                        tooltip=mood,
                    ),
                ],
                zones=[zone(1, name="Yard", target_type="sheet", target_id="2")],
            ),
        ],
        screenplays=[
            screenplay(
                1,
                "Script",
                shortcut="script",
                linked_flow_id="1",
                elements=[
                    element(1, "character", "JAIME", data={"sheet_id": 2}),
                    element(2, "scene_heading", "INT.", position=1, linked_node_id="2"),
                ],
            ),
        ],
        localization={
            "source_language": "en",
            "languages": [language("en", is_source=True), language("de", name=mood)],
            "strings": [
                string(
                    "flow_node",
                    2,
                    text="Hi",
                    speaker_sheet_id="1",
                    translations={"de": translation(translated_text=mood)},
                ),
                string("sheet", 2, "name", "Jaime"),
            ],
            "glossary": [term("gold", {"de": mood})],
        },
        assets={"mode": "references", "base_url": None, "items": [asset(1)]},
    )


async def counts(story: Story) -> dict[str, int]:
    """Rows of every story table."""
    return {
        table: await story.bulk.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - names are ours
        for table in TABLES.values()
    }


def rest() -> Json:
    """What a project has beside `base` and refers into it."""
    return document(
        sheets=[
            sheet(1, "Hero", shortcut="mc"),
            sheet(
                11,
                "Child",
                shortcut="child",
                parent_id="1",
                description=mention("sheet", 1) + mention("flow", 1),
            ),
            sheet(
                12,
                "Heir",
                shortcut="heir",
                hidden_inherited_block_ids=["1"],
                blocks=[
                    block(11, "number", inherited_from_block_id="1", variable_name="hp"),
                    block(12, "reference", value={"target_type": "sheet", "target_id": "1", "more": 1.5}),
                    block(13, "reference", value={"target_type": "flow", "target_id": 2}),
                    block(14, "rich_text", value={"content": "%s 100% " + mention("sheet", 1)}),
                ],
            ),
        ],
        flows=[
            flow(1, "Main", shortcut="main"),
            flow(2, "Called", shortcut="called"),
            flow(
                11,
                "Other",
                shortcut="other",
                parent_id="1",
                scene_id="1",
                nodes=[
                    node(11, "subflow", {"referenced_flow_id": "2"}),
                    node(
                        12,
                        "dialogue",
                        {
                            "speaker_sheet_id": "1",
                            "text": mention("sheet", 1) + "%1$s",
                            "audio_asset_id": 1,
                            "dual_dialogue": {"speaker_sheet_id": 2},
                        },
                    ),
                    node(13, "exit", {"target_type": "scene", "target_id": 1, "referenced_flow_id": 2}),
                    node(14, "scene", {"location_sheet_id": 2, "scene_id": "1"}),
                ],
                connections=[wire(11, 11, 12, "exit_6")],
            ),
        ],
        scenes=[
            scene(1, "Map", shortcut="map"),
            scene(
                11,
                "Inset",
                shortcut="inset",
                parent_id="1",
                pins=[
                    pin(11, sheet_id="1", target_type="flow", target_id="1"),
                    pin(12, target_type="url", target_id="7"),
                ],
                zones=[zone(11, target_type="scene", target_id="1")],
            ),
        ],
        screenplays=[
            screenplay(1, "Script", shortcut="script"),
            screenplay(
                11,
                "Draft",
                shortcut="draft",
                draft_of_id="1",
                parent_id="1",
                linked_flow_id="2",
                elements=[
                    element(
                        11,
                        "dialogue",
                        mention("sheet", 2),
                        data={"left": {"sheet_id": "1"}},
                        linked_node_id="2",
                    ),
                    element(12, "response", data={"choices": [{"linked_screenplay_id": 1}]}, position=1),
                ],
            ),
        ],
        localization={
            "strings": [
                string(
                    "flow_node", 12, text=mention("sheet", 1), speaker_sheet_id="1", source_text_hash="0" * 64
                )
            ],
        },
    )


async def with_rest(story: Story) -> None:
    """A project with `base` and, in a second step, what refers into it."""
    await execute(story, base(), "skip")
    # Blocks and nodes that are referred to are found below the roots that are kept.
    file = rest()
    file["sheets"][0]["blocks"] = [block(1, "number", variable_name="hp")]
    file["sheets"].append(sheet(2, "Jaime", shortcut="mc.jaime"))
    file["flows"][0]["nodes"] = [node(2, "dialogue", {"localization_id": "dlg_1"})]
    file["flows"][1]["nodes"] = [node(6, "exit", {"label": "out"})]
    file["assets"]["items"] = [asset(1)]
    report = await execute(story, file, "skip")
    assert (report.unresolved, report.warnings) == ((), ())


RULE = {"id": "r", "sheet": "mc", "variable": "hp", "operator": "equals", "value": "mc"}


FRIEND = {**RULE, "id": "f", "sheet": "mc.jaime"}


ASSIGN = {
    "sheet": "mc.jaime",
    "variable": "hp",
    "operator": "set",
    "value": "hp",
    "value_type": "variable_ref",
    "value_sheet": "mc",
}


def conditioned() -> Json:
    """A file in which everything that can name a sheet names two whose shortcuts begin alike."""
    nested = {
        "logic": "any",
        "blocks": [
            {
                "id": "g",
                "type": "group",
                "logic": "all",
                "blocks": [{"id": "b", "type": "block", "logic": "all", "rules": [RULE, FRIEND]}],
            },
        ],
    }
    responses = [
        response(
            "a",
            text="{mc.hp} {mc.jaime.hp} $mc.jaime.hp. {mcx.hp} mc.hp",
            condition=json.dumps(nested),
            instruction_assignments=[ASSIGN],
        ),
        response(
            "b",
            condition=json.dumps({"logic": "all", "rules": [{**RULE, "sheet": "other"}]}),
            instruction=json.dumps([ASSIGN]),
        ),
        response("c", condition="mc.hp > 5", instruction="mc.hp = 5"),
        response("d", condition={"logic": "all", "rules": [RULE]}),
    ]
    return document(
        sheets=[
            sheet(1, "Hero", shortcut="mc"),
            sheet(
                2,
                "Jaime",
                shortcut="mc.jaime",
                blocks=[
                    block(
                        1,
                        "table",
                        variable_name="bag",
                        table_data={
                            "columns": [
                                column(1, "who", type="reference"),
                                column(2, "all", type="reference"),
                                column(3, "word", type="text"),
                            ],
                            "rows": [
                                table_row(
                                    1,
                                    "one",
                                    cells={"who": "mc", "all": ["mc.jaime", "other", 5], "word": "mc"},
                                )
                            ],
                        },
                    )
                ],
            ),
            sheet(3, "Other", shortcut="other"),
        ],
        flows=[
            flow(
                1,
                nodes=[
                    node(1, "condition", {"condition": nested}),
                    node(2, "instruction", {"assignments": [ASSIGN], "description": "{mc.hp}"}),
                    node(
                        3,
                        "dialogue",
                        {
                            "text": "{mc.jaime.hp}" + mention("sheet", 1),
                            "speaker_sheet_id": 2,
                            "responses": responses,
                        },
                    ),
                ],
            )
        ],
        scenes=[
            scene(
                1,
                pins=[
                    pin(
                        1,
                        condition={"logic": "all", "rules": [RULE]},
                        action_type="display",
                        action_data={"variable_ref": "mc.jaime.hp"},
                    ),
                ],
                zones=[
                    zone(
                        1,
                        condition=nested,
                        action_type="instruction",
                        action_data={"assignments": [ASSIGN]},
                        tooltip="{mc.hp}",
                    ),
                ],
            )
        ],
        screenplays=[
            screenplay(
                1,
                elements=[
                    element(1, "conditional", "{mc.hp}", data={"condition": nested, "sheet_id": "1"}),
                    element(
                        2,
                        "response",
                        data={"choices": [{"condition": json.dumps(nested), "text": "mc"}]},
                        position=1,
                    ),
                ],
            )
        ],
        localization={
            "strings": [
                string(
                    "flow_node",
                    3,
                    "text",
                    "{mc.hp}",
                    source_text_hash="0" * 64,
                    translations={"de": translation(translated_text="$mc.jaime.hp")},
                ),
                string("flow_node", 3, "stage_directions", "{mc.hp}"),
            ]
        },
    )
