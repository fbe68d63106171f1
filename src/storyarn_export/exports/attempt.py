"""The pass over a project that an attempt at an export is."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import structlog

from storyarn_export.collector.census import Census
from storyarn_export.collector.snapshot import Snapshot, open_snapshot
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotFoundError, UploadLostError
from storyarn_export.domain.lifecycle import Mode
from storyarn_export.domain.options import Compression
from storyarn_export.exports.advance import Advance
from storyarn_export.exports.checkpoint import Checkpoint, Checkpoints, no_checkpoint
from storyarn_export.exports.claimed import Run
from storyarn_export.exports.compressing import EXPECTED_RATIO
from storyarn_export.exports.document import reconcile
from storyarn_export.exports.opening import opened
from storyarn_export.exports.sweep import SweepJob, job_prefix
from storyarn_export.exports.validating import ValidateFirst
from storyarn_export.exports.writing import Writer, open_writer
from storyarn_export.progress.throttle import Throttle
from storyarn_export.serializers.registry import Header, Serializer
from storyarn_export.storage.contract import Storage, StoredFile, Upload

RUN_NAME_BYTES = 6

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunPolicy:
    """How runs behave.

    Attributes:
        progress_every: entities between two looks at whether progress is due.
        progress_min_interval_seconds: least time between two progress events.
        checkpoint_bytes: bytes of the file that are written again after a crash at most.
        retention: how long a finished file is kept.
        max_retries: runs that may end because something was away, before the export fails.
    """

    progress_every: int
    progress_min_interval_seconds: float
    checkpoint_bytes: int
    retention: timedelta
    max_retries: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a pass has made.

    Attributes:
        project: the project's own JSON object.
        sections: total and processed entities of each section.
    """

    stored: StoredFile
    project: bytes
    sections: Mapping[str, Mapping[str, int]]


