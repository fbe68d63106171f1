"""Puts staged rows where they belong, kind by kind, so that whatever a row refers to is there before it."""

from collections.abc import Mapping

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import FIELDS
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.references import affected
from storyarn_export.materializer.statements import statement

# In the order of their foreign keys.
STATEMENTS: Mapping[Kind, str] = {
    Kind.ASSET: "insert_assets",
    Kind.SHEET: "insert_sheets",
    Kind.BLOCK: "insert_blocks",
    Kind.TABLE_COLUMN: "insert_table_columns",
    Kind.TABLE_ROW: "insert_table_rows",
    Kind.SCENE: "insert_scenes",
    Kind.LAYER: "insert_layers",
    Kind.PIN: "insert_pins",
    Kind.ZONE: "insert_zones",
    Kind.SCENE_CONNECTION: "insert_scene_connections",
    Kind.ANNOTATION: "insert_annotations",
    Kind.FLOW: "insert_flows",
    Kind.NODE: "insert_nodes",
    Kind.FLOW_CONNECTION: "insert_flow_connections",
    Kind.SCREENPLAY: "insert_screenplays",
    Kind.ELEMENT: "insert_elements",
    Kind.LANGUAGE: "insert_languages",
    Kind.LOCALIZED_TEXT: "insert_texts",
    Kind.GLOSSARY_ENTRY: "insert_glossary",
}
# Kinds whose rows are told apart by more than their ids are updated by statements of their own.
UPDATES: Mapping[Kind, str] = {
    Kind.ASSET: "update_assets",
    Kind.FLOW_CONNECTION: "update_flow_connections",
    Kind.LANGUAGE: "update_languages",
    Kind.LOCALIZED_TEXT: "update_texts",
    Kind.GLOSSARY_ENTRY: "update_glossary",
}
OF_PROJECT = frozenset(
    {
        Kind.ASSET,
        Kind.SHEET,
        Kind.SCENE,
        Kind.FLOW,
        Kind.SCREENPLAY,
        Kind.LANGUAGE,
        Kind.LOCALIZED_TEXT,
        Kind.GLOSSARY_ENTRY,
    }
)
# A key is indexed, and an index entry holds at most a third of a page.
MAX_KEY_CHARS = 600
CONNECTIONS = frozenset({Kind.FLOW_CONNECTION, Kind.SCENE_CONNECTION})
# Which flow is the main one is for the project to say: a file never takes it away.
MERGED = {(Kind.FLOW, "is_main"): "flows.is_main OR excluded.is_main"}


async def insert_sections(
    connection: BulkConnection,
    project_id: int,
    due: Mapping[Kind, int],
    updated: Mapping[Kind, int],
    source_language: str | None,
) -> dict[Kind, int]:
    """Insert staged rows, and let those of the project that take the file's values take them.

    Args:
        connection: whose transaction has staged rows, ids and resolved references.
        project_id: the project that takes them.
        due: rows to be stored, by kind; kinds without any cost nothing.
        updated: how many of them the project has already.
        source_language: locale code that the file names.

    Returns:
        Rows inserted or updated, by kind.
    """
    counts = dict.fromkeys(Kind, 0)
    if updated[Kind.SCREENPLAY]:
        await connection.execute(statement("release_links"))
    for kind, name in STATEMENTS.items():
        if not due[kind]:
            continue
        if updated[kind] and kind in UPDATES:
            arguments = (source_language,) if kind is Kind.LANGUAGE else ()
            counts[kind] += affected(await connection.execute(statement(UPDATES[kind]), *arguments))
        upserts = updated[kind] > 0 and kind not in UPDATES
        counts[kind] += await _insert(
            connection, kind, statement(name), project_id, source_language, upserts=upserts
        )
        if counts[kind] < due[kind]:
            await _explain(connection, kind)
    return counts


async def _insert(
    connection: BulkConnection,
    kind: Kind,
    insert: str,
    project_id: int,
    source_language: str | None,
    *,
    upserts: bool,
) -> int:
    if upserts:
        insert += _on_conflict(kind)
    arguments: tuple[object, ...] = (project_id,) if kind in OF_PROJECT else ()
    if kind is Kind.LANGUAGE:
        arguments = (project_id, source_language)
    elif kind is Kind.ASSET:
        arguments = (project_id, MAX_KEY_CHARS)
    return affected(await connection.execute(insert, *arguments))


def _on_conflict(kind: Kind) -> str:
    """The end of an INSERT that lets rows which are there take all values that a document carries."""
    values = ", ".join(f"{name} = {MERGED.get((kind, name), f'excluded.{name}')}" for name in FIELDS[kind])
    return f"\nON CONFLICT (id) DO UPDATE SET {values}, updated_at = now()"


async def _explain(connection: BulkConnection, kind: Kind) -> None:
    if kind in CONNECTIONS:
        await connection.execute(statement("find_dropped_connections"), kind.value)
    elif kind is Kind.LOCALIZED_TEXT:
        await connection.execute(statement("find_ownerless_texts"))
