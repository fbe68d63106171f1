"""Exports as they are usually written, over the same rows; what they make is thrown away."""

from collections.abc import Sequence

import orjson
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storyarn_export.db.models import Base
from storyarn_export.domain.story import TABLES

ROWS_AT_A_TIME = 1000


def models() -> Sequence[type[Base]]:
    """The mapped classes of the story's tables, in document order."""
    by_table = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return [by_table[table] for table in TABLES.values()]


async def orm_stream(engine: AsyncEngine) -> int:
    """ORM objects streamed a thousand at a time, each dumped with orjson; the bytes made."""
    made = 0
    for model in models():
        keys = [attribute.key for attribute in inspect(model).column_attrs]
        async with AsyncSession(engine) as session:
            statement = select(model).execution_options(yield_per=ROWS_AT_A_TIME)
            async for row in await session.stream_scalars(statement):
                made += len(orjson.dumps({key: getattr(row, key) for key in keys}))
    return made


async def load_then_dump(engine: AsyncEngine) -> int:
    """All rows of all tables as dicts, then one dump; the bytes made."""
    document = {}
    async with engine.connect() as connection:
        # Between two tables it is busy with its dicts for longer than the service would let a transaction be idle.
        await connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")
        for table in TABLES.values():
            rows = await connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - names are our own
            document[table] = [dict(row) for row in rows.mappings()]
    return len(orjson.dumps(document))
