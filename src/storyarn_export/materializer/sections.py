"""Puts staged rows where they belong, kind by kind, so that whatever a row refers to is there before it."""

from collections.abc import Mapping

from storyarn_export.db.session import BulkConnection
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
CONNECTIONS = frozenset({Kind.FLOW_CONNECTION, Kind.SCENE_CONNECTION})


async def insert_sections(
    connection: BulkConnection, project_id: int, staged: Mapping[Kind, int], source_language: str | None
) -> dict[Kind, int]:
    """Insert all staged rows.

    Args:
        connection: whose transaction has staged rows, ids and resolved references.
        project_id: the project that takes them.
        staged: rows staged, by kind; kinds without any cost nothing.
        source_language: locale code that the file names.

    Returns:
        Rows inserted, by kind.
    """
    counts = dict.fromkeys(Kind, 0)
    for kind, name in STATEMENTS.items():
        if not staged[kind]:
            continue
        arguments: tuple[object, ...] = (project_id,) if kind in OF_PROJECT else ()
        if kind is Kind.LANGUAGE:
            arguments = (project_id, source_language)
        counts[kind] = affected(await connection.execute(statement(name), *arguments))
        if counts[kind] < staged[kind]:
            await _explain(connection, kind)
    return counts


async def _explain(connection: BulkConnection, kind: Kind) -> None:
    if kind in CONNECTIONS:
        await connection.execute(statement("find_dropped_connections"), kind.value)
    elif kind is Kind.LOCALIZED_TEXT:
        await connection.execute(statement("find_ownerless_texts"))
