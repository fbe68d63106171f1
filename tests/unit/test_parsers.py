"""What the parser of native documents takes, and what it refuses and where."""

import gzip
import io
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead
from storyarn_export.domain.errors import DocumentError, UnknownFormatError
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.guard import MIB, Limits
from storyarn_export.parsers.registry import open_document
from tests.factories.canonical import walk
from tests.factories.catalogue import catalogue
from tests.factories.documents import (
    annotation,
    asset,
    block,
    column,
    document,
    element,
    encode,
    flow,
    language,
    node,
    pin,
    scene,
    sheet,
    string,
    table_row,
    wire,
    zone,
)
from tests.factories.packed import zstd

LIMITS = Limits(max_bytes=64 * MIB)


def read(
    source: bytes | dict[str, Any], limits: Limits = LIMITS
) -> tuple[list[DocumentRow], ProjectHead, tuple[Notice, ...]]:
    opened = open_document(io.BytesIO(encode(source) if isinstance(source, dict) else source), limits)
    rows = list(opened.rows())
    return rows, opened.head(), opened.notices()


def refusal(source: bytes | dict[str, Any], limits: Limits = LIMITS) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        read(source, limits)
    return raised.value


def with_nodes(*nodes: Any) -> dict[str, Any]:
    return document(flows=[flow(1, nodes=list(nodes))])


def raw_node(data: str) -> bytes:
    """A document whose one node has this JSON as its data."""
    return encode(with_nodes(node(1) | {"data": "HERE"})).replace(b'"HERE"', data.encode())


def data_of(source: bytes) -> str:
    rows, _, _ = read(source)
    return str(next(row.values[-1] for row in rows if row.kind is Kind.NODE))


def test_every_entity_is_read() -> None:
    source = catalogue()
    rows, head, notices = read(source)
    listed = [(kind, entity["id"]) for kind, entity, _ in walk(source)]
    assert sorted((row.kind.value, row.old_id) for row in rows if row.old_id) == sorted(listed)
    assert len({row.ordinal for row in rows}) == len(rows)
    assert head.name == "Katalog 東京"
    assert {notice.code for notice in notices} == {"target-dropped"}


def test_rows_hang_on_their_parents() -> None:
    rows, _, _ = read(
        document(
            sheets=[
                sheet(
                    1,
                    blocks=[
                        block(
                            2, "table", table_data={"columns": [column(3, "a")], "rows": [table_row(4, "b")]}
                        )
                    ],
                )
            ]
        )
    )
    by_kind = {row.kind: row for row in rows}
    assert by_kind[Kind.SHEET].parent is None
    assert by_kind[Kind.BLOCK].parent == by_kind[Kind.SHEET].ordinal
    assert by_kind[Kind.TABLE_COLUMN].parent == by_kind[Kind.BLOCK].ordinal
    assert by_kind[Kind.TABLE_ROW].path == "$.sheets[0].blocks[0].table_data.rows[0]"


def test_sections_and_keys_in_any_order() -> None:
    source = catalogue()

    def backwards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(one) for one in value] if isinstance(value, list) else value

    def shown(rows: list[DocumentRow]) -> list[tuple[Any, ...]]:
        return sorted((row.kind, row.path) for row in rows)

    rows, head, _ = read(source)
    other, other_head, _ = read(backwards(source))
    assert shown(rows) == shown(other)
    assert head.name == other_head.name


def test_layout_does_not_matter() -> None:
    source = catalogue()
    pretty = json.dumps(source, indent="\t", ensure_ascii=True).replace("\n", "\r\n").encode()
    assert read(pretty) == read(source)


@pytest.mark.parametrize("section", ["sheets", "flows", "scenes", "screenplays", "localization", "assets"])
def test_sections_may_be_missing_or_null(section: str) -> None:
    source = document()
    assert read(source | {section: None})[0] == []
    del source[section]
    assert read(source)[0] == []


