"""Random documents that hold every kind of entity, every type, every form of a pin and every hidden reference.

Bounded: a handful of each kind. What a field may hold is taken from the format, not from the code that reads it.
"""

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.factories import documents as build
from tests.factories.documents import Json

BLOCKS = ("text", "rich_text", "number", "select", "multi_select", "date", "boolean", "reference", "table")
COLUMNS = ("number", "text", "boolean", "select", "multi_select", "date", "reference")
NODES = ("entry", "exit", "dialogue", "condition", "instruction", "hub", "jump", "subflow", "scene")
ELEMENTS = (
    *("scene_heading", "action", "character", "dialogue", "parenthetical", "transition", "dual_dialogue"),
    *("conditional", "instruction", "response", "hub_marker", "jump_marker", "note", "section", "page_break"),
    "title_page",
)
# Ids of each kind lie apart, so that one taken for another shows; they come in no order.
POOLS = {
    kind: tuple(range(start, start + 40))
    for start, kind in zip(
        range(100, 2000, 100),
        (
            *("sheet", "block", "column", "row", "flow", "node", "wire", "scene", "layer", "pin", "zone"),
            *("line", "note", "screenplay", "element", "asset"),
        ),
        strict=False,
    )
}
NOBODY = 77_777

flags = st.booleans()
positions = st.integers(-3, 3)
percents = st.floats(0, 100)
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
words = st.text(letters, min_size=1, max_size=12)
scalars = (
    st.none()
    | flags
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(letters, max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(letters, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
objects = st.dictionaries(st.text(letters, max_size=6), anything, max_size=3)


class Author:
    """Draws one document.

    Args:
        draw: from hypothesis.
    """

    def __init__(self, draw: DrawFn) -> None:
        self.draw = draw
        # Drawn lists are short, and short ones alone would leave rare types out.
        least = draw(st.sampled_from((0, 4)))
        self.of: dict[str, list[int]] = {
            kind: draw(st.lists(st.sampled_from(pool), unique=True, min_size=least, max_size=6))
            for kind, pool in POOLS.items()
        }

    def document(self) -> Json:
        """The document."""
        of = self.of
        return build.document(
            sheets=[self.sheet(one) for one in of["sheet"]],
            flows=[self.flow(one, is_main=not index) for index, one in enumerate(of["flow"])],
            scenes=[self.scene(one) for one in of["scene"]],
            screenplays=[self.screenplay(one) for one in of["screenplay"]],
            localization={
                "source_language": "en",
                "languages": [
                    build.language(code, is_source=code == "en", position=self.draw(positions))
                    for code in self.draw(st.sets(st.sampled_from(("en", "de", "zh-Hant-TW"))))
                ],
                "strings": [self.string(*key) for key in sorted(self.string_keys())],
                "glossary": [
                    build.term(
                        word,
                        {"de": self.some(words), "fr": self.some(words)},
                        context=self.some(words),
                        do_not_translate=self.draw(flags),
                    )
                    for word in self.draw(st.sets(words, max_size=2))
                ],
            },
            assets={
                "mode": "references",
                "base_url": None,
                "items": [self.asset(one) for one in of["asset"]],
            },
        )

    def some(self, strategy: st.SearchStrategy[Any]) -> Any:
        """A value, or none."""
        return self.draw(st.none() | strategy)

    def ref(self, kind: str) -> str | None:
        """An id of a kind, now and then one that nothing has, or none."""
        found = self.draw(st.sampled_from((*self.of[kind], NOBODY, None)))
        return None if found is None else str(found)

    def hidden(self, kind: str) -> Any:
        """The same as it stands in JSON: a number or a string."""
        found = self.ref(kind)
        return found if found is None else self.draw(st.sampled_from((found, int(found))))

    def text(self) -> str:
        """A text with mentions in it, perhaps."""
        parts = self.draw(
            st.lists(
                words | st.sampled_from(("%s", "%%", "100%", "<p>", "&amp;", "@sheet", "@flow")), max_size=4
            )
        )
        return "".join(
            build.mention(part[1:], self.draw(st.sampled_from((*self.of[part[1:]], NOBODY))))
            if part in ("@sheet", "@flow")
            else part
            for part in parts
        )

    def root(self, kind: str, old_id: int) -> Json:
        """What all roots have."""
        return {
            "name": self.draw(words),
            "shortcut": self.draw(st.sampled_from((None, f"{kind}.{old_id}", f"x{old_id}-{kind}"))),
            "description": self.some(st.just(self.text())),
            "parent_id": self.ref(kind),
            "position": self.draw(positions),
        }

    def condition(self) -> Any:
        """A condition in one of its forms."""
        rule = {
            "id": "r",
            "sheet": "sheet.100",
            "variable": "hp",
            "operator": "equals",
            "value": self.draw(scalars),
        }
        flat = {"logic": self.draw(st.sampled_from(("all", "any"))), "rules": [rule]}
        nested = {"logic": "all", "blocks": [{"id": "b", "type": "block", **flat}]}
        return self.draw(
            st.sampled_from((None, "", "hp > 5", flat, nested, json.dumps(flat), json.dumps(nested)))
        )

    def sheet(self, old_id: int) -> Json:
        """A sheet; all blocks lie on the first."""
        blocks = self.of["block"] if old_id == self.of["sheet"][0] else []
        return build.sheet(
            old_id,
            **self.root("sheet", old_id),
            color=self.some(st.just("#fff")),
            avatar_asset_id=self.ref("asset"),
            banner_asset_id=self.ref("asset"),
            hidden_inherited_block_ids=[
                self.ref("block") or str(NOBODY) for _ in range(self.draw(st.integers(0, 3)))
            ],
            blocks=[self.block(one, is_first=not index) for index, one in enumerate(blocks)],
        )

    def block(self, old_id: int, *, is_first: bool) -> Json:
        """A block; all columns and rows belong to the first, if that is a table."""
        kind = (
            self.draw(st.sampled_from(BLOCKS))
            if not is_first
            else self.draw(st.sampled_from(("table", "reference")))
        )
        value = self.draw(anything)
        if kind == "reference":
            target = self.draw(st.sampled_from(("sheet", "flow", "scene", None)))
            value = {"target_type": target, "target_id": self.hidden("sheet" if target is None else target)}
        elif self.draw(flags):
            value = {"content": self.text()}
        table: Json = {}
        if kind == "table":
            table = {"table_data": {"columns": [], "rows": []}}
            if is_first:
                columns = [self.column(one) for one in self.of["column"]]
                rows = [
                    build.table_row(one, f"r{one}", cells=self.draw(objects), position=self.draw(positions))
                    for one in self.of["row"]
                ]
                table = {"table_data": {"columns": columns, "rows": rows}}
        return build.block(
            old_id,
            kind,
            position=self.draw(positions),
            config=self.draw(anything),
            value=value,
            is_constant=self.draw(flags),
            variable_name=self.draw(st.sampled_from((None, f"v{old_id}"))),
            scope=self.draw(st.sampled_from(("self", "children"))),
            required=self.draw(flags),
            detached=self.draw(flags),
            inherited_from_block_id=self.ref("block"),
            column_group_id=self.some(st.uuids().map(str)),
            column_index=self.draw(st.integers(0, 2)),
            **table,
        )

    def column(self, old_id: int) -> Json:
        """A column of a table."""
        return build.column(
            old_id,
            f"c{old_id}",
            type=self.draw(st.sampled_from(COLUMNS)),
            is_constant=self.draw(flags),
            required=self.draw(flags),
            position=self.draw(positions),
            config=self.draw(objects),
        )

    def flow(self, old_id: int, *, is_main: bool) -> Json:
        """A flow; all nodes and wires belong to the main one."""
        nodes = [self.node(one) for one in self.of["node"]] if is_main else []
        wires = [self.wire(one, nodes) for one in self.of["wire"]] if is_main and nodes else []
        return build.flow(
            old_id,
            **self.root("flow", old_id),
            is_main=is_main and self.draw(flags),
            settings=self.some(objects),
            scene_id=self.ref("scene"),
            nodes=nodes,
            connections=wires,
        )

    def node(self, old_id: int) -> Json:
        """A node."""
        kind = self.draw(st.sampled_from(NODES))
        data: Any = (
            {**self.draw(objects), **self.data(kind)} if self.draw(st.integers(0, 9)) else self.draw(anything)
        )
        return build.node(
            old_id,
            kind,
            position_x=self.draw(st.floats(-1e9, 1e9)),
            position_y=self.draw(st.floats(-1e9, 1e9)),
            source=self.draw(st.sampled_from(("manual", "screenplay_sync"))),
        ) | {"data": data}

    def data(self, kind: str) -> Json:
        """What a node's type keeps in its data."""
        match kind:
            case "dialogue":
                speech = {
                    "speaker_sheet_id": self.hidden("sheet"),
                    "audio_asset_id": self.hidden("asset"),
                    "text": self.text(),
                }
                return {
                    **speech,
                    "dual_dialogue": self.draw(st.sampled_from((None, speech))),
                    "responses": self.some(
                        st.just([self.response(number) for number in range(self.draw(st.integers(0, 2)))])
                    ),
                }
            case "scene":
                return {"location_sheet_id": self.hidden("sheet"), "scene_id": self.hidden("scene")}
            case "subflow":
                return {"referenced_flow_id": self.hidden("flow")}
            case "exit":
                target = self.draw(st.sampled_from(("scene", "flow", None)))
                return {
                    "referenced_flow_id": self.hidden("flow"),
                    "target_type": target,
                    "target_id": self.hidden(target or "flow"),
                }
            case "condition":
                return {"condition": self.condition(), "switch_mode": self.draw(flags)}
            case _:
                return {"hub_id": "h", "target_hub_id": "h", "description": self.text()}

    def response(self, number: int) -> Json:
        """A response in the one form that exports write; other ones are brought into it, see test_responses."""
        condition = self.condition()
        encoded = isinstance(condition, str) and condition != "hp > 5"
        return build.response(
            f"r{number}",
            text=self.text(),
            condition=None if encoded else condition,
            instruction=self.draw(st.sampled_from((None, "", "hp = 5", "[]"))),
            instruction_assignments=self.draw(
                st.sampled_from(([], [{"sheet": "sheet.100", "variable": "hp"}]))
            ),
        )

    def wire(self, old_id: int, nodes: list[Json]) -> Json:
        """A connection from any pin."""
        exits = [f"exit_{one}" for one in (*self.of["node"], NOBODY)]
        source = self.draw(st.sampled_from(nodes))["id"]
        target = self.draw(st.sampled_from((*(one["id"] for one in nodes), str(NOBODY))))
        pin = self.draw(st.sampled_from(("output", "default", "true", "false", "r0", "exit_x", *exits)))
        return build.wire(old_id, source, target, pin, label=self.some(words))

    def scene(self, old_id: int) -> Json:
        """A scene; all parts belong to the first."""
        parts: Json = {}
        if old_id == self.of["scene"][0]:
            parts = {
                "layers": [self.layer(one) for one in self.of["layer"]],
                "pins": [self.pin(one) for one in self.of["pin"]],
                "zones": [self.zone(one) for one in self.of["zone"]],
                "connections": [self.line(one) for one in self.of["line"]],
                "annotations": [self.note(one) for one in self.of["note"]],
            }
        return build.scene(
            old_id,
            **self.root("scene", old_id),
            background_asset_id=self.ref("asset"),
            width=self.some(st.integers(1, 9)),
            height=self.some(st.integers(1, 9)),
            default_zoom=self.draw(st.floats(0.1, 9)),
            default_center_x=self.draw(percents),
            default_center_y=self.draw(percents),
            scale_unit=self.some(words),
            scale_value=self.some(st.floats(0.1, 9)),
            **parts,
        )

    def layer(self, old_id: int) -> Json:
        """A layer."""
        return build.layer(
            old_id,
            name=self.draw(words),
            is_default=self.draw(flags),
            position=self.draw(positions),
            visible=self.draw(flags),
            fog_enabled=self.draw(flags),
            fog_color=self.some(st.just("#000")),
            fog_opacity=self.draw(st.floats(0, 1)),
        )

    def marker(self) -> Json:
        """What pins and zones have in common."""
        target = self.draw(st.sampled_from(("sheet", "flow", "scene", None)))
        return {
            "target_type": target,
            "target_id": self.ref(target) if target else None,
            "layer_id": self.ref("layer"),
            "tooltip": self.some(words),
            "position": self.draw(positions),
            "locked": self.draw(flags),
            "opacity": self.draw(st.floats(0, 1)),
            "action_type": self.draw(st.sampled_from(("none", "instruction", "display"))),
            "action_data": self.draw(objects | st.just({"variable_ref": "sheet.100.hp"})),
            "condition": self.condition(),
            "condition_effect": self.draw(st.sampled_from(("hide", "disable"))),
        }

    def pin(self, old_id: int) -> Json:
        """A pin, to a URL perhaps."""
        marker = self.marker()
        if self.draw(st.integers(0, 4)) == 0:
            marker |= {"target_type": "url", "target_id": str(self.draw(st.integers(0, 2**63 - 1)))}
        return build.pin(
            old_id,
            **marker,
            position_x=self.draw(percents),
            position_y=self.draw(percents),
            pin_type=self.draw(st.sampled_from(("location", "character", "event", "custom"))),
            icon=self.some(words),
            color=self.some(st.just("#fff")),
            label=self.some(words),
            size=self.draw(st.sampled_from(("sm", "md", "lg"))),
            icon_asset_id=self.ref("asset"),
            sheet_id=self.ref("sheet"),
        )

    def zone(self, old_id: int) -> Json:
        """A zone."""
        return build.zone(
            old_id,
            **self.marker(),
            name=self.draw(words),
            vertices=self.draw(anything),
            fill_color=self.some(st.just("#fff")),
            border_color=self.some(st.just("#fff")),
            border_width=self.draw(st.integers(0, 9)),
            border_style=self.draw(st.sampled_from(("solid", "dashed", "dotted"))),
        )

    def line(self, old_id: int) -> Json:
        """A line between pins."""
        ends = [int(self.ref("pin") or NOBODY) for _ in range(2)]
        return build.line(
            old_id,
            *ends,
            line_style=self.draw(st.sampled_from(("solid", "dashed", "dotted"))),
            line_width=self.draw(st.integers(0, 10)),
            color=self.some(st.just("#fff")),
            label=self.some(words),
            show_label=self.draw(flags),
            bidirectional=self.draw(flags),
            waypoints=self.some(st.just([{"x": 1.5, "y": 2}])),
        )

    def note(self, old_id: int) -> Json:
        """A note on a scene."""
        return build.annotation(
            old_id,
            self.draw(words),
            position_x=self.draw(percents),
            position_y=self.draw(percents),
            font_size=self.draw(st.sampled_from(("sm", "md", "lg"))),
            color=self.some(st.just("#fff")),
            layer_id=self.ref("layer"),
            position=self.draw(positions),
            locked=self.draw(flags),
        )

    def screenplay(self, old_id: int) -> Json:
        """A screenplay; all elements belong to the first."""
        elements = self.of["element"] if old_id == self.of["screenplay"][0] else []
        return build.screenplay(
            old_id,
            **self.root("screenplay", old_id),
            linked_flow_id=self.ref("flow"),
            draft_label=self.some(words),
            draft_status=self.draw(st.sampled_from(("active", "done"))),
            draft_of_id=self.ref("screenplay"),
            elements=[self.element(one) for one in elements],
        )

    def element(self, old_id: int) -> Json:
        """An element of a screenplay."""
        data = {
            **self.draw(objects),
            "sheet_id": self.hidden("sheet"),
            "left": {"sheet_id": self.hidden("sheet"), "text": self.text()},
            "right": self.some(st.just({"sheet_id": self.hidden("sheet")})),
            "choices": [{"linked_screenplay_id": self.hidden("screenplay"), "condition": self.condition()}],
        }
        return build.element(
            old_id,
            self.draw(st.sampled_from(ELEMENTS)),
            self.some(st.just(self.text())),
            position=self.draw(st.integers(0, 3)),
            data=self.draw(st.sampled_from((data, {}, None))),
            depth=self.draw(st.integers(0, 2)),
            branch=self.draw(st.sampled_from((None, "true", "false"))),
            linked_node_id=self.ref("node"),
        )

    def string_keys(self) -> set[tuple[str, int]]:
        """What has translated texts."""
        owners = {
            "flow_node": "node",
            "block": "block",
            "sheet": "sheet",
            "flow": "flow",
            "screenplay": "screenplay",
        }
        keys = [(kind, old_id) for kind, pool in owners.items() for old_id in (*self.of[pool], NOBODY)]
        return self.draw(st.sets(st.sampled_from(keys), max_size=4))

    def string(self, kind: str, old_id: int) -> Json:
        """A text and its translations, which may know another original."""
        other = {
            "source_text": self.text(),
            "source_text_hash": "1" * 64,
            "speaker_sheet_id": self.ref("sheet"),
        }
        return build.string(
            kind,
            old_id,
            "text",
            self.some(st.just(self.text())),
            source_text_hash=self.draw(st.sampled_from((None, "0" * 64))),
            speaker_sheet_id=self.ref("sheet"),
            translations={
                "de": self.translation(),
                "fr": {**self.translation(), **self.draw(st.sampled_from(({}, other)))},
            },
        )

    def translation(self) -> Json:
        """One translation."""
        moments = st.sampled_from(("2026-02-24T15:30:00Z", "2026-02-24T15:30:00.123456+01:00"))
        return build.translation(
            translated_text=self.some(st.just(self.text())),
            status=self.draw(st.sampled_from(("pending", "draft", "in_progress", "review", "final"))),
            vo_status=self.draw(st.sampled_from(("none", "needed", "recorded", "approved"))),
            vo_asset_id=self.ref("asset"),
            translator_notes=self.some(words),
            reviewer_notes=self.some(words),
            word_count=self.some(st.integers(0, 9)),
            machine_translated=self.draw(flags),
            last_translated_at=self.some(moments),
            last_reviewed_at=self.some(moments),
        )

    def asset(self, old_id: int) -> Json:
        """An asset."""
        return build.asset(
            old_id,
            self.draw(words),
            size=self.draw(st.integers(1, 20_000_000)),
            content_type=self.draw(st.sampled_from(("image/png", "audio/ogg", "application/pdf"))),
            url=self.some(words),
            metadata=self.some(objects),
        )


@st.composite
def stories(draw: DrawFn) -> Json:
    """Documents."""
    return Author(draw).document()
