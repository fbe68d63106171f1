"""A snapshot ends with its block, however that ends."""

import asyncio

import asyncpg
import pytest

from storyarn_export.collector.snapshot import Snapshot, open_snapshot
from tests.factories.outages import eventually


async def lost(snapshot: Snapshot) -> bool:
    """Whether the driver has noticed, and has given the connection up."""
    try:
        return snapshot._connection.is_closed()
    except asyncpg.InterfaceError:
        return True


async def test_a_cancellation_is_heard_although_the_connection_was_lost(bulk: asyncpg.Pool) -> None:
    async def stopped_in_an_outage() -> None:
        async with open_snapshot(bulk) as snapshot:
            pid = await snapshot._connection.fetchval("SELECT pg_backend_pid()")
            await bulk.execute("SELECT pg_terminate_backend($1)", pid)
            await eventually(lambda: lost(snapshot))
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await stopped_in_an_outage()

    async def free() -> bool:
        return bulk.get_idle_size() == bulk.get_size()

    await eventually(free)
