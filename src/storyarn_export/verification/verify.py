"""Verifies a finished file: what it says comes back out of a project that was made of it."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from uuid import uuid4

import asyncpg

from storyarn_export.collector.snapshot import inside_transaction
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import DocumentError, InvalidRequestError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.document import Document
from storyarn_export.imports.reading import stage_file
from storyarn_export.imports.refusals import content_refusals
from storyarn_export.imports.source import READ_BYTES, StoredSource, open_source
from storyarn_export.materializer.materialize import Materialized, materialize
from storyarn_export.materializer.plan import decide, identify_shifted
from storyarn_export.materializer.project import create_project
from storyarn_export.materializer.report import missing_targets
from storyarn_export.parsers.guard import Limits
from storyarn_export.parsers.registry import open_document
from storyarn_export.serializers.registry import Format, Header
from storyarn_export.storage.contract import Storage
from storyarn_export.verification.comparing import SHIFT, Comparison, Difference, Emptied, compare


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found.

    Attributes:
        differences: the first places where the file and its copy differ; none when it passed.
        entities: how many were compared.
        emptied: references to what is not in the file, which no import could keep.
    """

    differences: tuple[Difference, ...]
    entities: int
    emptied: int

    @property
    def passed(self) -> bool:
        """Whether the file says all that is needed."""
        return not self.differences


class VerifyFile:
    """Loads a file into a project of its own, exports that again and compares; all of it is rolled back.

    Nothing stays but dead rows, which the database vacuums. Memory: as for a load and an export.

    Args:
        bulk: where the connection comes from, to the primary.
        storage: where the file is.
        max_bytes: of the file, and of what it unpacks to.
        max_entity_bytes: of one entity's own JSON.
    """

    def __init__(
        self, bulk: asyncpg.Pool, storage: Storage, *, max_bytes: int, max_entity_bytes: int
    ) -> None:
        self._bulk = bulk
        self._storage = storage
        self._limits = Limits(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes)

    async def __call__(
        self, key: str, *, written_by: Format, options: ExportOptions, user_id: int
    ) -> Verified:
        """Verify a file.

        Args:
            key: of the file.
            written_by: its format, one that can be read.
            options: what it was asked to hold.
            user_id: in whose workspace the project would be.

        Raises:
            InvalidRequestError: more references are emptied than can be told apart.
            StorageError: the file cannot be read.
        """
        async with self._bulk.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                return await self._inside(connection, key, written_by, options, user_id)
            except DocumentError as error:
                found = Difference(error.path or "$", f"{error.document_code}: {error.message}")
                return Verified((found,), 0, 0)
            finally:
                await transaction.rollback()

    async def _inside(
        self, connection: BulkConnection, key: str, written_by: Format, options: ExportOptions, user_id: int
    ) -> Verified:
        async with open_source(self._storage, key) as (file, _):
            project_id, done = await self._load(connection, file, user_id)
        if done.unresolved_total > len(done.unresolved):
            raise InvalidRequestError(
                f"{done.unresolved_total} references of the file refer to what is not in it;"
                f" only {len(done.unresolved)} can be told from losses",
                hint="export all sections",
            )
        paths = frozenset(one.path for one in done.unresolved)
        emptied = Emptied(paths, await missing_targets(connection))
        copy = self._copy(connection, project_id, written_by, options)
        async with open_source(self._storage, key) as (file, _), aclosing(copy):
            comparison = await self._compare(file, copy, emptied)
        return Verified(tuple(comparison.differences), comparison.entities, done.unresolved_total)

    async def _load(
        self, connection: BulkConnection, file: BufferedReader, user_id: int
    ) -> tuple[int, Materialized]:
        with content_refusals():
            staged = await stage_file(connection, file, self._limits)
            head = staged.document.head()
            # Nobody shall wait for a slug that is never taken.
            name = f"verification-{uuid4()}"
            project_id, _ = await create_project(connection, head, owner_id=user_id, name=name)
            await decide(connection, project_id, None)
            await identify_shifted(connection, SHIFT)
            return project_id, await materialize(connection, project_id, head, staged.counts)

    async def _copy(
        self, connection: BulkConnection, project_id: int, written_by: Format, options: ExportOptions
    ) -> AsyncGenerator[bytes, None]:
        snapshot = await inside_transaction(self._bulk, connection)
        project = await snapshot.project(project_id) or b"{}"
        counting = await snapshot.begin_census(project_id, options, beside=False)
        serializer = written_by.serializer(Header(project, datetime.now(UTC), options))
        document = Document(snapshot, serializer, project_id, options, counting)
        async with aclosing(document.pieces()) as pieces:
            async for piece in pieces:
                yield piece

    async def _compare(
        self, file: BufferedReader, copy: AsyncGenerator[bytes, None], emptied: Emptied
    ) -> Comparison:
        source = BufferedReader(StoredSource(copy, asyncio.get_running_loop()), READ_BYTES)
        left, right = open_document(file, self._limits), open_document(source, self._limits)
        stop = threading.Event()
        comparing = asyncio.create_task(asyncio.to_thread(compare, left, right, emptied, stop))
        try:
            return await asyncio.shield(comparing)
        finally:
            # The thread cannot be stopped from here, and what it reads must not be closed under it.
            stop.set()
            await asyncio.wait([comparing])
