"""What the database tells in a scrape."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from storyarn_export.db.session import Sessions
from storyarn_export.progress.tally import tally
from storyarn_export.telemetry.durable import DurableMetrics
from storyarn_export.telemetry.exposition import Exposition
from tests.factories.outages import gateway
from tests.factories.queued import enqueue, open_queue, open_sessions
from tests.factories.rows import new_story
from tests.factories.scraped import Scraped

QUEUES = ("exports", "imports", "maintenance")
JOB = """
INSERT INTO export_jobs (id, project_id, format, options_sha256, mode, status, run_token, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'async', $5, $6, now() - interval '1 hour', now() - make_interval(secs => $7))
"""


def exposition(sessions: Sessions, clock: list[float] | None = None) -> Exposition:
    durable = DurableMetrics(sessions, formats=("storyarn", "other"), queues=QUEUES, stalled_after_seconds=30)
    return Exposition(CollectorRegistry(), durable, **({} if clock is None else {"clock": lambda: clock[0]}))


async def scrape(sessions: Sessions) -> Scraped:
    return Scraped((await exposition(sessions).text()).decode())


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    async with open_sessions(database_url) as made:
        yield made


async def test_nothing_has_happened_yet(sessions: Sessions) -> None:
    seen = await scrape(sessions)
    assert seen.value("storyarn_database_up") == 1
    assert seen.value("storyarn_export_jobs", {"status": "pending", "format": "storyarn"}) == 0
    assert seen.value("storyarn_export_oldest_pending_seconds") == 0
    assert seen.value("storyarn_queue_entries", {"queue": "imports", "status": "todo"}) == 0
    assert seen.value("storyarn_export_rescues_total") == 0
    assert seen.value("storyarn_exports_finished_total", {"format": "storyarn", "status": "failed"}) == 0
    assert seen.value("storyarn_export_duration_seconds_count", {"format": "storyarn"}) == 0
    assert seen.value("storyarn_export_queue_wait_seconds_sum") == 0
    assert "storyarn_chore_last_success_timestamp_seconds" in seen.families


async def test_jobs_by_status_and_format(bulk: asyncpg.Pool, sessions: Sessions) -> None:
    project = (await new_story(bulk)).project_id
    for number, (name, status, seconds) in enumerate(
        [("storyarn", "pending", 90), ("storyarn", "pending", 30), ("other", "processing", 500)]
    ):
        token = uuid4() if status == "processing" else None
        await bulk.execute(JOB, uuid4(), project, name, str(number), status, token, seconds)
    await bulk.execute(JOB, uuid4(), project, "other", "9", "cancelled", None, 5000)
    seen = await scrape(sessions)
    assert seen.value("storyarn_export_jobs", {"status": "pending", "format": "storyarn"}) == 2
    assert seen.value("storyarn_export_jobs", {"status": "processing", "format": "other"}) == 1
    assert seen.value("storyarn_export_jobs", {"status": "pending", "format": "other"}) == 0
    assert seen.total("storyarn_export_jobs") == 3
    assert 90 <= (seen.value("storyarn_export_oldest_pending_seconds") or 0) < 150


async def test_the_queue(database_url: str, bulk: asyncpg.Pool, sessions: Sessions) -> None:
    async with open_queue(database_url) as queue:
        entries = [(await enqueue(queue, sessions))[1] for _ in range(4)]
        async with sessions.begin() as session:
            await queue.enqueue_export(session, uuid4(), delay_seconds=600)
    alive = await bulk.fetchval("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    dead = await bulk.fetchval(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '70 s') RETURNING id"
    )
    doing = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = $2 WHERE id = $1"
    for entry, worker in zip(entries, (alive, dead, None), strict=False):
        await bulk.execute(doing, entry, worker)
    seen = await scrape(sessions)
    found = {
        status: seen.value("storyarn_queue_entries", {"queue": "exports", "status": status})
        for status in ("todo", "scheduled", "doing")
    }
    assert found == {"todo": 1, "scheduled": 1, "doing": 3}
    assert seen.value("storyarn_queue_stranded_entries") == 2
    assert seen.value("storyarn_queue_workers") == 1
    assert 70 <= (seen.value("storyarn_queue_worker_heartbeat_age_seconds") or 0) < 130


async def test_counts_over_all_processes(bulk: asyncpg.Pool, sessions: Sessions) -> None:
    for _ in range(2):
        async with sessions.begin() as session:
            for name in (
                "export_checkpoints",
                "export_resumes",
                "export_restarts",
                "export_rescues",
                "export_cancels",
                "export_handbacks",
                "export_retries",
            ):
                await tally(session, name)
            await tally(session, "export_bytes", 1000, format="storyarn")
            await tally(session, "export_entities", 10, format="storyarn")
            await tally(session, "export_finished", format="storyarn", status="completed")
            await tally(session, "export_seconds", 1.5, format="storyarn")
            await tally(session, "export_seconds_count", format="storyarn")
            await tally(session, "export_queue_wait_seconds", 0.25)
            await tally(session, "export_queue_wait_seconds_count")
            await tally(session, "cleanup_removed", 3, what="files")
            await tally(session, "storage_errors", operation="write")
    await bulk.execute("INSERT INTO chores VALUES ('cleanup', to_timestamp(1700000000.5))")
    seen = await scrape(sessions)
    storyarn = {"format": "storyarn"}
    for name in ("checkpoints", "resumes", "restarts", "rescues", "cancels", "handbacks", "retries"):
        assert seen.value(f"storyarn_export_{name}_total") == 2, name
    assert seen.value("storyarn_export_bytes_total", storyarn) == 2000
    assert seen.value("storyarn_export_entities_total", storyarn) == 20
    assert seen.value("storyarn_exports_finished_total", {**storyarn, "status": "completed"}) == 2
    assert seen.value("storyarn_exports_finished_total", {**storyarn, "status": "failed"}) == 0
    assert seen.value("storyarn_export_duration_seconds_sum", storyarn) == 3
    assert seen.value("storyarn_export_duration_seconds_count", storyarn) == 2
    assert seen.value("storyarn_export_queue_wait_seconds_sum") == 0.5
    assert seen.value("storyarn_export_queue_wait_seconds_count") == 2
    assert seen.value("storyarn_cleanup_removed_total", {"what": "files"}) == 6
    assert seen.value("storyarn_storage_errors_total", {"operation": "write"}) == 2
    assert seen.value("storyarn_chore_last_success_timestamp_seconds", {"chore": "cleanup"}) == 1700000000.5


async def test_many_scrapers_ask_once(bulk: asyncpg.Pool, sessions: Sessions) -> None:
    clock = [0.0]
    shown = exposition(sessions, clock)
    texts = await asyncio.gather(*(shown.text() for _ in range(20)))
    assert len(set(map(id, texts))) == 1
    await bulk.execute("INSERT INTO tallies (name, value) VALUES ('export_rescues', 7)")
    clock[0] = 0.9
    assert Scraped((await shown.text()).decode()).value("storyarn_export_rescues_total") == 0
    clock[0] = 1.0
    assert Scraped((await shown.text()).decode()).value("storyarn_export_rescues_total") == 7


async def test_the_cost_does_not_grow_with_history(bulk: asyncpg.Pool, sessions: Sessions) -> None:
    project = (await new_story(bulk)).project_id
    await bulk.execute(
        "INSERT INTO export_jobs (id, project_id, format, options_sha256, mode, status)"
        " SELECT gen_random_uuid(), $1, 'storyarn', n::text, 'async', 'cancelled' FROM generate_series(1, 20000) n",
        project,
    )
    await bulk.execute("ANALYZE export_jobs")
    plan = await bulk.fetch(
        "EXPLAIN SELECT status, format, count(*) FROM export_jobs"
        " WHERE status IN ('pending', 'processing') GROUP BY status, format"
    )
    assert "export_jobs_active_key" in "\n".join(row[0] for row in plan)
    assert (await scrape(sessions)).total("storyarn_export_jobs") == 0


async def test_a_statement_that_hangs_is_given_up(bulk: asyncpg.Pool, sessions: Sessions) -> None:
    async with bulk.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE tallies IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(10):
            seen = await scrape(sessions)
        assert seen.value("storyarn_database_up") == 0
        assert "storyarn_export_jobs" not in seen.families
    assert (await scrape(sessions)).value("storyarn_database_up") == 1


async def test_a_database_that_is_away_and_comes_back(database_url: str) -> None:
    async with gateway(database_url) as way, open_sessions(way.url) as sessions:
        assert (await scrape(sessions)).value("storyarn_database_up") == 1
        way.close()
        assert (await scrape(sessions)).value("storyarn_database_up") == 0
        await way.open()
        assert (await scrape(sessions)).value("storyarn_database_up") == 1
