"""Fields that are written anew outside of the database: read in batches, collected, stored by joins."""

from collections.abc import AsyncIterator, Iterable
from typing import Literal

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.statements import statement, statements

# Fields that one turn rewrites. Each may have megabytes, and most have a few hundred bytes.
REWRITE_ROWS = 200

# kind, number, field, type, value, slugs or None: see queries/list_*.sql.
Field = tuple[str, int, str, str, str, list[str] | None]
# kind, number, field, value
Rewritten = tuple[str, int, str, str]


async def staged_mentions(connection: BulkConnection) -> AsyncIterator[list[Field]]:
    """Fields of staged rows that may name a sheet by its shortcut, in batches."""
    cursor = await connection.cursor(statement("list_mentions"))
    while rows := await cursor.fetch(REWRITE_ROWS):
        yield [
            (row["kind"], row["number"], row["field"], row["type"], row["value"], row["slugs"])
            for row in rows
        ]


async def stored_holders(connection: BulkConnection, project_id: int) -> AsyncIterator[list[Field]]:
    """Fields of the rest of a project that may hide references, in batches."""
    cursor = await connection.cursor(statement("list_holders"), project_id)
    while rows := await cursor.fetch(REWRITE_ROWS):
        yield [(row["kind"], row["number"], row["field"], row["type"], row["value"], None) for row in rows]


async def known_names(connection: BulkConnection, names: Iterable[str]) -> dict[str, str]:
    """What sheets of the file are called in the project; names that no sheet of the file has are left out."""
    rows = await connection.fetch(statement("known_names"), list(names))
    return {row["old"]: row["new"] for row in rows}


async def replaced_ids(
    connection: BulkConnection, asked: Iterable[tuple[Kind, str]]
) -> dict[tuple[Kind, str], str]:
    """What took the place of some rows; those that are still there are left out."""
    pairs = list(asked)
    kinds, ids = [kind.value for kind, _ in pairs], [old_id for _, old_id in pairs]
    rows = await connection.fetch(statement("replaced_ids"), kinds, ids)
    return {(Kind(row["kind"]), row["old"]): row["new"] for row in rows}


async def collect(connection: BulkConnection, rewritten: list[Rewritten]) -> None:
    """Put fields aside."""
    if rewritten:
        await connection.copy_records_to_table("rewritten", records=rewritten)


async def store(connection: BulkConnection, where: Literal["write_mentions", "write_holders"]) -> None:
    """Store the fields that were put aside: in staged rows or in those of the project."""
    for sql in statements(where):
        await connection.execute(sql)


async def retarget_columns(connection: BulkConnection, project_id: int) -> None:
    """Let columns of the rest of a project name what took the place of what they named.

    Args:
        connection: whose transaction has stored the file's rows.
        project_id: the project.
    """
    await connection.execute(statement("find_replaced"))
    for sql in statements("retarget"):
        await connection.execute(sql, project_id)
