"""Changes reach those who watch, in other processes too, and outages are told of."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from storyarn_export.db.session import Sessions
from storyarn_export.progress.broadcaster import Broadcaster, Subscription, Wake
from storyarn_export.progress.change import CHANNEL, JobChange
from storyarn_export.progress.listener import APPLICATION_NAME, JobListener
from storyarn_export.progress.publisher import announce
from tests.factories.outages import cut, gateway
from tests.factories.queued import open_sessions

SOON_SECONDS = 5
MISSED = Wake(frozenset(), resync=True)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    async with open_sessions(database_url) as opened:
        yield opened


class Ear:
    """A listener at work, and one who watches one job of one user."""

    def __init__(self, listener: JobListener, job: Subscription, user: Subscription, job_id: UUID) -> None:
        self.listener = listener
        self.job = job
        self.user = user
        self.job_id = job_id

    @property
    def change(self) -> JobChange:
        return JobChange("export", self.job_id, seq=3, user_id=7)


@pytest.fixture
async def ear(database_url: str) -> AsyncIterator[Ear]:
    async for made in _listening(database_url):
        yield made


async def _listening(url: str) -> AsyncIterator[Ear]:
    broadcaster, job_id = Broadcaster(), uuid4()
    listener = JobListener(url, broadcaster)
    async with broadcaster.subscribe_job(job_id) as job, broadcaster.subscribe_user(7, "export") as user:
        running = asyncio.create_task(listener.run())
        assert await job.next(SOON_SECONDS) == MISSED
        assert await user.next(SOON_SECONDS) == MISSED
        assert listener.connected
        yield Ear(listener, job, user, job_id)
        running.cancel()
        await asyncio.wait({running})
        assert running.cancelled()
        assert not listener.connected


async def _tell(sessions: Sessions, change: JobChange) -> None:
    async with sessions.begin() as session:
        await announce(session, change)


async def test_a_committed_change_wakes_who_watches_the_job_or_the_user(sessions: Sessions, ear: Ear) -> None:
    await _tell(sessions, ear.change)
    wake = Wake(frozenset({ear.job_id}), resync=False)
    assert await ear.job.next(SOON_SECONDS) == wake
    assert await ear.user.next(SOON_SECONDS) == wake


async def test_a_change_that_is_rolled_back_wakes_nobody(sessions: Sessions, ear: Ear) -> None:
    async with sessions() as session:
        await announce(session, ear.change)
        await session.rollback()
    last = JobChange("export", uuid4(), seq=1, user_id=7)
    await _tell(sessions, last)
    assert await ear.user.next(SOON_SECONDS) == Wake(frozenset({last.job_id}), resync=False)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        '{"kind":"export","job":"no-uuid","seq":1,"user":1}',
        '{"kind":"export","job":5,"seq":1,"user":1}',
        '{"kind":"export","job":"0198c3f2-0000-7000-8000-000000000000","seq":null,"user":1}',
        "[" * 7000,
    ],
)
async def test_nonsense_on_the_channel_is_passed_over(
    sessions: Sessions, bulk: asyncpg.Pool, ear: Ear, payload: str
) -> None:
    await bulk.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
    await _tell(sessions, ear.change)
    assert await ear.job.next(SOON_SECONDS) == Wake(frozenset({ear.job_id}), resync=False)


async def test_a_cut_connection_is_replaced_and_everyone_told_to_look(
    sessions: Sessions, bulk: asyncpg.Pool, ear: Ear
) -> None:
    for _ in range(3):
        assert await cut(bulk, APPLICATION_NAME) == 1
        assert await ear.job.next(SOON_SECONDS) == MISSED
        assert ear.listener.connected
        await _tell(sessions, ear.change)
        assert await ear.job.next(SOON_SECONDS) == Wake(frozenset({ear.job_id}), resync=False)


async def test_a_listener_comes_back_after_an_outage(sessions: Sessions, database_url: str) -> None:
    async with gateway(database_url) as way:
        async for ear in _listening(way.url):
            way.close()
            await _tell(sessions, ear.change)
            assert await ear.job.next(0.5) is None
            assert not ear.listener.connected
            await way.open()
            assert await ear.job.next(SOON_SECONDS) == MISSED
            await _tell(sessions, ear.change)
            assert await ear.job.next(SOON_SECONDS) == Wake(frozenset({ear.job_id}), resync=False)
