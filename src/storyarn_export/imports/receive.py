"""A file comes in: into the store while it arrives, then looked at."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from storyarn_export.db.models import ImportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import DocumentError, ServiceUnavailableError, StorageError
from storyarn_export.domain.imports import SOURCE, Preview, SourceFacts, rows_key
from storyarn_export.domain.lifecycle import ImportStatus
from storyarn_export.imports.look import Look
from storyarn_export.imports.policy import (
    INLINE_BYTES,
    INLINE_PACKED_BYTES,
    MAX_UPLOADS,
    PREFIX,
    ImportPolicy,
)
from storyarn_export.imports.shown import facts_json, preview_json
from storyarn_export.jobs.once import Once
from storyarn_export.parsers.guard import ZIP_MAGIC
from storyarn_export.parsers.unpacking import packed_as
from storyarn_export.progress.change import JobChange
from storyarn_export.progress.publisher import announce
from storyarn_export.queueing.queue import Queue
from storyarn_export.storage.contract import Storage, StoredFile

MAGIC_BYTES = 4

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file.

    Attributes:
        job: its import.
        replayed: the very request came before, and this is what it made; the file was not needed again.
    """

    job: ImportJob
    replayed: bool


class ReceiveImport:
    """Takes files in.

    Memory: a piece of the request and the buffers of the store.

    Args:
        sessions: where the row is written.
        storage: takes the file.
        queue: takes files that are too large to be looked at at once.
        look: looks at the others.
        policy: limits.
    """

    def __init__(
        self, *, sessions: Sessions, storage: Storage, queue: Queue, look: Look, policy: ImportPolicy
    ) -> None:
        self._sessions = sessions
        self._storage = storage
        self._queue = queue
        self._look = look
        self._policy = policy
        self._uploads = 0

    async def __call__(
        self,
        *,
        project_id: int,
        user_id: int,
        filename: str,
        content: AsyncIterator[bytes],
        once_of: Callable[[str], Once] | None = None,
    ) -> Received:
        """Store a file and make its import, ready where the file is small; else a worker reads it.

        Args:
            project_id: where it is to go.
            user_id: who brings it; may import.
            filename: as it is shown, never a path.
            content: its bytes as they arrive. Whatever it raises leaves nothing behind.
            once_of: gives the request's key, under which it may come again, for the SHA-256 of the bytes.

        Raises:
            DocumentError: the file is too large, or a small one cannot be read; nothing is kept of it.
            StorageError: the store does not take it.
            ServiceUnavailableError: MAX_UPLOADS files are coming in already.
            IdempotencyKeyReusedError: the key came with another request.
        """
        job_id = uuid7()
        key = f"{PREFIX}{project_id}/{job_id}/{SOURCE}"
        with self._place():
            stored, begins = await self._store(key, content)
        try:
            seen = None
            packed = begins == ZIP_MAGIC or packed_as(begins) is not None
            if stored.size <= (INLINE_PACKED_BYTES if packed else INLINE_BYTES):
                seen = await self._look(project_id, key)
            job = self._made(UUID(str(job_id)), project_id, user_id, filename, stored, seen)
            received = await self._record(job, None if once_of is None else once_of(stored.sha256))
        except BaseException:
            await self._forget(key)
            raise
        if received.replayed:
            await self._forget(key)
        return received

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._uploads >= MAX_UPLOADS:
            raise ServiceUnavailableError("No more files are taken in for the moment.")
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    async def _store(self, key: str, content: AsyncIterator[bytes]) -> tuple[StoredFile, bytes]:
        """Write the file; it, and how it begins."""
        begins = b""
        async with await self._storage.create(key) as upload:
            try:
                async for piece in content:
                    begins += piece[: MAGIC_BYTES - len(begins)]
                    self._refuse(upload.size + len(piece))
                    await upload.write(piece)
                await upload.seal()
                return await upload.publish(), begins
            except BaseException:
                await upload.discard()
                raise

    def _refuse(self, size_bytes: int) -> None:
        """Nothing, unless the file is seen already not to be one that can be imported."""
        if size_bytes > self._policy.max_bytes:
            raise too_large(self._policy.max_bytes)

    def _made(
        self,
        job_id: UUID,
        project_id: int,
        user_id: int,
        filename: str,
        stored: StoredFile,
        seen: tuple[SourceFacts, Preview] | None,
    ) -> ImportJob:
        job = ImportJob(
            id=job_id,
            project_id=project_id,
            user_id=user_id,
            status=ImportStatus.PARSING,
            source_filename=filename,
            source_key=stored.key,
            source_size=stored.size,
            source_sha256=stored.sha256,
            expires_at=datetime.now(UTC) + self._policy.retention,
        )
        if seen is not None:
            facts, preview = seen
            job.status = ImportStatus.READY
            job.progress = 100
            job.entities_total = preview.total
            job.source_facts = facts_json(facts)
            job.preview = preview_json(preview)
        return job

    async def _record(self, job: ImportJob, once: Once | None) -> Received:
        async with self._sessions.begin() as session:
            earlier = None if once is None else await once.earlier(session)
            if earlier is not None:
                return Received(await session.get_one(ImportJob, earlier), replayed=True)
            await self._add(session, job)
            if once is not None:
                await once.remember(session, import_id=job.id)
        return Received(job, replayed=False)

    async def _add(self, session: AsyncSession, job: ImportJob) -> None:
        session.add(job)
        await session.flush()
        if job.status == ImportStatus.PARSING:
            job.queue_job_id = await self._queue.enqueue_import(session, job.id)
            await session.flush()
        await session.refresh(job)
        await announce(session, JobChange("import", job.id, job.seq, job.user_id))

    async def _forget(self, key: str) -> None:
        try:
            await self._storage.delete(rows_key(key))
            await self._storage.delete(key)
        except StorageError as error:
            log.warning("stored bytes are left for the clean-up", key=key, error=error.message)


def too_large(max_bytes: int) -> DocumentError:
    """The error for a file over the limit."""
    return DocumentError(
        "file-too-large",
        f"The file has more than {max_bytes} bytes.",
        offset=max_bytes,
        hint="the operator can raise STORYARN_MAX_IMPORT_BYTES",
    )
