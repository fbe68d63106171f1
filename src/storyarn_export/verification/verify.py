"""Verifies a finished file: what it says comes back out of a project that was made of it."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from io import BufferedReader

import asyncpg

from storyarn_export.collector.snapshot import inside_transaction
from storyarn_export.db.session import BulkConnection
from storyarn_export.db.transaction import bulk_transaction
from storyarn_export.domain.document import Notice, ProjectHead
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.options import AssetMode, Compression, ExportOptions
from storyarn_export.exports.document import Document
from storyarn_export.imports.contents import ImportContents
from storyarn_export.imports.reading import ParsedFile, stage_file
from storyarn_export.imports.refusals import content_refusals
from storyarn_export.imports.source import READ_BYTES, Incoming, StoredSource, open_incoming
from storyarn_export.materializer.materialize import materialize
from storyarn_export.materializer.plan import decide, identify_shifted
from storyarn_export.parsers.guard import Limits
from storyarn_export.parsers.registry import open_document
from storyarn_export.parsers.unpacking import EXPANSION_FREE_BYTES
from storyarn_export.serializers.registry import Format, Header
from storyarn_export.storage.contract import Storage
from storyarn_export.verification.comparing import Comparing, Comparison, compare_envelopes
from storyarn_export.verification.difference import Differences
from storyarn_export.verification.emptied import Absences, spool, told_absences, write_emptied
from storyarn_export.verification.values import shift_of

CREATE_SCRATCH = (files(__package__) / "queries" / "create_scratch.sql").read_text(encoding="utf-8")
SLUG = "verification"
# An id of one digit has nineteen in the copy.
COPY_FACTOR = 19


@dataclass(frozen=True, slots=True)
class Written:
    """How a file came to be.

    Attributes:
        key: where it is stored.
        size_bytes: of the file.
        written_by: its format, one that can be read.
        options: what it was asked to hold.
        owner_id: of the project, who owns the one that is made of the file.
        intact: whether it is the very file that was written. Where that does not say what its project referred to in
            vain, such references are no loss; in a file that was changed they may be.
    """

    key: str
    size_bytes: int
    written_by: Format
    options: ExportOptions
    owner_id: int
    intact: bool


class VerifyFile:
    """Loads a file into a project of its own, exports that again and compares; all of it is rolled back.

    Nothing stays but dead rows, which the database vacuums. Memory: as for a load and an export; what is known of
    single rows lies in the database or in a temporary file.

    Args:
        bulk: where the connection comes from, to the primary.
        storage: where the file is.
        max_entity_bytes: of one entity's own JSON.
    """

    def __init__(self, bulk: asyncpg.Pool, storage: Storage, *, max_entity_bytes: int) -> None:
        self._bulk = bulk
        self._storage = storage
        self._max_entity_bytes = max_entity_bytes

    async def __call__(self, written: Written) -> Comparison:
        """Verify a file.

        Raises:
            StorageError: the file cannot be read.
        """
        async with self._bulk.acquire() as connection, bulk_transaction(connection, keep=False):
            try:
                return await self._inside(connection, written)
            except DocumentError as error:
                differences = Differences()
                differences.add(error.path or "$", f"{error.document_code}: {error.message}")
                return Comparison(differences, parted=True)

    async def _inside(self, connection: BulkConnection, written: Written) -> Comparison:
        limits = Limits(max_bytes=written.size_bytes, max_entity_bytes=self._max_entity_bytes)
        bundled = written.options.include_assets is AssetMode.BUNDLED
        if bundled or written.options.compression is not Compression.NONE:
            # A document grows by as much at most when it is unpacked.
            unpacked_bytes = max(EXPANSION_FREE_BYTES, limits.max_bytes * limits.max_expansion)
            limits = replace(limits, max_bytes=unpacked_bytes)
        async with open_incoming(self._storage, written.key, limits) as incoming:
            project_id, staged, notices = await self._load(connection, incoming, limits, written.owner_id)
        with spool() as spooled:
            emptied = await write_emptied(connection, spooled)
            stop = threading.Event()
            told = told_absences(staged.document.metadata())
            absences = Absences(written.options, told if written.intact else told or frozenset())
            comparing = Comparing(emptied, absences, shift_of(connection.get_server_pid()), stop)
            copy = self._copy(connection, project_id, written)
            async with open_incoming(self._storage, written.key, limits) as incoming, aclosing(copy):
                found = await self._compare(incoming, limits, copy, comparing, stop)
        if found.parted:
            # Why, as the load has put it.
            for notice in notices:
                found.differences.add(notice.path or "$", f"{notice.code}: {notice.message}")
        return found

    async def _load(
        self, connection: BulkConnection, incoming: Incoming, limits: Limits, owner_id: int
    ) -> tuple[int, ParsedFile, tuple[Notice, ...]]:
        contents = ImportContents(incoming.bundle)
        with content_refusals():
            staged = await stage_file(connection, incoming.file, limits, contents=contents)
            await contents.bring(connection)
            head = staged.head
            project_id = await _create_scratch(connection, head, owner_id)
            await decide(connection, project_id, None)
            await identify_shifted(connection, shift_of(connection.get_server_pid()))
            done = await materialize(connection, project_id, head, staged.counts)
            return project_id, staged, done.notices

    async def _copy(
        self, connection: BulkConnection, project_id: int, written: Written
    ) -> AsyncGenerator[bytes, None]:
        # The file holds what was chosen by id, and the ids are others here.
        options = replace(written.options, sheet_ids=None, flow_ids=None, scene_ids=None)
        if options.carries_bytes:
            # The copy has none; those of the file have been compared with their digests.
            options = replace(options, include_assets=AssetMode.REFERENCES)
        snapshot = await inside_transaction(self._bulk, connection)
        project = await snapshot.project(project_id) or b"{}"
        counting = await snapshot.begin_census(project_id, options, beside=False)
        serializer = written.written_by.serializer(Header(project, datetime.now(UTC), options))
        document = Document(snapshot, serializer, project_id, options, counting)
        async with aclosing(document.pieces()) as pieces:
            async for piece in pieces:
                yield piece

    async def _compare(
        self,
        incoming: Incoming,
        limits: Limits,
        copy: AsyncGenerator[bytes, None],
        comparing: Comparing,
        stop: threading.Event,
    ) -> Comparison:
        source = BufferedReader(StoredSource(copy, asyncio.get_running_loop()), READ_BYTES)
        larger = replace(
            limits,
            max_bytes=limits.max_bytes * COPY_FACTOR,
            max_entity_bytes=limits.max_entity_bytes * COPY_FACTOR,
        )
        baggage = ImportContents(incoming.bundle).baggage
        left = open_document(incoming.file, limits, baggage=baggage)
        right = open_document(source, larger)

        def compare() -> Comparison:
            found = comparing(left, right)
            if not stop.is_set() and not found.parted:
                compare_envelopes(left, right, found.differences)
            return found

        running = asyncio.create_task(asyncio.to_thread(compare))
        try:
            return await asyncio.shield(running)
        finally:
            # The thread cannot be stopped from here, and what it reads must not be closed under it.
            stop.set()
            await asyncio.wait([running])


async def _create_scratch(connection: BulkConnection, head: ProjectHead, owner_id: int) -> int:
    project_id: int = await connection.fetchval(
        CREATE_SCRATCH, head.name, head.slug or SLUG, head.description, head.settings, owner_id
    )
    return project_id
