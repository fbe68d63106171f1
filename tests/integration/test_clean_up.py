"""What is useless goes, what is needed stays, however often and wherever the clean-up is interrupted."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select, update

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ExportJob, ImportJob
from storyarn_export.domain.errors import StorageError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.clean_files import DOWNLOAD_GRACE
from storyarn_export.exports.clean_up import CleanUp
from storyarn_export.exports.cleaned import What
from storyarn_export.jobs.once import Once
from storyarn_export.settings import load_settings
from storyarn_export.storage.contract import Unfinished
from storyarn_export.storage.local import LocalStorage
from tests.factories.outages import eventually
from tests.factories.rows import Story, new_story

SEED = 20261124
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SHEETS = "INSERT INTO sheets (name, position, project_id) SELECT 'S' || n, n, $1 FROM generate_series(1, $2::int) n"
ENTRIES = """
WITH made AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, status)
    SELECT 'exports', 'made', $1::procrastinate_job_status FROM generate_series(1, $2::int)
    RETURNING id
)
INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'started', $3::timestamptz FROM made
"""


@dataclass(frozen=True, slots=True)
class House:
    """Exports with their real neighbours, and a clock."""

    services: Services
    story: Story
    root: Path

    async def export(self, **options: Any) -> ExportJob:
        """A finished export of its own options."""
        job_id = await self.ask(**options)
        await self.services.run_export(job_id)
        return await self.job(job_id)

    async def ask(self, **options: Any) -> UUID:
        async with self.services.sessions.begin() as session:
            requested = await self.services.request_export(
                session,
                user_id=self.story.owner_id,
                project_id=self.story.project_id,
                format_name="storyarn",
                options=replace(ExportOptions(), **options),
                prefer_async=True,
            )
            return requested.job.id

    async def job(self, job_id: UUID) -> ExportJob:
        async with self.services.sessions() as session:
            return (await session.scalars(select(ExportJob).where(ExportJob.id == job_id))).one()

    async def write(self, job_id: UUID, **values: Any) -> None:
        async with self.services.sessions.begin() as session:
            await session.execute(update(ExportJob).where(ExportJob.id == job_id).values(**values))

    async def store(self, key: str, *, publish: bool) -> str:
        """Put a file or an unfinished upload there; the name of the upload."""
        async with await self.services.storage.create(key) as upload:
            await upload.write(b"bytes")
            await upload.seal()
            if publish:
                await upload.publish()
            return upload.name

    async def removed_after(self, wait: timedelta) -> dict[What, int]:
        """What a clean-up removes so much later."""
        cleaned = await self.services.clean_up(datetime.now(UTC) + wait)
        assert not cleaned.failures
        return dict(cleaned.removed)

    def stored(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
async def house(bulk: asyncpg.Pool, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = load_settings(storage_dir=tmp_path, checkpoint_bytes=64 * 1024)
    async with open_services(settings, database_url=database_url, role="tests") as services:
        yield House(services, await new_story(bulk), tmp_path)


async def tallied(bulk: asyncpg.Pool, what: What) -> float:
    labels = f'%"{what.value}"%'
    query = "SELECT coalesce(sum(value), 0) FROM tallies WHERE name = 'cleanup_removed' AND labels LIKE $1"
    return float(await bulk.fetchval(query, labels))


async def test_a_file_goes_when_its_time_and_the_grace_are_over(house: House, bulk: asyncpg.Pool) -> None:
    job = await house.export()
    assert job.expires_at is not None
    early = await house.services.clean_up(job.expires_at + DOWNLOAD_GRACE - MINUTE)
    assert (early.removed.total(), len(house.stored())) == (0, 1)
    late = job.expires_at + DOWNLOAD_GRACE
    assert (await house.services.clean_up(late)).removed == {What.EXPIRED_FILES: 1}
    after = await house.job(job.id)
    assert (house.stored(), after.file_removed_at, after.status) == (set(), late, "completed")
    # Nothing that people see of it has changed, so that nobody is told.
    assert (after.seq, after.updated_at, after.file_key) == (job.seq, job.updated_at, job.file_key)
    assert (await house.services.clean_up(late)).removed == {}
    assert await tallied(bulk, What.EXPIRED_FILES) == 1


async def test_files_that_are_gone_already_are_written_down(house: House) -> None:
    job = await house.export()
    assert job.file_key is not None
    # As a kill between the removal of the file and the write of the row leaves it.
    await house.services.storage.delete(job.file_key)
    assert await house.removed_after(2 * DAY) == {What.EXPIRED_FILES: 1}
    assert (await house.job(job.id)).file_removed_at is not None


async def test_an_interrupted_clean_up_is_finished_by_the_next(house: House, bulk: asyncpg.Pool) -> None:
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    kept = await house.export(include_flows=False)
    for number in range(60):
        first = await house.export(pretty_print=True)
        await house.write(first.id, expires_at=datetime.now(UTC) - HOUR, completed_at=first.completed_at)
        await house.store(
            f"exports/{house.story.project_id}/{uuid4()}/{number}.json", publish=number % 2 == 0
        )
    await bulk.execute(ENTRIES, "succeeded", 3000, datetime.now(UTC) - 2 * DAY)
    now = datetime.now(UTC) + 2 * HOUR
    interrupted = 0
    while True:
        cleaning = asyncio.create_task(house.services.clean_up(now))
        await asyncio.wait({cleaning}, timeout=chance.uniform(0, 0.02 + interrupted / 200))
        if cleaning.done():
            break
        interrupted += 1
        cleaning.cancel()
        with suppress(asyncio.CancelledError):
            await cleaning
    assert interrupted > 3
    assert house.stored() == {str(kept.file_key)}
    assert await bulk.fetchval("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'") == 0
    unmarked = "SELECT count(*) FROM export_jobs WHERE file_removed_at IS NULL"
    assert await bulk.fetchval(unmarked) == 1
    assert (await house.services.clean_up(now)).removed == {}


async def test_two_at_once_do_not_disturb_each_other(house: House, bulk: asyncpg.Pool) -> None:
    for _ in range(20):
        job = await house.export()
        await house.write(job.id, expires_at=datetime.now(UTC) - HOUR)
    await bulk.execute(ENTRIES, "succeeded", 2500, datetime.now(UTC) - 2 * DAY)
    later = datetime.now(UTC) + HOUR
    one, two = await asyncio.gather(house.services.clean_up(later), house.services.clean_up(later))
    together = one.removed + two.removed
    assert (together[What.EXPIRED_FILES], together[What.QUEUE_ENTRIES]) == (20, 2500)
    assert house.stored() == set()


async def test_only_abandoned_uploads_go(house: House) -> None:
    done = await house.export()
    waits, begins = await house.ask(include_flows=False), await house.ask(include_sheets=False)
    prefix = f"exports/{house.story.project_id}"
    current = await house.store(f"{prefix}/{waits}/one.json", publish=False)
    await house.write(waits, checkpoint={"key": f"{prefix}/{waits}/one.json", "name": current})
    old = await house.store(f"{prefix}/{waits}/one.json", publish=False)
    unsaid = await house.store(f"{prefix}/{begins}/one.json", publish=False)
    await house.store(f"{prefix}/{done.id}/again.json", publish=False)
    await house.store(f"{prefix}/{uuid4()}/one.json", publish=False)
    foreign = await house.store("exports/notes.json", publish=False)
    async with await house.services.storage.create(f"{prefix}/{uuid4()}/two.json") as written:
        assert await house.removed_after(59 * MINUTE) == {}
        assert await house.removed_after(2 * HOUR) == {What.UNFINISHED_UPLOADS: 3}
        names = {name.rpartition("/")[2] for name in house.stored()}
        kept = {current, unsaid, foreign, written.name, str(done.file_key).rpartition("/")[2]}
        assert (names, old in names) == (kept, False)
    # Nobody writes it any more.
    assert await house.removed_after(2 * HOUR) == {What.UNFINISHED_UPLOADS: 1}


async def test_only_files_that_no_row_names_go(house: House) -> None:
    done = await house.export()
    publishes = await house.ask(include_flows=False)
    prefix = f"exports/{house.story.project_id}"
    published = f"{prefix}/{publishes}/one.json"
    await house.store(published, publish=True)
    await house.write(publishes, checkpoint={"key": published, "name": "one.json.part"})
    for key in (
        f"{prefix}/{done.id}/other.json",
        f"{prefix}/{uuid4()}/one.json",
        f"{prefix}/{publishes}/two.json",
    ):
        await house.store(key, publish=True)
    await house.store("exports/notes.json", publish=True)
    await house.store("imports/1/file.json", publish=True)
    assert await house.removed_after(59 * MINUTE) == {}
    assert await house.removed_after(2 * HOUR) == {What.UNCLAIMED_FILES: 3}
    assert house.stored() == {str(done.file_key), published, "exports/notes.json", "imports/1/file.json"}


async def test_what_runs_meanwhile_is_not_touched(house: House, bulk: asyncpg.Pool) -> None:
    await bulk.execute(SHEETS, house.story.project_id, 30_000)
    for _ in range(3):
        job_id = await house.ask()
        running = asyncio.create_task(house.services.run_export(job_id))
        passes = 0
        while not running.done():
            await house.services.clean_up(datetime.now(UTC) + 2 * HOUR)
            passes += 1
        await running
        job = await house.job(job_id)
        assert (job.status, passes > 1) == ("completed", True), job.error_message
        content = (house.root / str(job.file_key)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == job.sha256


async def test_what_was_handed_back_can_go_on(house: House, bulk: asyncpg.Pool) -> None:
    await bulk.execute(SHEETS, house.story.project_id, 30_000)
    job_id = await house.ask()
    running = asyncio.create_task(house.services.run_export(job_id))

    async def has_checkpoint() -> bool:
        return "upload" in ((await house.job(job_id)).checkpoint or {})

    await eventually(has_checkpoint)
    running.cancel()
    await asyncio.wait({running})
    assert (await house.job(job_id)).status == "pending"
    assert await house.removed_after(2 * DAY) == {}
    await house.services.run_export(job_id)
    job = await house.job(job_id)
    assert (job.status, job.resumed) == ("completed", True)


async def test_one_file_that_cannot_be_removed_does_not_keep_the_others(
    house: House, bulk: asyncpg.Pool
) -> None:
    jobs = [await house.export() for _ in range(3)]
    await house.store(f"exports/{house.story.project_id}/{uuid4()}/one.json", publish=False)
    stubborn = Stubborn(house.root, str(jobs[1].file_key))
    clean_up = CleanUp(house.services.sessions, stubborn, history=DAY)
    cleaned = await clean_up(datetime.now(UTC) + 3 * DAY)
    assert cleaned.removed == {What.EXPIRED_FILES: 2, What.OLD_EXPORTS: 2}
    assert cleaned.failures == {"delete": 1, "drop": 1}
    assert (await house.job(jobs[1].id)).file_removed_at is None
    errors = "SELECT sum(value) FROM tallies WHERE name = 'storage_errors'"
    assert await bulk.fetchval(errors) == 2
    assert (await house.removed_after(3 * DAY))[What.EXPIRED_FILES] == 1


async def test_a_store_that_is_away_does_not_keep_the_rows(house: House, bulk: asyncpg.Pool) -> None:
    await bulk.execute(ENTRIES, "succeeded", 3, datetime.now(UTC) - 2 * DAY)
    clean_up = CleanUp(house.services.sessions, Away(house.root), history=DAY)
    cleaned = await clean_up(datetime.now(UTC))
    assert (cleaned.removed, cleaned.failures) == ({What.QUEUE_ENTRIES: 3}, {"list": 6})


async def test_imports_that_nobody_went_on_with_expire(house: House, bulk: asyncpg.Pool) -> None:
    now = datetime.now(UTC)
    ids = {}
    for status, expires_at in (
        ("parsing", now - MINUTE),
        ("ready", now - MINUTE),
        ("ready", now + HOUR),
        ("running", now - MINUTE),
        ("completed", now - MINUTE),
    ):
        job_id, key = uuid4(), f"imports/{uuid4()}.json"
        ids[job_id] = (status, expires_at, key)
        await house.store(key, publish=True)
        async with house.services.sessions.begin() as session:
            session.add(
                ImportJob(
                    id=job_id,
                    project_id=house.story.project_id,
                    user_id=house.story.owner_id,
                    status=status,
                    source_key=key,
                    run_token=uuid4() if status == "running" else None,
                    started_at=now,
                    completed_at=now,
                    expires_at=expires_at,
                )
            )
    assert await house.removed_after(timedelta()) == {What.STALE_IMPORTS: 2, What.IMPORT_FILES: 3}
    rows = {row["id"]: row for row in await bulk.fetch("SELECT * FROM import_jobs")}
    for job_id, (status, expires_at, key) in ids.items():
        over = status in {"parsing", "ready"} and expires_at <= now
        assert rows[job_id]["status"] == ("expired" if over else status)
        useless = over or status == "completed"
        assert (rows[job_id]["source_key"], key in house.stored()) == (None if useless else key, not useless)
        assert rows[job_id]["seq"] == (1 if over else 0)
    assert await house.removed_after(timedelta()) == {}


async def test_files_that_no_import_names_go(house: House) -> None:
    prefix = f"imports/{house.story.project_id}"
    await house.store(f"{prefix}/{uuid4()}/source", publish=True)
    await house.store(f"{prefix}/{uuid4()}/source", publish=False)
    assert await house.removed_after(59 * MINUTE) == {}
    removed = await house.removed_after(2 * HOUR)
    assert removed == {What.UNCLAIMED_FILES: 1, What.UNFINISHED_UPLOADS: 1}
    assert house.stored() == set()


async def test_the_queue_keeps_what_is_new_or_not_over(house: House, bulk: asyncpg.Pool) -> None:
    now = datetime.now(UTC)
    for status in ("succeeded", "failed", "cancelled", "aborted", "todo", "doing"):
        await bulk.execute(ENTRIES, status, 700, now - 25 * HOUR)
        await bulk.execute(ENTRIES, status, 2, now - 23 * HOUR)
    tick = "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES ($1, $2)"
    await bulk.execute(tick, "old", int((now - 25 * HOUR).timestamp()))
    await bulk.execute(tick, "new", int((now - HOUR).timestamp()))
    assert await house.removed_after(timedelta()) == {What.QUEUE_ENTRIES: 2800, What.QUEUE_TICKS: 1}
    left = {
        row[0]: row[1]
        for row in await bulk.fetch("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
    }
    assert left == {"succeeded": 2, "failed": 2, "cancelled": 2, "aborted": 2, "todo": 702, "doing": 702}
    strays = (
        "SELECT count(*) FROM procrastinate_events WHERE job_id NOT IN (SELECT id FROM procrastinate_jobs)"
    )
    assert await bulk.fetchval(strays) == 0
    assert (
        await bulk.fetchval("SELECT string_agg(task_name, ' ') FROM procrastinate_periodic_defers") == "new"
    )


async def test_exports_that_were_over_long_ago_leave_the_lists(house: House) -> None:
    done = await house.export()
    failed, waits = await house.ask(include_flows=False), await house.ask(include_sheets=False)
    await house.write(failed, status="failed", error_code="storage-error", completed_at=datetime.now(UTC))
    assert What.OLD_EXPORTS not in await house.removed_after(89 * DAY)
    assert await house.removed_after(91 * DAY) == {What.OLD_EXPORTS: 2}
    async with house.services.sessions() as session:
        assert list(await session.scalars(select(ExportJob.id))) == [waits]
    assert done.id != waits


async def test_keys_of_requests_go_after_a_day(house: House) -> None:
    job_id = await house.ask()
    async with house.services.sessions.begin() as session:
        await Once(house.story.owner_id, "key", hashlib.sha256(b"").digest()).remember(
            session, export_id=job_id
        )
    assert What.OLD_KEYS not in await house.removed_after(timedelta(hours=23))
    assert (await house.removed_after(timedelta(hours=25)))[What.OLD_KEYS] == 1
    assert (await house.job(job_id)).status == "pending"


class Stubborn(LocalStorage):
    """A store with one file that cannot be removed, and no upload that can."""

    def __init__(self, root: Path, key: str) -> None:
        super().__init__(root)
        self._stubborn = key

    async def delete(self, key: str) -> None:
        if key == self._stubborn:
            raise StorageError("It does not go.")
        await super().delete(key)

    async def drop(self, upload: Unfinished) -> None:
        raise StorageError(f"{upload.name} does not go.")


class Away(LocalStorage):
    """A store that does not answer."""

    def _found(self, prefix: str) -> list[Path]:
        raise StorageError(f"It is away and does not list {prefix}.")