class Attempt:
    """Writes one file from one snapshot, going on from the last checkpoint where that gives the same file.

    Args:
        sessions: where rows of jobs are written.
        bulk: where projects are read.
        storage: takes the file.
        sweep: removes what earlier runs have left.
        policy: how runs behave.
    """

    def __init__(
        self, *, sessions: Sessions, bulk: asyncpg.Pool, storage: Storage, sweep: SweepJob, policy: RunPolicy
    ) -> None:
        self._sessions = sessions
        self._bulk = bulk
        self._storage = storage
        self._sweep = sweep
        self._policy = policy
        self._validate = ValidateFirst(sessions)

    async def __call__(self, run: Run) -> Written:
        """Open a snapshot, count, validate, pull rows through the serializer into the upload, publish.

        Raises:
            NotFoundError: the project is gone.
            SupersededError: the run does not hold the job any more.
            ValidationFailedError: the project has errors, and the export was told to stop at those.
            CountMismatchError: what was written is not what was counted.
            StorageError: the store does not take the file.
        """
        job = run.job
        async with open_snapshot(self._bulk) as snapshot:
            project = await snapshot.project(job.project_id)
            if project is None:
                raise NotFoundError("The project is gone.")
            # Inside a request it is quick, and there may be many at a time.
            counting = await snapshot.begin_census(job.project_id, run.options, beside=job.mode == Mode.ASYNC)
            start = await self._usable(run, snapshot, counting)
            report = await self._validate(run, snapshot, counting, resumed=start is not None)
            validation = None if report is None else report.metadata()
            upload, start = await self._open(run, start)
            serializer = run.chosen.serializer(Header(project, job.created_at, run.options, validation))
            going_on = None
            if start is not None and start.stop is not None:
                going_on = (start.stop, start.serializer)
            elif start is not None:
                serializer.restore(start.serializer)
            writer = open_writer(
                snapshot, serializer, job.project_id, run.options, counting, self._storage, start=going_on
            )
            advance = Advance(
                self._sessions,
                run.token,
                expected={name: section["total"] for name, section in job.sections.items()},
                census=counting,
                options=run.options,
                throttle=Throttle(
                    every=self._policy.progress_every,
                    min_interval_seconds=self._policy.progress_min_interval_seconds,
                ),
                percent=job.progress if start is not None else 0,
            )
            async with upload, advance:
                try:
                    await self._begin(run, snapshot, advance, upload, start, writer)
                except BaseException:
                    # The row may not name it, and then nobody would find it soon.
                    if start is None:
                        await upload.discard()
                    raise
                if start is None or start.stop is not None:
                    checkpoints = self._checkpoints(run, upload)
                    await self._write(writer, serializer, upload, checkpoints, advance, counting)
                stored = await upload.publish()
        return Written(stored, project, advance.sections(serializer.written))

    def _checkpoints(self, run: Run, upload: Upload) -> Checkpoints:
        every_bytes = self._policy.checkpoint_bytes
        if run.options.compression is not Compression.NONE:
            # So that about as much of the document is written again.
            every_bytes //= EXPECTED_RATIO
        return Checkpoints(upload, every_bytes=every_bytes, start_bytes=upload.size)

    async def _write(
        self,
        writer: Writer,
        serializer: Serializer,
        upload: Upload,
        checkpoints: Checkpoints,
        advance: Advance,
        counting: asyncio.Task[Census],
    ) -> None:
        """Write the rest of the document, with checkpoints on the way and one at its end."""
        async with aclosing(writer.pieces()) as pieces:
            async for piece in pieces:
                wait = checkpoints.waits(len(piece))
                if wait or counting.done():
                    kept = await checkpoints.durable(await counting, wait=wait)
                    if kept is not None:
                        await advance.keep(kept, writer.written)
                await upload.write(piece)
                stop = writer.stop() if checkpoints.due else None
                if stop is not None:
                    await checkpoints.mark(stop, writer.state())
                await advance.to(writer.written)
        census = await counting
        reconcile(serializer.written, census)
        sealed = await upload.seal()
        last = Checkpoint(upload.key, upload.name, upload.size, sealed, None, writer.state(), census)
        # Also the last look whether the run still holds the job, before the file becomes visible.
        await advance.keep(last, serializer.written)

    async def _usable(
        self, run: Run, snapshot: Snapshot, counting: asyncio.Task[Census]
    ) -> Checkpoint | None:
        """The last checkpoint of the job, if what is left to write is what was left then."""
        kept = Checkpoint.from_json(run.job.checkpoint)
        if kept is None or run.job.snapshot is None:
            return None
        if await snapshot.has_changed_since(run.job.project_id, run.job.snapshot):
            return None
        return kept if (await counting).counts == kept.census.counts else None

    async def _open(self, run: Run, start: Checkpoint | None) -> tuple[Upload, Checkpoint | None]:
        """The upload to go on with, and from where; a new one where there is none."""
        if start is not None:
            try:
                return await opened(self._storage.resume(start.key, start.upload), discard=False), start
            except UploadLostError as error:
                log.warning("stored bytes are gone", job_id=str(run.job.id), error=error.message)
        name = f"{secrets.token_hex(RUN_NAME_BYTES)}.{run.chosen.file_kind(run.options).extension}"
        key = job_prefix(run.job.project_id, run.job.id) + name
        return await opened(self._storage.create(key), discard=True), None

    async def _begin(
        self,
        run: Run,
        snapshot: Snapshot,
        advance: Advance,
        upload: Upload,
        start: Checkpoint | None,
        writer: Writer,
    ) -> None:
        """Say which upload is the run's, then remove those of earlier ones."""
        job = run.job
        if start is not None:
            # The store may have had to take another upload to keep a dead worker out of it.
            state = dict(await (await upload.mark())) if start.stop is not None else start.upload
            again = replace(start, name=upload.name, upload=state)
            await advance.begin(
                writer.written, count="export_resumes", resumed=True, checkpoint=again.to_json()
            )
            log.info("export resumed", job_id=str(job.id), attempt=job.attempt, from_bytes=start.size_bytes)
        else:
            restarted = Checkpoint.from_json(job.checkpoint) is not None
            await advance.begin(
                {},
                count="export_restarts" if restarted else None,
                resumed=False,
                snapshot=snapshot.token,
                checkpoint=no_checkpoint(upload),
            )
            if restarted:
                log.info("export restarted", job_id=str(job.id), attempt=job.attempt)
        if job.checkpoint is not None or job.attempt > 1:
            await self._sweep(job.project_id, job.id, keep=upload.key, keep_upload=upload.name)