def test_missing_and_null_members_become_what_the_column_says() -> None:
    rows, _, _ = read(document(flows=[{"id": 1, "name": "F", "nodes": [{"id": 2, "type": "hub"}]}]))
    row, root = rows
    assert row.values == ("hub", 0.0, 0.0, "manual", "{}")
    assert root.values == (None, "F", None, None, 0, False, "{}", None)
    rows, _, _ = read(with_nodes(node(1) | {"data": None, "position_x": None}))
    assert rows[0].values == ("hub", 0.0, 0.0, "manual", None)


def test_zone_json_that_may_not_be_missing_stays_null() -> None:
    rows, _, _ = read(document(scenes=[scene(1, zones=[zone(1, action_data=None, condition=None)])]))
    values = rows[0].values
    assert "null" in values


def test_ids_may_be_numbers() -> None:
    rows, _, _ = read(document(flows=[flow(1) | {"id": 7, "parent_id": 8, "scene_id": "x-1"}]))
    assert (rows[0].old_id, rows[0].values[3], rows[0].values[-1]) == ("7", "8", "x-1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('{"a": 1.10}', '{"a":1.10}'),
        ("[1e2, 1E-7, -0.0]", "[1E+2,1E-7,-0.0]"),
        ("12345678901234567890123", "12345678901234567890123"),
        ('[18446744073709551616, "x"]', '[18446744073709551616,"x"]'),
        ("1.0", "1.0"),
        ('{"a": 1, "a": 2}', '{"a":2}'),
        ('{"b": "\\u003a\\u003a", "a": ":"}', '{"b":"::","a":":"}'),
        ('"\\ud83d\\ude00\\\\u0000"', '"😀\\\\u0000"'),
        ('{"%": "100%s"}', '{"%":"100%s"}'),
    ],
)
def test_user_json_is_kept(given: str, kept: str) -> None:
    assert data_of(raw_node(given)) == kept


def test_references_become_holes() -> None:
    data = '{"text": "50% <span class=\\"mention\\" data-type=\\"sheet\\" data-id=\\"9\\">", "speaker_sheet_id": "8"}'
    source = encode(with_nodes(node(1, "dialogue") | {"data": "HERE"})).replace(b'"HERE"', data.encode())
    rows, _, _ = read(source)
    assert rows[0].values[-1] == (
        '{"text":"50%% <span class=\\"mention\\" data-type=\\"sheet\\" data-id=\\"%2$s\\">","speaker_sheet_id":%1$s}'
    )
    assert [(one.old_id, one.form, one.path) for one in rows[0].references] == [
        ("8", "string", "data.speaker_sheet_id"),
        ("9", "mention", "data.text"),
    ]


def test_unknown_types_are_skipped_and_counted() -> None:
    source = document(
        sheets=[sheet(1, blocks=[block(1, "gallery"), block(2, "divider", value=[])])],
        flows=[flow(1, nodes=[node(1, "slug_line"), node(2, "annotation"), node(3, "sequence"), node(4)])],
    )
    rows, _, notices = read(source)
    assert [row.kind for row in rows] == [Kind.SHEET, Kind.NODE, Kind.FLOW]
    assert {notice.code for notice in notices} == {"unknown-type"}
    assert sum(notice.count for notice in notices) == 5
    assert notices[0].path == "$.sheets[0].blocks[0]"


def test_unknown_keys_are_counted() -> None:
    source = document(
        flows=[flow(1, nodes=[node(1) | {"word_count": 1}, node(2) | {"word_count": {"deep": []}}])]
    )
    source |= {"later": {"any": ["thing"]}}
    _, _, notices = read(source)
    assert [(one.code, one.path, one.count) for one in notices] == [
        ("unknown-key", "$.flows[0].nodes[0].word_count", 2),
        ("unknown-key", "$.later", 1),
    ]


def test_the_default_of_several_avatars_is_kept() -> None:
    avatars = [{"asset_id": "1"}, {"asset_id": "2", "is_default": True}]
    rows, _, notices = read(document(sheets=[sheet(1, avatars=avatars)]))
    assert rows[0].values[6] == "2"
    assert [notice.code for notice in notices] == ["avatars-dropped"]


