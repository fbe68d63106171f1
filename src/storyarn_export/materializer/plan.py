"""What becomes of every staged row: the decisions of an import, before anything of the story is written."""

from collections.abc import Mapping

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.ids import adopt_ids, assign_ids, shift_ids
from storyarn_export.materializer.references import fill_references, link_parents
from storyarn_export.materializer.statements import statement

# Below this the planner does well without statistics, and gathering them would cost more than it saves.
ANALYZE_ROWS = 5_000
ROOTS = (Kind.SHEET, Kind.FLOW, Kind.SCENE, Kind.SCREENPLAY)
CHILDREN = (Kind.BLOCK, Kind.NODE, Kind.LAYER, Kind.PIN, Kind.ZONE, Kind.ANNOTATION, Kind.ELEMENT)
TABLE_PARTS = (Kind.TABLE_COLUMN, Kind.TABLE_ROW)
CONNECTIONS = (Kind.FLOW_CONNECTION, Kind.SCENE_CONNECTION)
MATCHES = (
    "match_blocks",
    "match_table_parts",
    "match_nodes",
    "match_scene_parts",
    "match_elements",
)
# What an import does with languages and glossary rows that the project has, and with its texts.
ROW_ACTIONS: Mapping[ConflictResolution, tuple[str, str]] = {
    ConflictResolution.SKIP: ("keep", "keep"),
    ConflictResolution.OVERWRITE: ("update", "update"),
    ConflictResolution.MERGE: ("update", "update"),
    ConflictResolution.RENAME: ("keep", "keep"),
}


def is_large(staged: Mapping[Kind, int]) -> bool:
    """Whether there are so many rows that the planner has to know of them."""
    return sum(staged.values()) >= ANALYZE_ROWS


async def tell_planner(connection: BulkConnection, staged: Mapping[Kind, int]) -> None:
    """Gather statistics of staged rows where there are many of them.

    Args:
        connection: whose transaction has staged a file.
        staged: its rows, by kind.
    """
    if is_large(staged):
        await connection.execute(statement("analyze"))


async def decide(connection: BulkConnection, project_id: int, resolution: ConflictResolution | None) -> None:
    """Find out which roots and assets of the file the project has, and what becomes of them.

    Args:
        connection: whose transaction has staged a file.
        project_id: the project that takes it.
        resolution: None where the project is new and has nothing.
    """
    await connection.execute(statement("decide_roots"), project_id, resolution)
    await connection.execute(statement("settle_roots"))
    if resolution is not None:
        await connection.execute(statement("settle_assets"), project_id, resolution)
        await connection.execute(statement("analyze_plan"))


async def foresee(connection: BulkConnection, project_id: int) -> None:
    """Find out what else of the file the project has, as with `skip`; no new ids are drawn.

    Args:
        connection: whose transaction has decided.
        project_id: the project that would take the file.
    """
    await adopt_ids(connection, (*ROOTS, Kind.ASSET))
    await fill_references(connection)
    await _match_children(connection)
    await adopt_ids(connection, (*CHILDREN, *TABLE_PARTS))
    await connection.execute(statement("analyze_ids"))
    await _settle_rows(connection, project_id, ConflictResolution.SKIP)


async def identify(
    connection: BulkConnection,
    project_id: int,
    resolution: ConflictResolution | None,
    staged: Mapping[Kind, int],
) -> None:
    """Give every row its id and let every reference know its target.

    Args:
        connection: whose transaction has decided.
        project_id: the project that takes the file.
        resolution: as decided.
        staged: rows staged, by kind.
    """
    if resolution is ConflictResolution.RENAME:
        await connection.execute(statement("choose_names"), project_id)
        await connection.execute(statement("take_names"))
    await adopt_ids(connection, (*ROOTS, Kind.ASSET))
    await assign_ids(connection, (*ROOTS, Kind.ASSET))
    await connection.execute(statement("adopt_repeated"))
    await link_parents(connection)
    await fill_references(connection)
    if resolution not in (None, ConflictResolution.RENAME):
        await _match_children(connection)
    await adopt_ids(connection, (*CHILDREN, *TABLE_PARTS))
    await assign_ids(connection, (*CHILDREN, *TABLE_PARTS))
    if resolution not in (None, ConflictResolution.RENAME):
        await connection.execute(statement("analyze_ids"))
        await _match_connections(connection)
    await assign_ids(connection, CONNECTIONS)
    if is_large(staged):
        await connection.execute(statement("analyze_ids"))
    if resolution is not None:
        await _settle_rows(connection, project_id, resolution)


async def _match_children(connection: BulkConnection) -> None:
    for name in MATCHES:
        await connection.execute(statement(name))
    await connection.execute(statement("analyze_plan"))
    await _settle(connection, CHILDREN)
    await _settle(connection, TABLE_PARTS)
    await connection.execute(statement("analyze_plan"))


async def _match_connections(connection: BulkConnection) -> None:
    await connection.execute(statement("match_connections"))
    await _settle(connection, CONNECTIONS)
    await adopt_ids(connection, CONNECTIONS)


async def _settle(connection: BulkConnection, kinds: tuple[Kind, ...]) -> None:
    await connection.execute(statement("settle_children"), [kind.value for kind in kinds])


async def _settle_rows(connection: BulkConnection, project_id: int, resolution: ConflictResolution) -> None:
    await connection.execute(statement("settle_rows"), project_id, *ROW_ACTIONS[resolution])
    await connection.execute(statement("analyze_plan"))


async def identify_shifted(connection: BulkConnection, shift: int) -> None:
    """As `identify`, for a new project that nobody shall ever see: its ids tell those of the file.

    Args:
        connection: whose transaction has decided, and will be rolled back.
        shift: added to every id of the file.
    """
    await shift_ids(connection, (*ROOTS, Kind.ASSET), shift)
    await connection.execute(statement("adopt_repeated"))
    await link_parents(connection)
    await fill_references(connection)
    await shift_ids(connection, (*CHILDREN, *TABLE_PARTS, *CONNECTIONS), shift)
    await connection.execute(statement("analyze_ids"))
