"""Requests become jobs, jobs become files, and every way a run can end leaves row, queue and storage in order."""

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select, text, update

from storyarn_export.collector.census import Census, take_census
from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions, create_engine, create_sessions
from storyarn_export.domain.errors import (
    CountMismatchError,
    ExportTooLargeError,
    InvalidOptionsError,
    UnknownFormatError,
)
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Kind
from storyarn_export.exports.attempt import RunPolicy
from storyarn_export.exports.document import Document, reconcile
from storyarn_export.exports.quick import QuickExport
from storyarn_export.exports.request import Requested, RequestExport
from storyarn_export.exports.run import RunExport
from storyarn_export.queueing.queue import Queue
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.serializers.registry import FormatRegistry, Header
from storyarn_export.storage.contract import Storage, Unfinished
from storyarn_export.storage.digest import ResumableSha256
from storyarn_export.storage.local import LocalStorage
from storyarn_export.storage.local_upload import LocalUpload
from tests.factories.documents_out import EXPORTED_AT, export_bytes, export_document
from tests.factories.rows import Story, new_story

THRESHOLD = 10


@dataclass(frozen=True, slots=True)
class Service:
    """Exports with their real neighbours."""

    story: Story
    sessions: Sessions
    request: RequestExport
    run: RunExport
    quick: QuickExport
    root: Path
    run_on: Callable[[Storage], RunExport]

    async def ask(self, options: ExportOptions | None = None, *, prefer_async: bool = False) -> Requested:
        async with self.sessions.begin() as session:
            return await self.request(
                session,
                user_id=self.story.owner_id,
                project_id=self.story.project_id,
                format_name="storyarn",
                options=options or ExportOptions(validate_before_export=False),
                prefer_async=prefer_async,
            )

    async def job(self, job_id: UUID) -> ExportJob:
        async with self.sessions() as session:
            return (await session.execute(select(ExportJob).where(ExportJob.id == job_id))).scalar_one()

    async def until_processing(self, job_id: UUID) -> None:
        async with asyncio.timeout(20):
            while (await self.job(job_id)).status != "processing":
                pass

    async def waiting(self) -> int:
        async with self.sessions() as session:
            count = await session.scalar(
                text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
            )
            return int(count or 0)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