def test_targets_need_both_halves() -> None:
    pins = [pin(1, target_type="flow"), pin(2, target_id="3"), pin(3, target_type="url", target_id="no")]
    zones = [zone(1, action_type="navigate")]
    rows, _, notices = read(document(scenes=[scene(1, pins=pins, zones=zones)]))
    assert all(row.values[8:10] == (None, None) for row in rows if row.kind is Kind.PIN)
    assert {(one.code, one.count) for one in notices} == {
        ("target-dropped", 2),
        ("target-dropped", 1),
        ("action-replaced", 1),
    }


def test_embedded_bytes_are_passed_over() -> None:
    items = [asset(1) | {"sha256": "0" * 64, "data": "QUJD" * 10 * MIB}]
    rows, _, notices = read(document(assets={"mode": "embedded", "base_url": None, "items": items}))
    assert [row.kind for row in rows] == [Kind.ASSET]
    assert [notice.code for notice in notices] == ["asset-bytes-ignored"]


def test_a_table_of_any_length_is_walked() -> None:
    rows = [table_row(number, f"r{number}", cells={"a": number}) for number in range(20_000)]
    table = block(1, "table", table_data={"columns": [], "rows": rows})
    read_rows, _, _ = read(
        document(sheets=[sheet(1, blocks=[table])]), Limits(max_bytes=64 * MIB, max_entity_bytes=64 * 1024)
    )
    assert sum(row.kind is Kind.TABLE_ROW for row in read_rows) == 20_000


def test_gzip_in_several_members() -> None:
    source = encode(catalogue())
    packed = gzip.compress(source[:1000]) + gzip.compress(source[1000:])
    assert read(packed) == read(source)


def test_zstandard_in_several_frames() -> None:
    source = encode(catalogue())
    # What stands between them is meant for others, and passed over.
    skippable = b"\x50\x2a\x4d\x18\x05\x00\x00\x00hello"
    packed = zstd(source[:1000]) + skippable + zstd(b"") + zstd(source[1000:])
    assert read(packed) == read(source)


def test_zstandard_that_looks_back_too_far() -> None:
    source = encode(document())
    assert read(zstd(source, window_bits=23)) == read(source)
    error = refusal(zstd(source, window_bits=27))
    assert (error.document_code, error.offset) == ("invalid-zstd", 0)
    assert error.hint is not None


def test_only_known_formats() -> None:
    with pytest.raises(UnknownFormatError, match="ink"):
        open_document(io.BytesIO(), LIMITS, format_name="ink")


VALID = encode(document())

