"""No column of a story table is forgotten: each goes out and comes back in, or is left out for a reason given here."""

import asyncpg
import pytest

from storyarn_export.db.models import Base
from storyarn_export.domain.document import FIELDS
from storyarn_export.domain.story import TABLES, Kind
from storyarn_export.materializer.statements import statement
from storyarn_export.parsers.formats.storyarn.shapes import build_shapes
from tests.factories.canonical import walk
from tests.factories.catalogue import catalogue
from tests.factories.importing import execute, exported
from tests.factories.rows import new_story

# Of every table: whose row it is and where it hangs is said by where it stands; its times are those of its own life.
EVERYWHERE = {
    "id": "written, and made anew",
    "project_id": "the project that is exported, or takes the import",
    "inserted_at": "when the row was made here",
    "updated_at": "when the row was changed here",
}
LEFT_OUT: dict[Kind, dict[str, str]] = {
    Kind.SHEET: {
        "deleted_at": "trash is not exported",
        "current_version_id": "always null in format 1.0.0: versions are not exported",
    },
    Kind.BLOCK: {"deleted_at": "trash is not exported", "sheet_id": "where it stands"},
    Kind.TABLE_COLUMN: {"block_id": "where it stands"},
    Kind.TABLE_ROW: {"block_id": "where it stands"},
    Kind.FLOW: {"deleted_at": "trash is not exported"},
    Kind.NODE: {"deleted_at": "trash is not exported", "flow_id": "where it stands"},
    Kind.FLOW_CONNECTION: {"flow_id": "where it stands"},
    Kind.SCENE: {"deleted_at": "trash is not exported"},
    Kind.LAYER: {"scene_id": "where it stands"},
    Kind.PIN: {"scene_id": "where it stands"},
    Kind.ZONE: {"scene_id": "where it stands"},
    Kind.SCENE_CONNECTION: {"scene_id": "where it stands"},
    Kind.ANNOTATION: {"scene_id": "where it stands"},
    Kind.SCREENPLAY: {"deleted_at": "trash is not exported"},
    Kind.ELEMENT: {"screenplay_id": "where it stands"},
    Kind.LOCALIZED_TEXT: {
        "translated_by_id": "people are not portable",
        "reviewed_by_id": "people are not portable",
    },
    Kind.ASSET: {
        "uploaded_by_id": "people are not portable",
        "is_external": "says how an import got it",
        "content_key": "where the bytes are here; they travel as `data` or as members of a bundle",
        "content_sha256": "written beside the bytes as `sha256`",
        "content_crc32": "written by archives beside the bytes",
    },
}


@pytest.mark.parametrize("kind", Kind)
def test_every_column_is_read_or_left_out_for_a_reason(kind: Kind) -> None:
    columns = {one.name for one in Base.metadata.tables[TABLES[kind]].columns}
    left_out = EVERYWHERE.keys() | LEFT_OUT.get(kind, {}).keys()
    assert columns - left_out == set(FIELDS[kind])
    assert LEFT_OUT.get(kind, {}).keys() <= columns


@pytest.mark.parametrize("kind", Kind)
def test_every_field_is_parsed_staged_and_stored(kind: Kind) -> None:
    names = {
        Kind.FLOW_CONNECTION: "insert_flow_connections",
        Kind.LOCALIZED_TEXT: "insert_texts",
        Kind.GLOSSARY_ENTRY: "insert_glossary",
        Kind.LANGUAGE: "insert_languages",
        Kind.NODE: "insert_nodes",
        Kind.LAYER: "insert_layers",
        Kind.PIN: "insert_pins",
        Kind.ZONE: "insert_zones",
        Kind.ANNOTATION: "insert_annotations",
        Kind.ELEMENT: "insert_elements",
    }
    insert = statement(names.get(kind, f"insert_{TABLES[kind]}"))
    listed = insert[insert.index("(") + 1 : insert.index(")")]
    columns = {name.strip() for name in listed.replace("\n", " ").split(",")}
    assert set(FIELDS[kind]) <= columns
    assert {name for name, *_ in build_shapes(str)[kind].fields} == set(FIELDS[kind])


async def test_every_field_is_written(bulk: asyncpg.Pool) -> None:
    story = await new_story(bulk)
    await execute(story, catalogue(), "skip")
    document = await exported(story)
    written: dict[Kind, set[str]] = {Kind(kind): set(entity) for kind, entity, _ in walk(document)}
    localization = document["localization"]
    string = localization["strings"][0]
    translation = next(iter(string["translations"].values()))
    written[Kind.LANGUAGE] = set(localization["languages"][0])
    written[Kind.LOCALIZED_TEXT] = {*string, *translation, "locale_code"}
    written[Kind.GLOSSARY_ENTRY] = {*localization["glossary"][0], "target_locale", "target_term"}
    assert written.keys() == set(Kind)
    for kind, names in FIELDS.items():
        assert set(names) - written[kind] == set(), kind
