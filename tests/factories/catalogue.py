"""One project with every odd thing that a database can hold and a document must carry."""

import json
from hashlib import sha256
from typing import Any

from tests.factories.documents import (
    Ids,
    Json,
    annotation,
    asset,
    block,
    column,
    document,
    element,
    flow,
    language,
    layer,
    line,
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

NAMES = (
    "東京",
    "Ñandú",
    "Nin\u0303o",
    "👩\u200d👩\u200d👧 family",
    "\u200f\u05d0\u05d1\u05d2",
    "a\tb\u0001c",
    "-dash",
    "x" * 200,
)
TEXTS = (
    "<p>&amp; &nbsp; &lt;b&gt;</p>",
    "<p><em>nested <strong>tags</strong>",
    "<script>alert('x')</script>",
    "5 < 6 > 4",
    "a\r\nb\tc  ",
    '{x} $x << -> # // | " \\ \\n %s %1$s 100%',
    "<p></p>",
    "&nbsp;",
    "x" * 1_000_000,
    'two \\\\ back "slashes"',
    "\u2028 \u0001 \x7f é 😀",
)
MENTIONS = (
    mention("sheet", 2) + " and " + mention("flow", 102),
    "<span data-id='2' class='mention' data-type='sheet'>x</span> 100% of %1$s",
    '<span\n class="big mention" data-label="a > b" data-type="flow"\tdata-id="101" >x</span>',
    "dangling " + mention("sheet", 9999) + ".",
    '<span class="mention" data-type="scene" data-id="2">no kind of ours</span>',
    '<span class="remark" data-type="sheet" data-id="2">no mention</span>',
    'unclosed <span class="mention" data-type="sheet" data-id="2',
    '<SPAN CLASS="mention" DATA-TYPE="sheet" DATA-ID="1">shouted</SPAN>',
)
NUMBERS: Json = {"z": 1, "bb": 12345678901234567890123, "tiny": 0.5, "list": [1, 2.25, -3, 0, 1e3]}
RULE = {"id": "r", "sheet": "mc", "variable": "hp", "operator": "greater_than", "value": "5"}
FLAT = {"logic": "all", "rules": [RULE]}
BLOCKS = {
    "logic": "any",
    "blocks": [
        {"id": "b1", "type": "block", "logic": "all", "rules": [RULE], "label": "Case"},
        {"id": "g1", "type": "group", "logic": "any", "blocks": []},
    ],
}
SET = {
    "id": "a",
    "sheet": "mc",
    "variable": "hp",
    "operator": "set",
    "value": "hp",
    "value_type": "variable_ref",
    "value_sheet": "mc",
}
OPERATORS = (
    *("equals", "not_equals", "contains", "starts_with", "ends_with", "is_empty", "greater_than"),
    *("greater_than_or_equal", "less_than", "less_than_or_equal", "is_true", "is_false", "is_nil"),
    *("not_contains", "before", "after", "strange"),
)
NODE_COUNT = 60
DEPTH = 150


def catalogue() -> Json:
    """The document, in the order and the form in which it is exported."""
    return document(
        project={
            "id": "1",
            "name": "Katalog 東京",
            "slug": "katalog",
            "description": "All of it.",
            "settings": NUMBERS,
        },
        sheets=_sheets(),
        flows=_flows(),
        scenes=_scenes(),
        screenplays=_screenplays(),
        localization=_localization(),
        assets={"mode": "references", "base_url": None, "items": _assets()},
    )


def _sheets() -> list[Json]:
    new = Ids(1000)
    mc = sheet(
        1, "Hero", shortcut="mc", description=MENTIONS[0], hidden_inherited_block_ids=["21", "22", "21"]
    )
    friend = sheet(
        2,
        "Friend",
        shortcut="mc.friend",
        parent_id="1",
        color="#f59e0b",
        avatar_asset_id="2",
        banner_asset_id="1",
        blocks=_typed_blocks(),
    )
    # The source of what the first sheet hides comes later, as does a child before its parent.
    source = sheet(
        3, "Source", blocks=[block(21, scope="children", variable_name="oath"), block(22, "number")]
    )
    heirs = sheet(
        4,
        "Heir",
        parent_id="3",
        hidden_inherited_block_ids=["22"],
        blocks=[
            block(31, inherited_from_block_id="21", value={"content": "own"}),
            block(32, inherited_from_block_id="21", detached=True, position=1),
            block(33, inherited_from_block_id="31", position=2),
        ],
    )
    early_child = sheet(5, "Early", parent_id="6", shortcut="a..b")
    roots = [mc, friend, source, heirs, early_child, sheet(6, "Late parent", shortcut="a")]
    roots += [sheet(new(), name) for name in NAMES]
    chain = [new() for _ in range(DEPTH)]
    roots += [
        sheet(old_id, "Deep", parent_id=str(chain[index - 1]) if index else None)
        for index, old_id in enumerate(chain)
    ]
    roots.append(sheet(new(), "Last", shortcut="x" * 50, position=7))
    return roots


def _typed_blocks() -> list[Json]:
    new = Ids(40)
    values: tuple[tuple[str, Any], ...] = (
        ("text", {"content": "plain"}),
        ("text", {"content": 5}),
        ("number", {"content": 1.5}),
        ("number", {"content": "30"}),
        ("number", {"content": "none"}),
        ("select", {"content": "gone"}),
        ("multi_select", {"content": "scalar"}),
        ("multi_select", {"content": ["a", "b"]}),
        ("date", {"content": "2026-02-30"}),
        ("boolean", {"content": None}),
        ("boolean", None),
        ("boolean", []),
        ("rich_text", "a string"),
        ("reference", {"target_type": "sheet", "target_id": 1}),
        ("reference", {"target_type": "flow", "target_id": "101"}),
        ("reference", {"target_type": "sheet", "target_id": 2}),
        ("reference", {"target_type": "sheet", "target_id": 4711}),
        ("reference", {"target_type": "flow", "target_id": "4711"}),
        ("reference", {"target_type": "sheet", "target_id": 101}),
        ("reference", {"target_type": "moon", "target_id": 1}),
        ("reference", {"target_type": None, "target_id": None}),
        ("reference", {"target_type": "sheet", "target_id": ""}),
        ("reference", {"target_type": "sheet"}),
    )
    blocks = [block(new(), kind, value=value) for kind, value in values]
    blocks += [block(new(), "rich_text", value={"content": text, "%": [text]}) for text in MENTIONS]
    blocks += [block(new(), value={"content": text}) for text in TEXTS]
    blocks.append(block(new(), config={"label": "Opts", "options": ["bare", {"key": "k", "value": "V"}]}))
    group = "6f1c2f0a-93d4-4f0e-9a5b-0c8f4f1f7a11"
    blocks += [block(new(), column_group_id=group, column_index=index) for index in range(3)]
    blocks.append(block(new(), scope=None, required=None, detached=None, column_index=None, config=None))
    blocks.append(block(new(), "number", variable_name="with.dots", is_constant=True))
    blocks.append(block(new(), "table", variable_name="stores", table_data=_table()))
    blocks.append(block(new(), "table"))
    return blocks


def _table() -> Json:
    return {
        "columns": [
            column(1, "quantity", name="How many?", config={"min": "0"}),
            column(2, "keeper", type="reference", config={"multiple": True}, required=True),
            column(3, "const", type="text", is_constant=True, config=None),
        ],
        "rows": [
            table_row(1, "", name="東京", cells={"quantity": 3.5, "keeper": ["mc"], "gone": "x"}),
            table_row(2, "two", name="Same", cells={}),
            table_row(3, "three", name="Same", cells=None),
            table_row(4, "four", cells=[1, 2]),
        ],
    }


def _flows() -> list[Json]:
    new = Ids(5000)
    return [
        flow(
            101,
            "Main",
            shortcut="mc",
            is_main=True,
            scene_id="201",
            description=MENTIONS[1],
            settings={"grid": True, "zoom": 0.75},
            nodes=_main_nodes(),
            connections=_main_wires(new),
        ),
        flow(
            102,
            "Called",
            parent_id="101",
            scene_id="201",
            nodes=[
                node(401, "entry"),
                node(402, "exit", {"exit_mode": "terminal"}),
                node(403, "exit", {"exit_mode": "flow_reference", "referenced_flow_id": "101"}),
                node(404, "exit", {"exit_mode": "caller_return", "target_type": "scene", "target_id": 202}),
                node(405, "exit", {"target_type": "flow", "target_id": "101", "outcome_tags": ["x"]}),
                node(406, "exit", {"target_type": "scene", "target_id": 4711}),
                node(407, "exit", {"target_type": "moon", "target_id": 1}),
                node(408, "subflow", {"referenced_flow_id": 102}),
            ],
        ),
        flow(103, "No nodes", settings=None),
        flow(
            104,
            "Two entries",
            nodes=[node(501, "entry"), node(502, "entry"), node(503, "jump", {"target_hub_id": ""})],
        ),
    ]


def _main_nodes() -> list[Json]:
    new = Ids(301)
    nodes = [
        node(new(), "entry", position_x=-1e9, position_y=1e9),
        node(
            new(),
            "dialogue",
            {
                "text": MENTIONS[0],
                "stage_directions": MENTIONS[2],
                "speaker_sheet_id": 1,
                "audio_asset_id": "3",
                "localization_id": "dlg_1",
                "dual_dialogue": {"text": MENTIONS[3], "speaker_sheet_id": "2", "audio_asset_id": None},
                "responses": _responses(),
                "later": NUMBERS,
            },
            source="screenplay_sync",
        ),
        node(new(), "subflow", {"referenced_flow_id": 102}),
        node(new(), "subflow", {"referenced_flow_id": "102"}),
        node(new(), "subflow", {"referenced_flow_id": 4711}),
        node(new(), "subflow", {"referenced_flow_id": None}),
        node(new(), "subflow", {"referenced_flow_id": ""}),
        node(
            new(),
            "scene",
            {"location_sheet_id": "2", "scene_id": 201, "int_ext": "int", "description": MENTIONS[1]},
        ),
        node(new(), "scene", {"location_sheet_id": 4711, "scene_id": "4711"}),
        node(new(), "condition", {"condition": FLAT, "switch_mode": False}),
        node(new(), "condition", {"condition": BLOCKS, "switch_mode": True}),
        node(new(), "condition", {"condition": "old text", "switch_mode": True}),
        node(
            new(),
            "condition",
            {"condition": {"logic": "none", "rules": [{**RULE, "operator": one} for one in OPERATORS]}},
        ),
        node(new(), "instruction", {"assignments": [SET, {**SET, "value": 1}, {"id": "blank"}]}),
        node(new(), "hub", {"hub_id": "hub_1", "label": "", "color": "#8b5cf6"}),
        node(new(), "hub", {"hub_id": "hub_1"}),
        node(new(), "jump", {"target_hub_id": "hub_1"}),
        node(new(), "dialogue", {"speaker_sheet_id": "", "audio_asset_id": 4711, "responses": None}),
        node(new(), "dialogue", {"speaker_sheet_id": True, "text": None, "responses": []}),
        node(new(), "hub", None) | {"data": None},
        node(new(), "hub") | {"data": []},
        node(new(), "hub") | {"data": "%1$s text"},
        node(new(), "hub", {"speaker_sheet_id": 1, "referenced_flow_id": 101}),
        node(new(), "hub", NUMBERS),
    ]
    nodes += [node(new(), "dialogue", {"text": text}) for text in (*MENTIONS, *TEXTS)]
    nodes += [node(new(), "hub") for _ in range(NODE_COUNT - len(nodes))]
    return nodes


def _responses() -> list[Any]:
    return [
        response("r1_8421", condition=FLAT, instruction_assignments=[SET], text=MENTIONS[0]),
        response("r1_8421", condition=BLOCKS),
        response("with. dots and spaces", condition="only sometimes", instruction="lose an hour"),
        response(7, text="", instruction=json.dumps([SET]), instruction_assignments=[SET]),
        {"text": "no id", "condition": None, "instruction_assignments": []},
        *(response(f"many{index}") for index in range(50)),
    ]


def _main_wires(new: Ids) -> list[Json]:
    return [
        wire(new(), 301, 302),
        wire(new(), 302, 303, "r1_8421", label="Yes"),
        wire(new(), 302, 304, "exit_402"),
        wire(new(), 302, 304, "gone"),
        wire(new(), 303, 304, "exit_402"),
        wire(new(), 303, 304, "exit_403"),
        wire(new(), 303, 305, "exit_402"),
        wire(new(), 303, 304, "exit_4711"),
        wire(new(), 303, 304, "exit_4712"),
        wire(new(), 303, 304, "exit_"),
        wire(new(), 304, 305, "output"),
        wire(new(), 310, 311, "true"),
        wire(new(), 310, 311, "false"),
        wire(new(), 311, 301, "b1"),
        wire(new(), 311, 312, "default"),
        wire(new(), 315, 314, "default", target_pin="strange"),
    ]


def _scenes() -> list[Json]:
    new = Ids(2000)
    targets: tuple[tuple[str | None, int | None], ...] = (
        ("sheet", 2),
        ("flow", 102),
        ("scene", 201),
        ("scene", 202),
        ("url", 7),
        ("flow", 4711),
        (None, None),
    )
    pins = [
        pin(new(), target_type=kind, target_id=None if old_id is None else str(old_id))
        for kind, old_id in targets
    ]
    pins.append(
        pin(
            new(),
            layer_id="12",
            icon_asset_id="1",
            sheet_id="1",
            condition=FLAT,
            condition_effect=None,
            opacity=None,
            size=None,
            pin_type=None,
            action_type="display",
            action_data={"variable_ref": "mc.hp"},
            tooltip="t" * 500,
        )
    )
    zones = [
        zone(new(), target_type=kind, target_id=None if old_id is None else str(old_id))
        for kind, old_id in targets
        if kind != "url"
    ]
    zones.append(
        zone(
            new(),
            vertices=[{"x": 0, "y": 100.1}],
            layer_id="11",
            condition=BLOCKS,
            action_type="instruction",
            action_data={"assignments": [SET]},
            border_style="dotted",
            border_width=0,
        )
    )
    zones.append(zone(new(), vertices=None, action_data=None, locked=None, opacity=None, action_type=None))
    first = int(pins[0]["id"])
    return [
        scene(
            201,
            "Map",
            shortcut="mc",
            description=MENTIONS[2],
            background_asset_id="1",
            width=1600,
            height=1,
            default_zoom=1e-7,
            default_center_x=0.0,
            default_center_y=100.0,
            scale_unit="m",
            scale_value=0.1,
            layers=[
                layer(11, is_default=True, fog_enabled=True, fog_opacity=1.0),
                layer(12, is_default=True, visible=None, fog_color=None, fog_opacity=None),
            ],
            pins=pins,
            zones=zones,
            connections=[
                line(
                    new(),
                    first,
                    first + 1,
                    waypoints=[{"x": index, "y": 0.5} for index in range(51)],
                    line_width=10,
                ),
                line(new(), first + 1, first, show_label=False, bidirectional=None, waypoints=None),
            ],
            annotations=[annotation(new(), "x" * 500, layer_id="12"), annotation(new(), "☃", position=1)],
        ),
        scene(202, "Inner", parent_id="201", default_zoom=None, default_center_x=None, default_center_y=None),
    ]


def _screenplays() -> list[Json]:
    new = Ids(700)
    kinds = (
        *("scene_heading", "action", "character", "dialogue", "parenthetical", "transition", "conditional"),
        *("instruction", "hub_marker", "jump_marker", "note", "section", "page_break", "title_page"),
    )
    elements = [element(new(), kind, f"{kind} {MENTIONS[0]}") for kind in kinds]
    elements += [
        element(new(), "character", "HERO", data={"sheet_id": 1}, linked_node_id="302"),
        element(new(), "character", None, data={"sheet_id": "4711"}, linked_node_id="402", depth=None),
        element(
            new(),
            "dual_dialogue",
            data={"left": {"sheet_id": "1", "dialogue": MENTIONS[1]}, "right": {"sheet_id": 2}},
        ),
        element(
            new(),
            "response",
            data={
                "choices": [
                    {"id": "c1", "linked_screenplay_id": 602, "condition": json.dumps(FLAT)},
                    {"id": "c2", "linked_screenplay_id": "601"},
                    {"id": "c3", "linked_screenplay_id": 4711},
                    {"id": "c4", "linked_screenplay_id": None},
                    "odd",
                ]
            },
            depth=3,
            branch="true",
        ),
        element(new(), "conditional", data={"condition": BLOCKS}, branch="false"),
        element(new(), "action", data=None),
    ]
    return [
        screenplay(
            601, "Script", shortcut="mc", linked_flow_id="101", elements=elements, description=MENTIONS[3]
        ),
        screenplay(602, "Draft", parent_id="601", draft_of_id="601", draft_label="B", draft_status=None),
        screenplay(603, "Draft of a draft", draft_of_id="602", draft_status="shelved"),
    ]


def _localization() -> Json:
    spoken = translation(
        translated_text=MENTIONS[0],
        status="final",
        vo_status="recorded",
        vo_asset_id="3",
        translator_notes="n",
        reviewer_notes="r",
        word_count=3,
        machine_translated=True,
        last_translated_at="2026-02-20T08:15:00Z",
        last_reviewed_at="2026-02-19T22:40:05.250001Z",
    )
    differing = translation(source_text=None, source_text_hash="0" * 64, speaker_sheet_id="2", status=None)
    strings = [
        string("block", 22, "value.content", "S", translations={"de": translation(status="review")}),
        string("flow", 101, "name", None),
        string("flow_node", 302, "response.r1_8421.text", source_text_hash="f" * 64),
        string(
            "flow_node",
            302,
            "text",
            MENTIONS[0],
            # Of the text with the old ids; it is computed anew with the new ones.
            source_text_hash=sha256(MENTIONS[0].encode()).hexdigest(),
            speaker_sheet_id="1",
            translations={"de": spoken, "fr": differing, "zh-Hant-TW": translation()},
        ),
        string("screenplay", 601, "name", "Script"),
        string("sheet", 1, "description", MENTIONS[1], translations={"xx": translation(vo_status=None)}),
    ]
    return {
        "source_language": "en",
        "languages": [
            language("de", name="Deutsch"),
            language("en", is_source=True),
            language("zh-Hant-TW", position=2),
        ],
        "strings": strings,
        "glossary": [
            term("Aa", {"de": "X"}),
            term("Aa", {"en": "Y"}, source_locale="fr"),
            term("aa", {"de": None, "fr": ""}, do_not_translate=True),
            term("aa", {"it": "Z"}, context="the building"),
        ],
    }


def _assets() -> list[Json]:
    return [
        asset(
            1, "../etc/passwd", metadata={"width": 1600, "thumbnail_key": "t"}, url="https://example.org/ä"
        ),
        asset(2, 'mára "q".png', size=20_000_000, metadata=None),
        asset(3, "light.ogg", content_type="audio/ogg", metadata={"duration": 2.40}),
        asset(4, "light.ogg", content_type="audio/ogg"),
    ]