NOT_JSON: list[tuple[str, bytes, str, int | None]] = [
    ("nothing", b"", "invalid-json", 0),
    ("blank", b"  \n", "invalid-json", 3),
    ("words", b"hello", "invalid-json", 0),
    ("cut in a key", VALID[:20], "invalid-json", None),
    ("cut at the end", VALID[:-1], "invalid-json", len(VALID) - 1),
    ("cut in a string", VALID[:-1][: VALID.index(b"Tale") + 2], "invalid-json", None),
    ("garbage behind", VALID + b" x", "invalid-json", len(VALID) + 1),
    ("two documents", VALID + VALID, "invalid-json", len(VALID)),
    ("no colon", VALID.replace(b'"sheets":', b'"sheets"'), "invalid-json", None),
    ("trailing comma", VALID.replace(b'"sheets": [],', b'"sheets": [],,'), "invalid-json", None),
    ("comma before the end", VALID[:-1] + b",}", "invalid-json", len(VALID)),
    ("comma in a list", VALID.replace(b'"sheets": []', b'"sheets": [,]'), "invalid-json", None),
    ("NaN", raw_node("NaN"), "invalid-json", None),
    ("deep NaN", raw_node('{"a": [NaN]}'), "invalid-json", None),
    ("Infinity", raw_node("-Infinity"), "invalid-json", None),
    ("leading zero", raw_node("01"), "invalid-json", None),
    ("bare plus", raw_node("+1"), "invalid-json", None),
    ("half a number", raw_node("1."), "invalid-json", None),
    ("raw newline in a string", raw_node('"a\nb"'), "invalid-json", None),
    ("bad escape", raw_node('"\\x"'), "invalid-json", None),
    ("comment", raw_node("/* no */ 1"), "invalid-json", None),
    ("single quotes", raw_node("{'a': 1}"), "invalid-json", None),
    ("list of lines", b'{"storyarn_version": "1.0.0"}\n{"a": 1}', "invalid-json", 30),
    ("mark", b"\xef\xbb\xbf" + VALID, "invalid-encoding", 0),
    ("UTF-16", VALID.decode().encode("utf-16"), "invalid-encoding", 0),
    ("Latin-1", VALID.replace(b"Tale", b"T\xe4le"), "invalid-encoding", VALID.index(b"Tale") + 1),
    ("raw surrogate", VALID.replace(b"Tale", b"T\xed\xa0\x80"), "invalid-encoding", VALID.index(b"Tale") + 1),
    ("cut character", VALID[: VALID.index(b"Tale")] + b"\xc3", "invalid-encoding", VALID.index(b"Tale")),
    ("a ZIP", b"PK\x03\x04" + bytes(100), "unsupported-format", 0),
    ("a list", b"[]", "invalid-json-structure", None),
    ("a string", b'"storyarn"', "invalid-json-structure", None),
    ("null", b"null", "invalid-json-structure", None),
    ("damaged gzip", gzip.compress(VALID)[:30] + b"\0" * 200, "invalid-gzip", None),
    ("cut gzip", gzip.compress(VALID)[:-12], "invalid-gzip", None),
    ("gzip and more", gzip.compress(VALID) + b"more", "invalid-gzip", None),
    ("damaged zstandard", zstd(VALID)[:30] + bytes(200), "invalid-zstd", None),
    ("cut zstandard", zstd(VALID)[:-2], "invalid-zstd", None),
    ("the beginning of zstandard", zstd(VALID)[:4], "invalid-zstd", None),
    ("zstandard and more", zstd(VALID) + b"more", "invalid-zstd", None),
    ("zstandard with a wrong checksum", zstd(VALID)[:-1] + b"?", "invalid-zstd", None),
]


@pytest.mark.parametrize(
    ("source", "code", "offset"), [case[1:] for case in NOT_JSON], ids=[c[0] for c in NOT_JSON]
)
def test_what_is_no_document(source: bytes, code: str, offset: int | None) -> None:
    error = refusal(source)
    assert error.document_code == code
    assert error.path is not None or error.offset is not None
    if offset is not None:
        assert error.offset == offset


def without(key: str) -> dict[str, Any]:
    source = document()
    del source[key]
    return source


def twice(source: dict[str, Any], member: str, value: str = "1") -> bytes:
    """The document with a member said once more, in front."""
    text = encode(source)
    assert f'"{member}":'.encode() in text
    return text.replace(f'"{member}":'.encode(), f'"{member}": {value}, "{member}":'.encode(), 1)