async def service(bulk: asyncpg.Pool, database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    engine = create_engine(database_url, size=5, application_name="tests")
    sessions = create_sessions(engine)
    queue = Queue(database_url, pool_size=2, application_name="tests-queue")
    await queue.open()
    formats = FormatRegistry([STORYARN])
    request = RequestExport(bulk, formats, queue, threshold=THRESHOLD)
    policy = RunPolicy(
        progress_every=1,
        progress_min_interval_seconds=0,
        checkpoint_bytes=1024 * 1024,
        retention=timedelta(hours=24),
        max_retries=2,
    )

    def run_on(storage: Storage) -> RunExport:
        return RunExport(
            sessions=sessions, bulk=bulk, storage=storage, formats=formats, queue=queue, policy=policy
        )

    quick = QuickExport(bulk, LocalStorage(tmp_path), formats, request, threshold=THRESHOLD)
    yield Service(
        await new_story(bulk, name="The Story!"),
        sessions,
        request,
        run_on(LocalStorage(tmp_path)),
        quick,
        tmp_path,
        run_on,
    )
    await queue.close()
    await engine.dispose()


async def sheets(service: Service, count: int) -> list[int]:
    return [await service.story.sheet(f"S{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("entities", "prefer_async", "mode"),
    [(0, False, "sync"), (THRESHOLD, False, "sync"), (THRESHOLD + 1, False, "async"), (1, True, "async")],
)
async def test_where_it_runs(service: Service, entities: int, prefer_async: bool, mode: str) -> None:
    await sheets(service, entities)
    requested = await service.ask(prefer_async=prefer_async)
    assert not requested.deduplicated
    assert requested.job.mode == mode
    assert requested.job.status == "pending"
    assert requested.job.entities_total == entities
    assert requested.job.sections["sheets"] == {"total": entities, "processed": 0}
    assert await service.waiting() == (mode == "async")
    assert (requested.job.queue_job_id is not None) == (mode == "async")


async def test_options_count(service: Service) -> None:
    ids = await sheets(service, THRESHOLD + 1)
    filtered = await service.ask(ExportOptions(sheet_ids=tuple(ids[:3])))
    assert (filtered.job.mode, filtered.job.entities_total) == ("sync", 3)
    without = await service.ask(ExportOptions(include_sheets=False))
    assert (without.job.mode, without.job.entities_total) == ("sync", 0)
    assert "sheets" not in without.job.sections


async def test_row_and_queue_entry_live_and_die_together(service: Service) -> None:
    await sheets(service, THRESHOLD + 1)
    async with service.sessions() as session:
        await service.request(
            session,
            user_id=service.story.owner_id,
            project_id=service.story.project_id,
            format_name="storyarn",
            options=ExportOptions(),
            prefer_async=False,
        )
        await session.rollback()
    assert await service.waiting() == 0
    async with service.sessions() as session:
        assert (await session.execute(select(ExportJob))).all() == []


async def test_an_equal_request_gets_the_same_job(service: Service) -> None:
    first = await service.ask(prefer_async=True)
    second = await service.ask(prefer_async=True)
    other = await service.ask(ExportOptions(pretty_print=True), prefer_async=True)
    assert second.deduplicated
    assert second.job.id == first.job.id != other.job.id
    await service.run(first.job.id)
    assert (await service.ask(prefer_async=True)).job.id != first.job.id


async def test_equal_requests_at_once_get_one_job(service: Service) -> None:
    asked = await asyncio.gather(*(service.ask(prefer_async=True) for _ in range(4)))
    assert len({requested.job.id for requested in asked}) == 1
    assert sum(not requested.deduplicated for requested in asked) == 1
    assert await service.waiting() == 1


async def test_ids_that_are_not_here(service: Service) -> None:
    (mine,) = await sheets(service, 1)
    other = await new_story(service.story.bulk, "other")
    foreign = await other.sheet("foreign")
    options = ExportOptions(sheet_ids=(mine, foreign), flow_ids=(7,), scene_ids=(mine,))
    with pytest.raises(InvalidOptionsError) as refused:
        await service.ask(options)
    paths = [error["path"] for error in refused.value.extra["errors"]]
    assert paths == ["options.flow_ids", "options.scene_ids", "options.sheet_ids"]
    assert f"sheet_ids {foreign}" in refused.value.message
    assert f"sheet_ids {mine}" not in refused.value.message


async def test_unknown_formats_list_the_known(service: Service) -> None:
    with pytest.raises(UnknownFormatError) as refused:
        await service.quick(project_id=1, format_name="docx", options=ExportOptions())
    assert refused.value.extra["known"] == ["storyarn"]


async def test_a_run_ends_with_the_file(service: Service) -> None:
    await sheets(service, 3)
    requested = await service.ask()
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    assert (job.status, job.progress, job.attempt, job.entities_processed) == ("completed", 100, 1, 3)
    assert job.sections["sheets"] == {"total": 3, "processed": 3}
    assert (job.filename, job.content_type) == ("the-story.storyarn.json", "application/json")
    content = (service.root / str(job.file_key)).read_bytes()
    assert (job.file_size, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert job.completed_at is not None
    assert job.expires_at == job.completed_at + timedelta(hours=24)
    document = json.loads(content)
    expected = await export_document(service.story.bulk, service.story.project_id)
    assert document.pop("exported_at") == job.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert document == {key: value for key, value in expected.items() if key != "exported_at"}
    assert service.files() == [job.file_key]


async def test_a_job_runs_once(service: Service) -> None:
    requested = await service.ask()
    await asyncio.gather(*(service.run(requested.job.id) for _ in range(4)))
    job = await service.job(requested.job.id)
    assert (job.status, job.attempt) == ("completed", 1)
    await service.run(requested.job.id)
    assert (await service.job(requested.job.id)).seq == job.seq


async def test_a_job_that_is_gone_is_left_alone(service: Service) -> None:
    await service.run(uuid4())
    assert service.files() == []


async def test_progress_rises_and_never_reaches_100_before_the_file_is_there(
    service: Service, database_url: str
) -> None:
    for _ in range(3):
        flow = await service.story.flow("F")
        for _ in range(5):
            await service.story.node(flow, data={"text": "x" * 200_000})
    requested = await service.ask(prefer_async=True)
    seen: list[tuple[int, str]] = []
    listener = await asyncpg.connect(database_url)

    def note(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        notes.put_nowait(json.loads(str(payload)))

    notes: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    await listener.add_listener("storyarn_jobs", note)
    running = asyncio.create_task(service.run(requested.job.id))
    while not seen or seen[-1][1] != "completed":
        change = await asyncio.wait_for(notes.get(), timeout=20)
        assert change["job"] == str(requested.job.id)
        job = await service.job(requested.job.id)
        seen.append((job.progress, job.status))
        if job.status == "completed":
            assert service.files() == [job.file_key]
    await running
    await listener.close()
    percents = [percent for percent, _ in seen]
    assert percents == sorted(percents)
    assert len(set(percents)) > 3
    assert all((percent == 100) == (status == "completed") for percent, status in seen)


async def test_a_run_that_lost_its_job_leaves_no_trace(service: Service) -> None:
    flow = await service.story.flow("F")
    for _ in range(20):
        await service.story.node(flow, data={"text": "x" * 300_000})
    requested = await service.ask(prefer_async=True)
    successor = uuid4()
    running = asyncio.create_task(service.run(requested.job.id))
    await service.until_processing(requested.job.id)
    async with service.sessions.begin() as session:
        await session.execute(update(ExportJob).values(run_token=successor))
    await running
    job = await service.job(requested.job.id)
    assert (job.run_token, job.status) == (successor, "processing")


class Stiff(LocalStorage):
    """A store whose calls wait to be let on, as they do on a busy machine."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._root_of_files = root
        self.lists, self.creates = Step(), Step()

    async def create(self, key: str) -> LocalUpload:
        def late() -> LocalUpload:
            self.creates.wait()
            return asyncio.run(LocalStorage(self._root_of_files).create(key))

        return await asyncio.to_thread(late)

    async def unfinished(self, prefix: str) -> AsyncIterator[Unfinished]:
        await asyncio.to_thread(self.lists.wait)
        async for one in super().unfinished(prefix):
            yield one


class Step:
    """A moment in another thread that a test can stop at; it does not stop where nobody asked it to."""

    def __init__(self) -> None:
        self._come, self._on = threading.Event(), threading.Event()
        self._on.set()

    def hold(self) -> None:
        self._on.clear()

    def wait(self) -> None:
        self._come.set()
        assert self._on.wait(20)

    async def come(self) -> None:
        assert await asyncio.to_thread(self._come.wait, 20)

    def let_on(self) -> None:
        self._on.set()


async def taken_back(service: Service, job_id: UUID) -> None:
    """What a cancellation does to the row."""
    async with service.sessions.begin() as session:
        await session.execute(
            update(ExportJob).where(ExportJob.id == job_id).values(status="cancelled", run_token=None)
        )


async def test_a_cancellation_that_comes_while_a_run_winds_down_leaves_nothing(service: Service) -> None:
    await long_story(service)
    job = (await service.ask(prefer_async=True)).job
    store = Stiff(service.root)
    run = asyncio.create_task(service.run_on(store)(job.id))
    await until_checkpoint(service, job.id)
    store.lists.hold()
    # The run notices by itself, at its next write; the queue's word comes while it sweeps.
    await taken_back(service, job.id)
    await store.lists.come()
    run.cancel()
    await asyncio.sleep(0.05)
    store.lists.let_on()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert service.files() == []


async def test_a_cancellation_that_comes_while_the_file_is_begun_leaves_nothing(service: Service) -> None:
    await sheets(service, 3)
    job = (await service.ask(prefer_async=True)).job
    store = Stiff(service.root)
    store.creates.hold()
    run = asyncio.create_task(service.run_on(store)(job.id))
    await store.creates.come()
    await taken_back(service, job.id)
    run.cancel()
    await asyncio.sleep(0.05)
    store.creates.let_on()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert service.files() == []


async def test_a_run_that_is_stopped_as_it_begins_spends_no_attempt(service: Service) -> None:
    await sheets(service, 3)
    job = (await service.ask(prefer_async=True)).job
    async with service.sessions.begin() as session:
        # The claim waits for the row, and is cancelled there.
        await session.execute(select(ExportJob).where(ExportJob.id == job.id).with_for_update())
        run = asyncio.create_task(service.run(job.id))
        await asyncio.sleep(0.3)
        run.cancel()
        await asyncio.wait({run}, timeout=0.3)
    with pytest.raises(asyncio.CancelledError):
        await run
    now = await service.job(job.id)
    assert (now.status, now.attempt, now.run_token) == ("pending", 0, None)


async def test_a_run_that_is_stopped_hands_its_job_back(service: Service) -> None:
    flow = await service.story.flow("F")
    for _ in range(20):
        await service.story.node(flow, data={"text": "x" * 300_000})
    requested = await service.ask(prefer_async=True)
    async with service.sessions.begin() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    running = asyncio.create_task(service.run(requested.job.id))
    await service.until_processing(requested.job.id)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    job = await service.job(requested.job.id)
    assert (job.status, job.attempt, job.run_token) == ("pending", 0, None)
    assert await service.waiting() == 1
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    assert (job.status, job.attempt) == ("completed", 1)
    assert service.files() == [job.file_key]


async def test_a_disk_that_takes_nothing_fails_the_job(service: Service) -> None:
    requested = await service.ask()
    (service.root / "exports").write_text("in the way")
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    assert (job.status, job.error_code) == ("failed", "storage-error")
    assert "cannot be written" in str(job.error_message)


async def test_a_database_that_refuses_fails_the_job(service: Service) -> None:
    requested = await service.ask()
    await service.story.bulk.execute("ALTER TABLE sheets RENAME TO elsewhere")
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    assert (job.status, job.error_code) == ("failed", "service-unavailable")
    assert service.files() == []


async def test_quick_export_streams_up_to_the_threshold(service: Service) -> None:
    await sheets(service, THRESHOLD)
    stream = await service.quick(
        project_id=service.story.project_id, format_name="storyarn", options=ExportOptions(pretty_print=True)
    )
    content = b"".join([chunk async for chunk in stream.chunks])
    assert stream.filename == "the-story.storyarn.json"
    assert len(json.loads(content)["sheets"]) == THRESHOLD
    await sheets(service, 1)
    with pytest.raises(ExportTooLargeError) as refused:
        await service.quick(
            project_id=service.story.project_id, format_name="storyarn", options=ExportOptions()
        )
    assert refused.value.extra == {"entity_count": THRESHOLD + 1, "threshold": THRESHOLD}


def test_a_short_file_is_never_silent() -> None:
    census = Census({Kind.SHEET: 2, Kind.BLOCK: 1})
    reconcile({Kind.SHEET: 2, Kind.BLOCK: 1}, census)
    with pytest.raises(CountMismatchError, match="block: counted 1, written 0"):
        reconcile({Kind.SHEET: 2}, census)
    with pytest.raises(CountMismatchError, match="flow: counted 0, written 1"):
        reconcile({Kind.SHEET: 2, Kind.BLOCK: 1, Kind.FLOW: 1}, census)


async def long_story(service: Service, *, nodes: int = 100) -> int:
    """A flow that makes a file of many checkpoints; its id."""
    flow = await service.story.flow("F")
    for _ in range(nodes):
        await service.story.node(flow, data={"text": "x" * 300_000})
    return flow


async def until_checkpoint(service: Service, job_id: UUID, *, size_bytes: int = 1) -> ExportJob:
    async with asyncio.timeout(20):
        while True:
            job = await service.job(job_id)
            assert job.status in {"pending", "processing"}, job.error_message
            if (job.checkpoint or {}).get("size_bytes", 0) >= size_bytes:
                return job


async def take_away(service: Service, job_id: UUID) -> None:
    """Let a job be run again, as is done when its worker seems dead."""
    async with service.sessions.begin() as session:
        await session.execute(
            update(ExportJob).where(ExportJob.id == job_id).values(status="pending", run_token=None)
        )


async def undisturbed(service: Service, job: ExportJob) -> bytes:
    document = await export_bytes(service.story.bulk, service.story.project_id)
    made_at = job.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return document.replace(EXPORTED_AT.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), made_at)


async def test_a_run_goes_on_from_the_checkpoint_of_another(service: Service) -> None:
    await long_story(service)
    requested = await service.ask(prefer_async=True)
    first = asyncio.create_task(service.run(requested.job.id))
    kept = await until_checkpoint(service, requested.job.id, size_bytes=3_000_000)
    await take_away(service, requested.job.id)
    await asyncio.gather(service.run(requested.job.id), first)
    job = await service.job(requested.job.id)
    assert (job.status, job.attempt, job.resumed, job.progress) == ("completed", 2, True, 100)
    assert (kept.checkpoint or {})["key"] == job.file_key
    assert job.checkpoint is None
    assert service.files() == [job.file_key]
    content = (service.root / str(job.file_key)).read_bytes()
    assert content == await undisturbed(service, job)
    assert (job.file_size, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())


async def test_what_was_validated_holds_for_whoever_goes_on_with_the_file(service: Service) -> None:
    await service.story.node(await long_story(service), "entry")
    requested = await service.ask(ExportOptions(), prefer_async=True)
    first = asyncio.create_task(service.run(requested.job.id))
    await until_checkpoint(service, requested.job.id, size_bytes=3_000_000)
    await take_away(service, requested.job.id)
    # It is not made again: the next run finds it in the row.
    await service.story.bulk.execute(
        """UPDATE export_jobs SET report = jsonb_set(report, '{warnings,0,message}', '"As it was."')"""
    )
    await asyncio.gather(service.run(requested.job.id), first)
    job = await service.job(requested.job.id)
    assert (job.status, job.resumed) == ("completed", True)
    assert job.validation == {"status": "warnings", "errors": 0, "warnings": 100, "info": 0}
    document = json.loads((service.root / str(job.file_key)).read_bytes())
    stated = document["metadata"]["validation"]
    assert (stated["status"], len(stated["warnings"])) == ("warnings", 100)
    assert stated["warnings"][0]["message"] == "As it was."
    assert {one["rule"] for one in stated["warnings"]} == {"orphan_nodes"}


async def test_a_project_that_has_changed_is_validated_anew(service: Service) -> None:
    flow = await long_story(service)
    entry = await service.story.node(flow, "entry")
    requested = await service.ask(ExportOptions(), prefer_async=True)
    first = asyncio.create_task(service.run(requested.job.id))
    await until_checkpoint(service, requested.job.id)
    await take_away(service, requested.job.id)
    await service.story.bulk.execute("DELETE FROM flow_nodes WHERE id = $1", entry)
    await asyncio.gather(service.run(requested.job.id), first)
    job = await service.job(requested.job.id)
    assert (job.status, job.error_code) == ("failed", "validation-failed")
    assert job.validation == {"status": "errors", "errors": 1, "warnings": 100, "info": 0}
    assert service.files() == []


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE flow_nodes SET data = \'{"text": "other"}\' WHERE id = (SELECT min(id) FROM flow_nodes)',
        "DELETE FROM flow_nodes WHERE id = (SELECT max(id) FROM flow_nodes)",
        "INSERT INTO flows (project_id, name) SELECT project_id, 'New' FROM flows LIMIT 1",
        "UPDATE projects SET description = 'Other'",
    ],
)
async def test_a_project_that_has_changed_is_written_anew(service: Service, change: str) -> None:
    await long_story(service)
    requested = await service.ask(prefer_async=True)
    first = asyncio.create_task(service.run(requested.job.id))
    kept = await until_checkpoint(service, requested.job.id, size_bytes=3_000_000)
    await take_away(service, requested.job.id)
    await service.story.bulk.execute(change)
    await asyncio.gather(service.run(requested.job.id), first)
    job = await service.job(requested.job.id)
    assert (job.status, job.attempt, job.resumed) == ("completed", 2, False)
    assert (kept.checkpoint or {})["key"] != job.file_key
    assert service.files() == [job.file_key]
    assert (service.root / str(job.file_key)).read_bytes() == await undisturbed(service, job)


async def test_a_file_that_was_complete_is_only_published(service: Service) -> None:
    """The process died between the last byte and the row."""
    await long_story(service, nodes=4)
    requested = await service.ask(prefer_async=True)
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    content = (service.root / str(job.file_key)).read_bytes()
    sealed = {
        "key": job.file_key,
        "name": "gone.part",
        "size_bytes": len(content),
        "upload": {
            "part": "gone.part",
            "size": len(content),
            "digest": digest_state(content),
            "sealed": True,
        },
        "stop": None,
        "serializer": await finished_state(service),
        "census": await census_of(service),
    }
    async with service.sessions.begin() as session:
        await session.execute(
            update(ExportJob).values(status="pending", run_token=None, completed_at=None, checkpoint=sealed)
        )
    await service.run(requested.job.id)
    again = await service.job(requested.job.id)
    assert (again.status, again.resumed, again.file_key) == ("completed", True, job.file_key)
    assert (again.sha256, again.file_size, again.entities_processed) == (job.sha256, job.file_size, 5)


async def test_bytes_that_were_lost_are_written_again(service: Service) -> None:
    await long_story(service)
    requested = await service.ask(prefer_async=True)
    first = asyncio.create_task(service.run(requested.job.id))
    await until_checkpoint(service, requested.job.id)
    await take_away(service, requested.job.id)
    await first
    for path in service.files():
        (service.root / path).unlink()
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    assert (job.status, job.resumed) == ("completed", False)
    assert (service.root / str(job.file_key)).read_bytes() == await undisturbed(service, job)


async def test_a_cancelled_run_leaves_nothing(service: Service) -> None:
    await long_story(service)
    requested = await service.ask(prefer_async=True)
    running = asyncio.create_task(service.run(requested.job.id))
    await until_checkpoint(service, requested.job.id)
    async with service.sessions.begin() as session:
        await session.execute(update(ExportJob).values(status="cancelled", run_token=None, checkpoint=None))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await service.job(requested.job.id)).status == "cancelled"
    assert service.files() == []


async def test_a_store_that_is_away_is_tried_again_and_then_given_up(service: Service) -> None:
    requested = await service.ask(prefer_async=True)
    (service.root / "exports").write_text("in the way")
    await service.story.bulk.execute("DELETE FROM procrastinate_jobs")
    for retries in (1, 2):
        await service.run(requested.job.id)
        job = await service.job(requested.job.id)
        assert (job.status, job.attempt, job.retries) == ("pending", 0, retries)
        # As its worker would, were there one.
        await service.story.bulk.execute("DELETE FROM procrastinate_jobs WHERE id <> $1", job.queue_job_id)
        later = await service.story.bulk.fetchval("SELECT scheduled_at > now() FROM procrastinate_jobs")
        assert later
        await service.story.bulk.execute("DELETE FROM procrastinate_jobs")
    await service.run(requested.job.id)
    job = await service.job(requested.job.id)
    assert (job.status, job.error_code) == ("failed", "storage-error")


def digest_state(content: bytes) -> str | None:
    digest = ResumableSha256()
    digest.update(content)
    return digest.state()


async def finished_state(service: Service) -> Any:
    async with open_snapshot(service.story.bulk) as snapshot:
        project = await snapshot.project(service.story.project_id)
        assert project is not None
        options = ExportOptions()
        counting = await snapshot.begin_census(service.story.project_id, options, beside=False)
        serializer = STORYARN.serializer(Header(project, EXPORTED_AT, options))
        document = Document(snapshot, serializer, service.story.project_id, options, counting)
        async for _ in document.pieces():
            pass
        return serializer.state()


async def census_of(service: Service) -> Any:
    async with service.story.bulk.acquire() as connection:
        census = await take_census(connection, service.story.project_id, ExportOptions())
    return {"counts": census.counts, "dead_connections": 0, "ownerless_texts": 0}
