"""The bar for imports: the rows of the story's tables, put back by `COPY <table> FROM` in one transaction."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from benchmarks.raw import connect
from storyarn_export.db.models import Base
from storyarn_export.domain.story import TABLES

STORIES = frozenset(TABLES.values())


def in_order() -> Sequence[str]:
    """The story's tables, each after those that its foreign keys refer to."""
    return [table.name for table in Base.metadata.sorted_tables if table.name in STORIES]


async def dump_rows(url: str, directory: Path) -> None:
    """Write every story table of a database to a file of its own, in the text format of COPY."""
    connection = await connect(url)
    try:
        for table in in_order():
            await connection.copy_from_table(table, output=_file(directory, table))
    finally:
        await connection.close()


async def raw_load(connection: asyncpg.Connection, directory: Path) -> int:
    """Copy what `dump_rows` wrote into tables that are empty; the bytes read."""
    async with connection.transaction():
        for table in in_order():
            await connection.copy_to_table(table, source=_file(directory, table))
    return sum(_file(directory, table).stat().st_size for table in STORIES)


async def count_rows(url: str) -> int:
    """Rows of all story tables of a database."""
    connection = await connect(url)
    try:
        counts = [
            await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - names are our own
            for table in in_order()
        ]
    finally:
        await connection.close()
    return sum(counts)


def _file(directory: Path, table: str) -> Path:
    return directory / f"{table}.copy"