STRINGS = document(localization={"strings": [string("sheet", 1)]})
WRONG: list[tuple[str, bytes | dict[str, Any], str, str]] = [
    ("no version", without("storyarn_version"), "missing-required-keys", "$"),
    ("no export version", without("export_version"), "missing-required-keys", "$"),
    ("no project", without("project"), "missing-required-keys", "$"),
    ("no name", document(project={}), "missing-required-keys", "$.project.name"),
    ("null name", document(project={"name": None}), "missing-required-keys", "$.project.name"),
    ("empty name", document(project={"name": ""}), "invalid-value", "$.project.name"),
    ("project a list", document(project=[]), "invalid-field-types", "$.project"),
    ("version 2", document(storyarn_version="2.0.0"), "unsupported-version", "$.storyarn_version"),
    ("version 10", document(storyarn_version="10.0"), "unsupported-version", "$.storyarn_version"),
    ("version a number", document(storyarn_version=1), "invalid-field-types", "$.storyarn_version"),
    ("sheets an object", document(sheets={}), "invalid-field-types", "$.sheets"),
    ("a sheet a string", document(sheets=["x"]), "invalid-field-types", "$.sheets[0]"),
    ("localization a list", document(localization=[]), "invalid-field-types", "$.localization"),
    (
        "strings an object",
        document(localization={"strings": {}}),
        "invalid-field-types",
        "$.localization.strings",
    ),
    ("assets a list", document(assets=[]), "invalid-field-types", "$.assets"),
    ("nodes a string", document(flows=[flow(1, nodes="x")]), "invalid-field-types", "$.flows[0].nodes"),
    ("a node a number", with_nodes(node(1), 5), "invalid-field-types", "$.flows[0].nodes[1]"),
    ("no id", with_nodes({"type": "hub"}), "missing-required-keys", "$.flows[0].nodes[0].id"),
    ("a blank id", with_nodes(node(1) | {"id": ""}), "missing-required-keys", "$.flows[0].nodes[0].id"),
    ("a fractional id", with_nodes(node(1) | {"id": 1.5}), "invalid-field-types", "$.flows[0].nodes[0].id"),
    ("a true id", with_nodes(node(1) | {"id": True}), "invalid-field-types", "$.flows[0].nodes[0].id"),
    ("no type", with_nodes({"id": "1"}), "missing-required-keys", "$.flows[0].nodes[0].type"),
    ("type a list", with_nodes(node(1) | {"type": []}), "invalid-field-types", "$.flows[0].nodes[0].type"),
    ("unknown source", with_nodes(node(1, source="x")), "invalid-value", "$.flows[0].nodes[0].source"),
    (
        "position text",
        with_nodes(node(1, position_x="0")),
        "invalid-field-types",
        "$.flows[0].nodes[0].position_x",
    ),
    (
        "position beyond doubles",
        encode(with_nodes(node(1))).replace(b'"position_x": 0.0', b'"position_x": 1e400'),
        "invalid-value",
        "$.flows[0].nodes[0].position_x",
    ),
    (
        "position beyond integers",
        document(sheets=[sheet(1, position=2**31)]),
        "invalid-value",
        "$.sheets[0].position",
    ),
    ("2^63", document(sheets=[sheet(1, position=2**63)]), "invalid-value", "$.sheets[0].position"),
    ("a fraction", document(sheets=[sheet(1, position=0.5)]), "invalid-field-types", "$.sheets[0].position"),
    ("a flag 1", document(flows=[flow(1, is_main=1)]), "invalid-field-types", "$.flows[0].is_main"),
    ("a long name", document(sheets=[sheet(1, "x" * 201)]), "invalid-value", "$.sheets[0].name"),
    ("an empty name", document(sheets=[sheet(1, "")]), "invalid-value", "$.sheets[0].name"),
    (
        "a long shortcut",
        document(sheets=[sheet(1, shortcut="x" * 51)]),
        "invalid-value",
        "$.sheets[0].shortcut",
    ),
    ("a bad shortcut", document(sheets=[sheet(1, shortcut="Mc")]), "invalid-value", "$.sheets[0].shortcut"),
    ("a newline", document(sheets=[sheet(1, shortcut="mc\n")]), "invalid-value", "$.sheets[0].shortcut"),
    (
        "a long description",
        document(flows=[flow(1, description="x" * 2001)]),
        "invalid-value",
        "$.flows[0].description",
    ),
    (
        "no UUID",
        document(sheets=[sheet(1, blocks=[block(1, column_group_id="x")])]),
        "invalid-value",
        "$.sheets[0].blocks[0].column_group_id",
    ),
    (
        "a long pin",
        document(flows=[flow(1, connections=[wire(1, 1, 2, "x" * 101)])]),
        "invalid-value",
        "$.flows[0].connections[0].source_pin",
    ),
    (
        "no end",
        document(flows=[flow(1, connections=[wire(1, 1, 2) | {"target_node_id": None}])]),
        "missing-required-keys",
        "$.flows[0].connections[0].target_node_id",
    ),
    (
        "beyond the scene",
        document(scenes=[scene(1, pins=[pin(1, position_x=100.1)])]),
        "invalid-value",
        "$.scenes[0].pins[0].position_x",
    ),
    ("no width", document(scenes=[scene(1, width=0)]), "invalid-value", "$.scenes[0].width"),
    ("no zoom", document(scenes=[scene(1, default_zoom=0)]), "invalid-value", "$.scenes[0].default_zoom"),
    (
        "no vertices",
        document(scenes=[scene(1, zones=[{"id": "1", "name": "Z"}])]),
        "missing-required-keys",
        "$.scenes[0].zones[0].vertices",
    ),
    (
        "501 characters",
        document(scenes=[scene(1, annotations=[annotation(1, "x" * 501)])]),
        "invalid-value",
        "$.scenes[0].annotations[0].text",
    ),
    (
        "a long locale",
        document(localization={"languages": [language("zh-Hant-TW1")]}),
        "invalid-value",
        "$.localization.languages[0].locale_code",
    ),
    (
        "a wrong time",
        document(
            localization={"strings": [string("sheet", 1, translations={"de": {"last_reviewed_at": "soon"}})]}
        ),
        "invalid-value",
        "$.localization.strings[0].translations.de.last_reviewed_at",
    ),
    (
        "translations a list",
        document(localization={"strings": [string("sheet", 1, translations=["de"])]}),
        "invalid-field-types",
        "$.localization.strings[0].translations",
    ),
    (
        "no file name",
        document(assets={"items": [{"id": 1, "size": 1, "key": "k", "content_type": "image/png"}]}),
        "invalid-field-types",
        "$.assets.items[0].filename",
    ),
    ("no bytes", document(assets={"items": [asset(1, size=0)]}), "invalid-value", "$.assets.items[0].size"),
    (
        "an executable",
        document(assets={"items": [asset(1, content_type="application/x-msdownload")]}),
        "invalid-value",
        "$.assets.items[0].content_type",
    ),
    ("a section twice", twice(document(), "sheets", "[]"), "duplicate-keys", "$"),
    ("a root's key twice", twice(document(flows=[flow(1)]), "is_main"), "duplicate-keys", "$.flows[0]"),
    ("a node's key twice", twice(with_nodes(node(1)), "data"), "duplicate-keys", "$.flows[0].nodes[0].data"),
    (
        "a cell's row twice",
        twice(document(sheets=[sheet(1, blocks=[block(1, "table")])]), "rows", "[]"),
        "duplicate-keys",
        "$.sheets[0].blocks[0].table_data.rows",
    ),
    (
        "a translation's key twice",
        twice(STRINGS, "status"),
        "duplicate-keys",
        "$.localization.strings[0].translations.de.status",
    ),
    ("NUL in user JSON", raw_node('{"a": ["\\u0000"]}'), "invalid-text", "$.flows[0].nodes[0].data.a[0]"),
    ("NUL in a key", raw_node('{"\\u0000": 1}'), "invalid-text", "$.flows[0].nodes[0].data"),
    ("NUL in a name", document(sheets=[sheet(1, "a\0b")]), "invalid-text", "$.sheets[0].name"),
    ("NUL in the project", document(project={"name": "\0"}), "invalid-text", "$.project.name"),
    ("a surrogate", raw_node('["x", "\\ud800"]'), "invalid-text", "$.flows[0].nodes[0].data[1]"),
    ("wrong order", raw_node('"\\udc00\\ud83d"'), "invalid-text", "$.flows[0].nodes[0].data"),
    ("a large number", raw_node("1e2000"), "number-too-large", "$.flows[0].nodes[0].data"),
    ("many digits", raw_node("9" * 1001), "number-too-large", "$.flows[0].nodes[0].data"),
    ("thousands of digits", raw_node("9" * 5000), "number-too-large", "$.flows[0].nodes[0]"),
    ("65 levels", raw_node("[" * 60 + "]" * 60), "too-deep", "$.flows[0].nodes[0]"),
    ("100,000 levels", raw_node("[" * 100_000 + "]" * 100_000), "too-deep", "$.flows[0].nodes[0]"),
    ("100,000 open", raw_node("[" * 100_000), "too-deep", "$.flows[0].nodes[0]"),
    ("deep unknown", document(later=json.loads("[" * 70 + "]" * 70)), "too-deep", "$.later"),
    (
        "negative depth",
        document(screenplays=[{"id": 1, "name": "S", "elements": [element(1, depth=-1)]}]),
        "invalid-value",
        "$.screenplays[0].elements[0].depth",
    ),
]


