"""The bar: every row of the story's tables as `COPY <table> TO` gives it, thrown away."""

import asyncpg

from storyarn_export.db.urls import plain_url
from storyarn_export.domain.story import TABLES


class Sink:
    """Takes bytes and counts them."""

    def __init__(self) -> None:
        self.bytes = 0

    async def write(self, data: bytes) -> None:
        """Count and forget."""
        self.bytes += len(data)


async def connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(plain_url(url))


async def raw_copy(connection: asyncpg.Connection) -> int:
    """Copy all story tables, one after the other; the bytes that came."""
    sink = Sink()
    for table in TABLES.values():
        await connection.copy_from_table(table, output=sink.write)
    return sink.bytes


async def row_to_json_copy(connection: asyncpg.Connection) -> int:
    """The same with the rows made into JSON by the server."""
    sink = Sink()
    for table in TABLES.values():
        query = f"SELECT row_to_json(t) FROM {table} AS t"  # noqa: S608 - names are our own
        await connection.copy_from_query(query, output=sink.write)
    return sink.bytes
