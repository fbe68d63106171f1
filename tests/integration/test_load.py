"""A native document becomes a new project: every reference linked, everything odd reported, nothing by halves."""

import asyncio
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storyarn_export.db.models import Base
from storyarn_export.domain.document import UnresolvedReference
from storyarn_export.domain.errors import (
    DocumentError,
    InvalidRequestError,
    NotFoundError,
    ServiceUnavailableError,
)
from storyarn_export.domain.story import TABLES, Kind
from storyarn_export.imports.load import LoadProject, LoadReport, Rename
from tests.factories.catalogue import catalogue
from tests.factories.documents import (
    asset,
    block,
    column,
    document,
    encode,
    flow,
    language,
    layer,
    line,
    mention,
    node,
    pin,
    scene,
    screenplay,
    sheet,
    string,
    table_row,
    term,
    translation,
    wire,
)

SHARED = Path(__file__).parents[3] / "shared"
EXAMPLE = SHARED / "contract" / "example.storyarn.json"
REAL = SHARED / "data" / "endless-sky-0.9.8.storyarn.json.gz"


class Loader:
    """Loads documents for one user and looks at what became of them."""

    def __init__(self, bulk: asyncpg.Pool, owner_id: int) -> None:
        self.bulk = bulk
        self.owner_id = owner_id
        self.load = LoadProject(bulk, max_bytes=2**31, max_entity_bytes=2**24)

    async def __call__(self, source: Any, **options: Any) -> LoadReport:
        if isinstance(source, dict):
            source = encode(source)
        if isinstance(source, bytes):
            source = io.BytesIO(source)
        return await self.load(source, owner_id=self.owner_id, **options)

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self.bulk.fetchval(query, *arguments)

    async def row(self, query: str, *arguments: Any) -> tuple[Any, ...]:
        rows = await self.bulk.fetch(query, *arguments)
        assert len(rows) == 1
        return tuple(rows[0])

    async def json(self, query: str, *arguments: Any) -> Any:
        return json.loads(await self.value(query, *arguments))

    async def column(self, query: str, *arguments: Any) -> list[Any]:
        return [row[0] for row in await self.bulk.fetch(query, *arguments)]

    async def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        counts = {}
        for table in Base.metadata.tables:
            counts[table] = await self.value(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names are ours
        return counts


@pytest.fixture
async def loader(bulk: asyncpg.Pool) -> Loader:
    owner_id = await bulk.fetchval("INSERT INTO users (email) VALUES ('a@example.org') RETURNING id")
    await bulk.execute("INSERT INTO workspaces (name, slug, owner_id) VALUES ('W', 'w', $1)", owner_id)
    # New ids start elsewhere for each table, so that one taken for another shows.
    for start, table in enumerate(TABLES.values(), start=1):
        await bulk.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {start * 100_000}")
    return Loader(bulk, owner_id)


async def test_the_example(loader: Loader) -> None:
    report = await loader(EXAMPLE)
    assert report.total == sum(report.counts.values()) == 105
    rows = await loader.rows()
    assert {kind: rows[table] for kind, table in TABLES.items()} == report.counts
    assert (report.name, report.slug) == ("Skerry Light", "skerry-light")
    assert (report.unresolved_references, report.warnings, report.renames) == ((), (), ())
    assert await loader.value("SELECT description FROM projects") == "A keeper, a novice, one long night."
    assert await loader.json("SELECT settings FROM projects") == {"theme": "dark", "autosave": True}
    member = await loader.row("SELECT user_id, role FROM project_memberships")
    assert member == (loader.owner_id, "owner")


async def id_of(loader: Loader, kind: str, place: int) -> int:
    """The new id of the nth entity of a kind, in the order of the old ids."""
    table = TABLES[Kind(kind)]
    ids = await loader.column(f"SELECT id FROM {table} ORDER BY id")  # noqa: S608 - names are ours
    found: int = ids[place]
    return found


async def test_every_kind_of_reference_in_the_example(loader: Loader) -> None:  # noqa: PLR0915 - one a line
    await loader(EXAMPLE)
    keepers, mara, ilo, lighthouse = [await id_of(loader, "sheet", place) for place in range(4)]
    storm, lamp_room, dawn = [await id_of(loader, "flow", place) for place in range(3)]
    skerry, tower = [await id_of(loader, "scene", place) for place in range(2)]
    webp, png, ogg = [await id_of(loader, "asset", place) for place in range(3)]
    nodes = [await id_of(loader, "node", place) for place in range(17)]
    old_node = dict(zip(range(97, 114), nodes, strict=True))
    blocks = dict(
        zip(range(101, 117), [await id_of(loader, "block", place) for place in range(16)], strict=True)
    )
    script, shorter = [await id_of(loader, "screenplay", place) for place in range(2)]

    async def data(old: int) -> Any:
        return await loader.json("SELECT data FROM flow_nodes WHERE id = $1", old_node[old])

    sheets = await loader.bulk.fetch("SELECT * FROM sheets ORDER BY id")
    assert [row["parent_id"] for row in sheets] == [None, keepers, keepers, None]
    assert [row["avatar_asset_id"] for row in sheets] == [None, png, None, None]
    assert [row["banner_asset_id"] for row in sheets] == [None, None, None, webp]
    assert sheets[2]["hidden_inherited_block_ids"] == [blocks[102]]
    assert f'data-id="{ilo}"' in sheets[1]["description"]
    inherited = await loader.bulk.fetch(
        "SELECT id, inherited_from_block_id FROM blocks WHERE inherited_from_block_id IS NOT NULL ORDER BY id"
    )
    assert [tuple(row) for row in inherited] == [
        (blocks[103], blocks[101]),
        (blocks[104], blocks[102]),
        (blocks[116], blocks[101]),
    ]
    reference = "SELECT value FROM blocks WHERE id = $1"
    assert await loader.json(reference, blocks[113]) == {"target_type": "sheet", "target_id": mara}
    assert await loader.json(reference, blocks[114]) == {"target_type": "flow", "target_id": str(storm)}
    assert f'data-id="{mara}"' in (await loader.json(reference, blocks[108]))["content"]
    assert await loader.column("SELECT scene_id FROM flows ORDER BY id") == [skerry, None, None]
    assert await loader.column("SELECT parent_id FROM flows ORDER BY id") == [None, storm, None]

    assert (await data(98))["scene_id"] == skerry
    assert (await data(98))["location_sheet_id"] == lighthouse
    assert (await data(99))["speaker_sheet_id"] == mara
    assert f'data-id="{ilo}"' in (await data(99))["text"]
    assert (await data(101))["referenced_flow_id"] == lamp_room
    assert (await data(102))["speaker_sheet_id"] == str(ilo)
    assert (await data(102))["audio_asset_id"] == ogg
    assert (await data(102))["dual_dialogue"]["speaker_sheet_id"] == mara
    assert ((await data(103))["target_type"], (await data(103))["target_id"]) == ("scene", skerry)
    assert (await data(104))["referenced_flow_id"] == str(lamp_room)
    assert (await data(111))["target_id"] == dawn
    wires = await loader.bulk.fetch(
        "SELECT source_pin, target_node_id FROM flow_connections WHERE source_node_id = $1 ORDER BY id",
        old_node[101],
    )
    assert [tuple(row) for row in wires] == [
        (f"exit_{old_node[110]}", old_node[102]),
        (f"exit_{old_node[111]}", old_node[104]),
    ]

    pins = await loader.bulk.fetch("SELECT * FROM scene_pins ORDER BY id")
    targets = [(row["target_type"], row["target_id"]) for row in pins]
    assert targets == [("scene", tower), ("flow", storm), ("url", 7)]
    assert [row["sheet_id"] for row in pins] == [lighthouse, mara, None]
    assert [row["icon_asset_id"] for row in pins] == [None, png, None]
    layers = await loader.column("SELECT id FROM scene_layers ORDER BY id")
    assert [row["layer_id"] for row in pins] == [*layers, None]
    zone = await loader.row("SELECT target_type, target_id, layer_id FROM scene_zones")
    assert zone == ("sheet", lighthouse, layers[0])
    assert await loader.value("SELECT layer_id FROM scene_annotations") == layers[1]
    link = await loader.row("SELECT from_pin_id, to_pin_id FROM scene_connections")
    assert link == (pins[0]["id"], pins[1]["id"])
    assert await loader.value("SELECT background_asset_id FROM scenes ORDER BY id LIMIT 1") == webp
    assert f'data-id="{storm}"' in await loader.value("SELECT description FROM scenes ORDER BY id LIMIT 1")

    plays = await loader.bulk.fetch(
        "SELECT linked_flow_id, draft_of_id, parent_id FROM screenplays ORDER BY id"
    )
    assert [tuple(row) for row in plays] == [(storm, None, None), (None, script, script)]
    elements = await loader.bulk.fetch(
        "SELECT content, data, linked_node_id FROM screenplay_elements ORDER BY id"
    )
    assert elements[0]["linked_node_id"] == old_node[98]
    assert f'data-id="{mara}"' in elements[1]["content"]
    assert json.loads(elements[2]["data"]) == {"sheet_id": mara}
    choices = json.loads(elements[4]["data"])["choices"]
    assert [one["linked_screenplay_id"] for one in choices] == [shorter, None]
    pair = json.loads(elements[7]["data"])
    assert (pair["left"]["sheet_id"], pair["right"]["sheet_id"]) == (str(ilo), mara)

    texts = await loader.bulk.fetch(
        "SELECT * FROM localized_texts WHERE source_id = $1 AND source_field = 'text' ORDER BY locale_code",
        old_node[99],
    )
    assert [row["speaker_sheet_id"] for row in texts] == [mara, mara]
    assert [row["vo_asset_id"] for row in texts] == [ogg, None]
    assert f'data-id="{ilo}"' in texts[0]["translated_text"]
    for row in texts:
        assert row["source_text_hash"] == hashlib.sha256(row["source_text"].encode()).hexdigest()
    owners = await loader.bulk.fetch(
        "SELECT DISTINCT source_type, source_id FROM localized_texts ORDER BY 1, 2"
    )
    assert [tuple(row) for row in owners] == [
        ("block", blocks[107]),
        ("flow_node", old_node[99]),
        ("flow_node", old_node[102]),
        ("sheet", mara),
    ]


@pytest.mark.real_data
async def test_the_real_project(loader: Loader) -> None:
    if not REAL.exists():
        assert (await loader(catalogue())).total > 0
        return
    report = await loader(REAL)
    assert report.total == 34_388
    assert (report.unresolved_total, report.warnings) == (0, ())
    source = json.loads(gzip.decompress(REAL.read_bytes()))
    names = [root["name"] for root in sorted(source["flows"], key=lambda root: int(root["id"]))]
    assert await loader.column("SELECT name FROM flows ORDER BY id") == names


async def test_new_ids_follow_the_old_ones_over_the_whole_file(loader: Loader) -> None:
    ids = ["9", "10", "b", "100", "a", "99999999999999999999", "007", "8"]
    await loader(document(sheets=[sheet(0, old) | {"id": old} for old in ids]))
    ordered = ["007", "8", "9", "10", "100", "99999999999999999999", "a", "b"]
    assert await loader.column("SELECT name FROM sheets ORDER BY id") == ordered


async def test_numbers_keep_their_text(loader: Loader) -> None:
    source = encode(document(flows=[flow(1, nodes=[node(1, data={"a": "HERE"})])]))
    await loader(source.replace(b'"HERE"', b"[1.10, 12345678901234567890, 1E-7, 1e2]"))
    stored = await loader.value("SELECT data::text FROM flow_nodes")
    assert stored == '{"a": [1.10, 12345678901234567890, 0.0000001, 100]}'


async def test_references_to_nothing_are_emptied_and_reported(loader: Loader) -> None:
    text = mention("sheet", 8) + "%s"
    called = [node(1, "subflow"), node(2), node(3, "dialogue", {"speaker_sheet_id": "8", "text": text})]
    report = await loader(
        document(
            sheets=[
                sheet(1, parent_id="8", avatar_asset_id="8", hidden_inherited_block_ids=["9", "1", "1"], blocks=[
                    block(1, inherited_from_block_id="8"),
                    block(2, "reference", value={"target_type": "flow", "target_id": 8, "more": 1}),
                ])
            ],
            flows=[flow(1, scene_id="8", nodes=called, connections=[wire(1, 1, 2, "exit_8"), wire(2, 1, 2, "exit_x")])],
            scenes=[scene(1, layers=[layer(1)], pins=[pin(1, target_type="flow", target_id="8", layer_id="8")])],
            screenplays=[screenplay(1, linked_flow_id="8", draft_of_id="8")],
            localization={
                "strings": [
                    string("flow_node", 3, text=text, source_text_hash="0" * 64, speaker_sheet_id="8"),
                    string("flow_node", 8),
                    string("scene", 1),
                ]
            },
        )
    )  # fmt: skip
    assert {(one.path, one.old_id) for one in report.unresolved_references} == {
        ("$.sheets[0].parent_id", "8"),
        ("$.sheets[0].avatar_asset_id", "8"),
        ("$.sheets[0].hidden_inherited_block_ids[0]", "9"),
        ("$.sheets[0].blocks[0].inherited_from_block_id", "8"),
        ("$.sheets[0].blocks[1].value.target_id", "8"),
        ("$.flows[0].scene_id", "8"),
        ("$.flows[0].nodes[2].data.speaker_sheet_id", "8"),
        ("$.flows[0].nodes[2].data.text", "8"),
        ("$.flows[0].connections[0].source_pin", "exit_8"),
        ("$.scenes[0].pins[0].target_id", "8"),
        ("$.scenes[0].pins[0].layer_id", "8"),
        ("$.screenplays[0].linked_flow_id", "8"),
        ("$.screenplays[0].draft_of_id", "8"),
        ("$.localization.strings[0].translations.de.source_text", "8"),
        ("$.localization.strings[0].translations.de.speaker_sheet_id", "8"),
    }
    assert report.unresolved_total == len(report.unresolved_references)
    assert UnresolvedReference(Kind.FLOW, "1", "$.flows[0].scene_id", "8") in report.unresolved_references
    assert [(one.code, one.count) for one in report.warnings] == [("ownerless-text", 2)]
    emptied = '<span class="mention" data-type="sheet" data-id="">@</span>%s'
    assert await loader.json("SELECT data FROM flow_nodes WHERE type = 'dialogue'") == {
        "speaker_sheet_id": None,
        "text": emptied,
    }
    assert await loader.json("SELECT value FROM blocks WHERE type = 'reference'") == {
        "target_type": None,
        "target_id": None,
        "more": 1,
    }
    assert await loader.column("SELECT source_pin FROM flow_connections ORDER BY id") == ["exit_-8", "exit_x"]
    stored = await loader.row("SELECT source_text, source_text_hash FROM localized_texts")
    assert stored == (emptied, hashlib.sha256(emptied.encode()).hexdigest())
    hidden = await loader.value("SELECT hidden_inherited_block_ids FROM sheets")
    assert hidden == [await id_of(loader, "block", 0)] * 2


async def test_a_response_may_be_called_like_an_exit(loader: Loader) -> None:
    speech = node(1, "dialogue", {"responses": [{"id": "exit_2"}]})
    await loader(
        document(flows=[flow(1, nodes=[speech, node(2, "exit")], connections=[wire(1, 1, 2, "exit_2")])])
    )
    assert await loader.value("SELECT source_pin FROM flow_connections") == "exit_2"


async def test_connections_that_cannot_be(loader: Loader) -> None:
    flows = [
        flow(1, nodes=[node(1), node(2), node(9, "sequence")], connections=[
            wire(1, 1, 2), wire(2, 1, 2), wire(3, 1, 1), wire(4, 1, 3), wire(5, 1, 8), wire(6, 9, 1), wire(7, 2, 1),
        ]),
        flow(2, nodes=[node(3)]),
    ]  # fmt: skip
    scenes = [
        scene(
            1, pins=[pin(1), pin(2)], connections=[line(1, 1, 2), line(2, 1, 1), line(3, 1, 8), line(4, 1, 2)]
        )
    ]
    report = await loader(document(flows=flows, scenes=scenes))
    assert report.counts[Kind.FLOW_CONNECTION] == 2
    assert report.counts[Kind.SCENE_CONNECTION] == 2
    found = {(one.code, one.count, one.path) for one in report.warnings}
    assert ("repeated-connection", 1, "$.flows[0].connections[1]") in found
    assert ("self-connection", 2, "$.flows[0].connections[2]") in found
    assert ("dead-connection", 4, "$.flows[0].connections[3]") in found


async def test_cycles_of_parents_are_broken_at_the_lowest_id(loader: Loader) -> None:
    parents = {1: None, 2: 2, 3: 4, 4: 3, 5: 7, 6: 5, 7: 6, 8: 7, 9: 99, 10: 9}
    roots = [flow(old, str(old), parent_id=None if up is None else str(up)) for old, up in parents.items()]
    long = [flow(old, str(old), parent_id=str(old + 1 if old < 299 else 100)) for old in range(100, 300)]
    report = await loader(document(flows=roots + long))
    stored = await loader.bulk.fetch(
        "SELECT child.name, parent.name FROM flows child LEFT JOIN flows parent ON parent.id = child.parent_id"
    )
    linked = {int(child): None if parent is None else int(parent) for child, parent in stored}
    assert {old: linked[old] for old in parents} == {
        **parents,
        2: None,
        3: None,
        5: None,
        9: None,
    }
    assert [old for old in range(100, 300) if linked[old] is None] == [100]
    assert [(one.code, one.count) for one in report.warnings] == [("parent-cycle", 4)]
    assert [one.path for one in report.unresolved_references] == ["$.flows[8].parent_id"]


async def test_what_may_stand_once_stands_once(loader: Loader) -> None:
    source = document(
        sheets=[
            sheet(2, shortcut="mc", blocks=[block(1, variable_name="hp"), block(2, variable_name="hp")]),
            sheet(1, shortcut="mc"),
        ],
        flows=[flow(1, shortcut="mc", is_main=True), flow(2, is_main=True)],
        screenplays=[screenplay(1, linked_flow_id="1"), screenplay(2, linked_flow_id="1")],
        localization={
            "source_language": "de",
            "languages": [
                language("en", is_source=True),
                {"locale_code": "de", "name": "Deutsch"},
                language("en", position=1),
            ],
            "strings": [string("sheet", 1), string("sheet", 1)],
            "glossary": [term("a", {"de": "x"}), term("a", {"de": "y"}, context="c")],
        },
    )
    report = await loader(source)
    assert await loader.column("SELECT shortcut FROM sheets ORDER BY id") == [None, "mc"]
    assert await loader.column("SELECT variable_name FROM blocks ORDER BY id") == ["hp", None]
    assert await loader.column("SELECT is_main FROM flows ORDER BY id") == [True, False]
    assert (await loader.column("SELECT linked_flow_id FROM screenplays ORDER BY id"))[1] is None
    assert await loader.column("SELECT is_source FROM project_languages ORDER BY id") == [True, False]
    assert await loader.column("SELECT target_term FROM localization_glossary_entries") == ["x"]
    codes = [(one.code, one.count) for one in report.warnings]
    assert codes == [("repeated-value", 1)] * 5 + [("repeated-row", 1)] * 3


async def test_json_null(loader: Loader) -> None:
    table = {"columns": [column(1, "a", config=None)], "rows": [table_row(1, "a", cells=None)]}
    await loader(
        document(
            sheets=[sheet(1, blocks=[block(1, "table", table_data=table, config=None)])],
            flows=[flow(1, settings=None)],
        )
    )
    assert await loader.value("SELECT config IS NULL FROM blocks")
    assert await loader.value("SELECT settings IS NULL FROM flows")
    assert await loader.value("SELECT config::text FROM table_columns") == "null"
    assert await loader.value("SELECT cells::text FROM table_rows") == "null"


async def test_responses_are_stored_in_the_form_of_the_file(loader: Loader) -> None:
    responses = [
        {"id": "a", "condition": '{"logic": "all", "rules": []}', "instruction": "[]"},
        {"id": 1, "condition": "", "instruction_assignments": None},
        "odd",
    ]
    await loader(document(flows=[flow(1, nodes=[node(1, "dialogue", {"responses": responses})])]))
    assert (await loader.json("SELECT data FROM flow_nodes"))["responses"] == responses


async def test_names_and_slugs(loader: Loader) -> None:
    first = await loader(document())
    second = await loader(document(), name="Other")
    odd = await loader(document(project={"name": "Ñandú!", "slug": "No Slug"}))
    nothing = await loader(document(project={"name": "東京"}))
    assert (first.slug, first.renames) == ("tale", ())
    assert (second.name, second.slug, second.renames) == (
        "Other",
        "tale-2",
        (Rename("project", "tale", "tale-2"),),
    )
    assert (odd.slug, nothing.slug) == ("nandu", "project")
    assert await loader.column("SELECT name FROM projects ORDER BY id") == ["Tale", "Other", "Ñandú!", "東京"]
    with pytest.raises(InvalidRequestError):
        await loader(document(), name="x" * 101)
    with pytest.raises(NotFoundError):
        await loader.load(io.BytesIO(encode(document())), owner_id=10**6)


async def test_two_at_once_get_two_slugs(loader: Loader) -> None:
    reports = await asyncio.gather(*(loader(catalogue()) for _ in range(3)))
    assert sorted(report.slug for report in reports) == ["katalog", "katalog-2", "katalog-3"]
    assert len({tuple(report.counts.items()) for report in reports}) == 1


async def test_gzip_and_an_open_file(loader: Loader, tmp_path: Path) -> None:
    packed = tmp_path / "p.json.gz"
    packed.write_bytes(gzip.compress(encode(catalogue())))
    first = await loader(packed)
    with packed.open("rb") as file:
        second = await loader(file)
        assert not file.closed
    assert first.counts == second.counts


async def test_no_entities_make_an_empty_project(loader: Loader) -> None:
    report = await loader(document())
    assert report.total == 0
    assert await loader.value("SELECT count(*) FROM projects") == 1


VALID = encode(catalogue())
BROKEN: dict[str, bytes] = {
    "cut off": VALID[: len(VALID) // 2],
    "garbage behind": VALID + b"]",
    "invalid UTF-8": VALID[:-2] + b"\xff}}",
    "no project": VALID.replace(b'"project"', b'"projekt"'),
    "wrong version": VALID.replace(b'"storyarn_version": "1.0.0"', b'"storyarn_version": "2.0.0"'),
    "twice the same node": VALID.replace(b'"id": "302"', b'"id": "301"'),
    "twice the same slug": VALID.replace(b'"slug": "keeper"', b'"slug": "quantity"'),
    "twice the same asset": VALID.replace(b'"key": "projects/1/2"', b'"key": "projects/1/1"'),
    "twice the same key": VALID.replace(b'"position_x": 0.0', b'"position_x": 0.0, "position_x": 1.0', 1),
    "wrong type": VALID.replace(b'"locked": false', b'"locked": 0'),
    "out of range": VALID.replace(b'"opacity": 0.3', b'"opacity": 1.5'),
    "unknown word": VALID.replace(b'"status": "final"', b'"status": "finished"'),
    "half a surrogate pair": VALID.replace(b'"later": {', b'"later": {"x": "\\udead", '),
    "NUL": VALID.replace(b'"later": {', b'"later": {"x": "\\u0000", '),
    "NaN": VALID.replace(b'"later": {', b'"later": {"x": NaN, '),
    "too deep": VALID.replace(b'"later": {', b'"later": {"x": ' + b"[" * 99 + b"]" * 99 + b", "),
    "a bomb": gzip.compress(b" " * 2**25),
    "an empty file": b"",
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_document_changes_nothing(loader: Loader, kind: str) -> None:
    await loader(document())
    before = await loader.rows()
    assert BROKEN[kind] != VALID
    with pytest.raises(DocumentError) as raised:
        await loader(BROKEN[kind])
    assert raised.value.path or raised.value.offset is not None
    assert await loader.rows() == before
    # The connection is fit for the next one.
    assert (await loader(catalogue())).total > 0


async def test_a_lost_connection_changes_nothing(loader: Loader) -> None:
    class Killer(io.BytesIO):
        def __init__(self, victims: Any) -> None:
            super().__init__(VALID)
            self._victims = victims

        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > len(VALID) // 2:
                asyncio.run_coroutine_threadsafe(self._victims(), loop).result()
            return super().read(size)

    async def kill() -> None:
        await loader.bulk.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database() AND state LIKE 'idle in transaction%'"
        )

    loop = asyncio.get_running_loop()
    before = await loader.rows()
    with pytest.raises(ServiceUnavailableError):
        await loader(Killer(kill))
    assert await loader.rows() == before


async def test_a_string_in_many_languages(loader: Loader) -> None:
    many = {f"l{number}": translation(translated_text=str(number)) for number in range(2000)}
    report = await loader(
        document(sheets=[sheet(1)], localization={"strings": [string("sheet", 1, translations=many)]})
    )
    assert report.counts[Kind.LOCALIZED_TEXT] == 2000


async def test_assets_come_without_bytes(loader: Loader) -> None:
    items = [asset(1), {key: value for key, value in asset(2).items() if key != "key"}]
    await loader(document(assets={"mode": "references", "items": items}))
    rows = await loader.bulk.fetch("SELECT key, is_external FROM assets ORDER BY id")
    assert [tuple(row) for row in rows] == [("projects/1/1", True), ("imports/2/a.png", True)]


async def test_a_cancelled_load_changes_nothing(loader: Loader) -> None:
    loop = asyncio.get_running_loop()

    class Canceller(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > len(VALID) // 2:
                loop.call_soon_threadsafe(loading.cancel)
            return super().read(size)

    before = await loader.rows()
    loading = asyncio.create_task(loader(Canceller(VALID)))
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert await loader.rows() == before
    assert (await loader(catalogue())).total > 0