@pytest.mark.parametrize(
    ("source", "code", "path"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_what_cannot_be_stored(source: bytes | dict[str, Any], code: str, path: str) -> None:
    error = refusal(source)
    assert (error.document_code, error.path) == (code, path)


def test_59_levels_of_user_json_pass() -> None:
    nested = "[" * 59 + "]" * 59
    assert data_of(raw_node(nested)) == nested


def test_an_entity_has_a_size() -> None:
    limits = Limits(max_bytes=64 * MIB, max_entity_bytes=MIB)
    fits = with_nodes(node(1, data={"text": "x" * (MIB - 200)}))
    assert len(read(fits, limits)[0]) == 2
    error = refusal(with_nodes(node(1, data={"text": "x" * MIB})), limits)
    assert (error.document_code, error.path) == ("entity-too-large", "$.flows[0].nodes[0]")
    error = refusal(with_nodes(node(1, data={"text": "é" * (MIB // 2)})), limits)
    assert error.document_code == "entity-too-large"
    assert refusal(raw_node('"' + "x" * 3 * MIB), limits).document_code == "entity-too-large"


def test_a_multitude_of_small_values_is_refused() -> None:
    assert refusal(raw_node("[" + "[]," * 2 * MIB + "[]]")).document_code == "too-many-values"
    assert data_of(raw_node('"' + "," * 2 * MIB + '"')) == '"' + "," * 2 * MIB + '"'


def test_files_have_a_size() -> None:
    source = encode(document())
    exact = Limits(max_bytes=len(source))
    less = Limits(max_bytes=len(source) - 1)
    read(source, exact)
    assert refusal(source, less).document_code == "file-too-large"
    assert refusal(gzip.compress(source), less).document_code == "file-too-large"
    assert refusal(zstd(source), less).document_code == "file-too-large"


def test_bombs_are_refused_early() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(b" " * MIB) for _ in range(200)) + packer.flush()
    error = refusal(bomb, Limits(max_bytes=1024 * MIB))
    assert error.document_code == "expansion-too-large"
    assert error.offset is not None
    assert error.offset < 64 * MIB


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_cuts_and_changes_are_read_or_refused(data: st.DataObject) -> None:
    source = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(source) - 1))
        end = at + data.draw(st.integers(0, 6))
        source[at:end] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=3))
    error: DocumentError | None = None
    try:
        read(bytes(source))
    except DocumentError as refused:
        error = refused
    assert error is None or error.path is not None or error.offset is not None


PIECES = [
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"1e9",
    b"\\ud800",
    b"\\u0000",
    b"true",
    b"-",
]
SMALL = encode(
    document(
        sheets=[
            sheet(
                1,
                blocks=[
                    block(2, "table"),
                    block(3, "reference", value={"target_type": "flow", "target_id": 1}),
                ],
            )
        ],
        flows=[
            flow(
                1,
                nodes=[node(1, "dialogue", {"text": "x", "speaker_sheet_id": 1})],
                connections=[wire(1, 1, 2)],
            )
        ],
        scenes=[scene(1, pins=[pin(1)], zones=[zone(1)])],
        localization={"languages": [language("de")], "strings": [string("sheet", 1)], "glossary": []},
        assets={"items": [asset(1)]},
    )
)


TEXT = st.characters(codec="utf-8", exclude_characters="\0")


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(TEXT),
        lambda children: st.lists(children) | st.dictionaries(st.text(TEXT), children),
    )
)
def test_any_user_json_survives(value: Any) -> None:
    text = json.dumps(value)
    kept = data_of(raw_node(text))
    assert (None if kept == "None" else json.loads(kept)) == value
