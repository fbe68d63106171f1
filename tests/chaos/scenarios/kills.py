"""SIGKILL at any moment: workers die one after the other while exports are under way."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from storyarn_export.db.models import ExportJob
from storyarn_export.exports.sweep import job_prefix
from storyarn_export.storage.s3_parts import LEAST_PART_BYTES
from tests.chaos.counts import Count, at_most, exactly, told
from tests.chaos.scenarios.cutting import MAX_TRIES, TOO_QUICK
from tests.chaos.site import OVER, Site
from tests.chaos.stage import Stage

CHECKPOINT_BYTES = 1024 * 1024
# A place can be marked where a piece ends: 256 KiB from the server, and the keys around them.
PIECE_BYTES = 512 * 1024
WORKERS = 3
IN_FLIGHT = 5
# Each kill costs the run that it hits an attempt; here that is not what may end an export.
MAX_ATTEMPTS = 10
MEBIBYTE = 1024 * 1024
# The limit holds over all workers: as many places as there are workers, however they share them.
SETTINGS = {"export_concurrency": str(WORKERS), "export_max_attempts": str(MAX_ATTEMPTS)}


@dataclass(frozen=True, slots=True)
class Lost:
    """What the next run has to write again.

    Attributes:
        size_bytes: stored after the place that the row names.
        early: there was no such place yet.
    """

    size_bytes: int
    early: bool


@dataclass(slots=True)
class Tally:
    """What has become of the exports.

    Attributes:
        active: exports that are under way, with who has asked for them.
        lost: what runs had stored for nothing should they have been cut off by the last kill, by export and attempt.
    """

    completed: int = 0
    right: int = 0
    cut: int = 0
    active: dict[UUID, int] = field(default_factory=dict)
    lost: dict[tuple[str, int], Lost] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    peak_mebibytes: list[int] = field(default_factory=list)


async def kills_local(stage: Stage) -> Sequence[Count]:
    """Workers that share a directory."""
    async with stage.site(checkpoint_bytes=str(CHECKPOINT_BYTES), **SETTINGS) as site:

        async def lost_bytes(job: ExportJob) -> int:
            sizes = [0]
            directory = site.services.settings.local_storage_dir / _prefix(job)
            for part in directory.glob("*.part") if directory.is_dir() else ():
                # Others go on meanwhile, and publish theirs.
                with suppress(FileNotFoundError):
                    sizes.append(part.stat().st_size)
            # Of a file that is published already nothing is stored as an upload any more.
            return max(0, max(sizes) - int((job.checkpoint or {}).get("size_bytes", 0)))

        return await _kills(stage, site, lost_bytes, CHECKPOINT_BYTES + PIECE_BYTES)


async def kills_s3(stage: Stage) -> Sequence[Count]:
    """Workers that share a bucket; a place can only be marked between two parts."""
    async with stage.bucket(checkpoint_bytes=str(CHECKPOINT_BYTES), **SETTINGS) as (site, bucket, _):

        async def lost_bytes(job: ExportJob) -> int:
            found = await bucket.client.list_multipart_uploads(Bucket=bucket.name, Prefix=_prefix(job))
            uploads = {upload["UploadId"]: upload["Key"] for upload in found.get("Uploads", ())}
            name = (job.checkpoint or {}).get("name")
            if name not in uploads:
                return 0
            try:
                listed = await bucket.client.list_parts(Bucket=bucket.name, Key=uploads[name], UploadId=name)
            except bucket.client.exceptions.NoSuchUpload:
                # Others go on meanwhile, and publish theirs.
                return 0
            sizes = {part["PartNumber"]: part["Size"] for part in listed.get("Parts", ())}
            spans = (job.checkpoint or {}).get("upload", {}).get("spans", [])
            return _newest_bytes(sizes, after=max((last for _, last in spans), default=0))

        return await _kills(stage, site, lost_bytes, LEAST_PART_BYTES + PIECE_BYTES)


def _newest_bytes(sizes: Mapping[int, int], *, after: int) -> int:
    """Bytes of the last parts in a row: whoever takes an upload over leaves numbers free."""
    number, total = max(sizes, default=0), 0
    while number > after and number in sizes:
        total += sizes[number]
        number -= 1
    return total


def _prefix(job: ExportJob) -> str:
    return job_prefix(job.project_id, UUID(str(job.id)))


async def _kills(
    stage: Stage, site: Site, lost_bytes: Callable[[ExportJob], Awaitable[int]], interval_bytes: int
) -> Sequence[Count]:
    await site.undisturbed()
    tally = Tally()
    for _ in range(WORKERS):
        site.hire()
    for number in range(stage.size.kills):
        await _kill_one(site, tally, number, stage.size.longest_wait_seconds)
        await _look_at_stored(site, tally, lost_bytes)
        site.hire()
    for job_id in list(tally.active):
        await site.until(job_id, *OVER)
    await _collect(site, tally)
    codes = await site.leave()
    return [
        told("SIGKILLs of workers that ran an export", stage.size.kills),
        exactly("exports completed", len(tally.attempts), tally.completed),
        exactly("files equal to the undisturbed one", len(tally.attempts), tally.right),
        told(
            "runs cut off; runs that went on from a checkpoint",
            f"{tally.cut}; {_runs(site, 'export resumed')}",
        ),
        _again("written again after a checkpoint", tally, interval_bytes, early=False),
        _again("written again where there was none yet", tally, interval_bytes, early=True),
        exactly("runs that began anew although there was a checkpoint", 0, _runs(site, "export restarted")),
        exactly("exit codes of those that were told to stop", [0] * len(codes), codes),
        told("peak memory of a worker that was killed", f"{max(tally.peak_mebibytes)} MiB"),
        (await site.left()).count(),
    ]


async def _top_up(site: Site, tally: Tally) -> None:
    """Look at what is completed and ask for as many again."""
    await _collect(site, tally)
    for person in sorted(set(range(IN_FLIGHT)) - set(tally.active.values())):
        tally.active[await site.ask(person)] = person


async def _collect(site: Site, tally: Tally) -> None:
    for job_id in list(tally.active):
        job = await site.job(job_id)
        if job.status in OVER:
            tally.completed += job.status == "completed"
            tally.right += await site.is_right(job)
            tally.cut += job.attempt - 1
            tally.attempts[str(job_id)] = job.attempt
            await site.forget(job)
            del tally.active[job_id]


async def _kill_one(site: Site, tally: Tally, number: int, longest_wait_seconds: float) -> None:
    """Kill one of those who run an export at a random moment."""
    for _ in range(MAX_TRIES):

        async def any_busy() -> bool:
            await _top_up(site, tally)
            return bool(await site.busy())

        # The moment is drawn when a run has begun: waiting for one afterwards would kill it in its first step.
        await site.eventually("a worker runs an export", any_busy)
        await asyncio.sleep(site.chance.uniform(0, longest_wait_seconds))
        if victims := await site.busy():
            victim = site.chance.choice(victims)
            tally.peak_mebibytes.append(victim.peak_bytes // MEBIBYTE)
            await victim.kill()
            site.note(f"kill {number}: {victim.log.name}")
            return
    raise AssertionError(TOO_QUICK)


async def _look_at_stored(
    site: Site, tally: Tally, lost_bytes: Callable[[ExportJob], Awaitable[int]]
) -> None:
    """How much is stored of all that run, the one that was killed among them."""
    async with site.services.sessions() as session:
        running = (await session.scalars(select(ExportJob).where(ExportJob.status == "processing"))).all()
    for job in running:
        early = "upload" not in (job.checkpoint or {})
        tally.lost[str(job.id), job.attempt] = Lost(await lost_bytes(job), early)


def _again(what: str, tally: Tally, interval_bytes: int, *, early: bool) -> Count:
    """What runs had stored that were cut off, and the next had to write again."""
    values = [
        lost.size_bytes / MEBIBYTE
        for (job_id, attempt), lost in tally.lost.items()
        if attempt < tally.attempts[job_id] and lost.early is early
    ]
    if not values:
        return told(what, "no run was cut off there")
    # A disk or a database that is slow lets a run get ahead of its checkpoints.
    return at_most(what, interval_bytes / MEBIBYTE, values, "MiB", timed=True)


def _runs(site: Site, event: str) -> int:
    """How many runs said so."""
    return sum(1 for worker in site.processes for _ in worker.records(event))
