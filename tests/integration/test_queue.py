"""Entries of the queue live and die with the transaction that makes them."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.projects import create_project
from storyarn_export.accounts.users import ensure_user
from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.queueing.queue import Queue
from tests.factories.queued import enqueue, open_queue, open_sessions, status


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    async with open_sessions(database_url) as opened:
        yield opened


@pytest.fixture
async def queue(database_url: str) -> AsyncIterator[Queue]:
    async with open_queue(database_url) as opened:
        yield opened


async def _with_a_job(session: AsyncSession) -> UUID:
    user = await ensure_user(session, "ann@example.org")
    project = await create_project(session, owner_id=user.id, name="Story")
    job = ExportJob(
        id=uuid4(),
        project_id=project.id,
        user_id=user.id,
        format="storyarn",
        options_sha256="0" * 64,
        mode="async",
    )
    session.add(job)
    return job.id


async def _entries(bulk: asyncpg.Pool) -> list[dict[str, str]]:
    rows = await bulk.fetch("SELECT queue_name, task_name, args FROM procrastinate_jobs ORDER BY id")
    return [{"queue": row[0], "task": row[1], **json.loads(row[2])} for row in rows]


async def test_row_and_entry_are_committed_together(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    async with sessions() as session:
        job_id = await _with_a_job(session)
        await queue.enqueue_export(session, job_id)
        assert await _entries(bulk) == []
        await session.commit()
        assert (await session.scalars(select(ExportJob.id))).all() == [job_id]
    assert await _entries(bulk) == [{"queue": "exports", "task": "run_export", "job_id": str(job_id)}]


async def test_row_and_entry_are_rolled_back_together(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    async with sessions() as session:
        await queue.enqueue_export(session, await _with_a_job(session))
        await session.rollback()
        assert (await session.scalars(select(ExportJob.id))).all() == []
    assert await _entries(bulk) == []


async def test_an_entry_that_is_the_first_statement_is_not_committed_by_itself(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    async with sessions() as session:
        await queue.enqueue_export(session, uuid4())
        assert await _entries(bulk) == []
        await session.rollback()
    assert await _entries(bulk) == []
    await enqueue(queue, sessions)
    assert len(await _entries(bulk)) == 1


async def test_an_export_waits_once_and_the_transaction_goes_on(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    job_id, entry = await enqueue(queue, sessions)
    async with sessions.begin() as session:
        written = await _with_a_job(session)
        assert await queue.enqueue_export(session, job_id) == entry
    async with sessions() as session:
        assert (await session.scalars(select(ExportJob.id))).all() == [written]
    assert len(await _entries(bulk)) == 1


async def test_two_who_enqueue_the_same_export_at_once_get_the_same_entry(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    job_id = uuid4()
    answers = await asyncio.gather(*(enqueue(queue, sessions, job_id) for _ in range(4)))
    assert len(set(answers)) == 1
    assert len(await _entries(bulk)) == 1


async def test_an_export_that_runs_can_wait_again(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    job_id, first = await enqueue(queue, sessions)
    await bulk.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = $1", first)
    _, second = await enqueue(queue, sessions, job_id)
    assert second != first
    assert await status(bulk, second) == "todo"


async def test_a_waiting_entry_is_cancelled_with_the_transaction(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    _, entry = await enqueue(queue, sessions)
    async with sessions() as session:
        assert await queue.cancel(session, entry, abort=True)
        await session.rollback()
    assert await status(bulk, entry) == "todo"
    async with sessions.begin() as session:
        assert await queue.cancel(session, entry, abort=False)
    assert await status(bulk, entry) == "cancelled"
    async with sessions.begin() as session:
        assert not await queue.cancel(session, entry, abort=True)
        assert not await queue.cancel(session, entry + 1, abort=True)


async def test_a_running_entry_is_left_alone_unless_it_is_to_be_aborted(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    _, entry = await enqueue(queue, sessions)
    await bulk.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = $1", entry)
    async with sessions.begin() as session:
        assert not await queue.cancel(session, entry, abort=False)
        assert await queue.cancel(session, entry, abort=True)
    assert await bulk.fetchval("SELECT abort_requested FROM procrastinate_jobs WHERE id = $1", entry)


async def test_a_process_that_only_enqueues_keeps_no_connection(
    sessions: Sessions, queue: Queue, bulk: asyncpg.Pool
) -> None:
    await enqueue(queue, sessions)
    kept = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'tests-queue%'
    """
    assert await bulk.fetchval(kept) == 0
