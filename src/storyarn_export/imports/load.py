"""Loads a native document or a bundle into a new project."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import asyncpg
import structlog
from uuid_utils.compat import uuid7

from storyarn_export.contents.taking import PREFIX
from storyarn_export.contents.unclaimed import ForgetContents
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import Notice, UnresolvedReference
from storyarn_export.domain.errors import InvalidRequestError, ServiceUnavailableError
from storyarn_export.domain.story import Kind
from storyarn_export.imports.bundle import Bundle
from storyarn_export.imports.contents import ImportContents
from storyarn_export.imports.reading import stage_file
from storyarn_export.imports.source import open_incoming
from storyarn_export.jobs.faults import is_passing
from storyarn_export.jobs.winding_down import in_any_case
from storyarn_export.materializer.materialize import content_refused, materialize
from storyarn_export.materializer.plan import decide, identify
from storyarn_export.materializer.project import create_project, reserve_project
from storyarn_export.parsers.guard import ZIP_MAGIC, Limits
from storyarn_export.storage.contract import Storage
from storyarn_export.storage.local import LocalStorage

MAX_NAME_LENGTH = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rename:
    """Something that could not keep its name."""

    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Attributes:
        counts: rows stored, by kind; every kind is there.
        total: their sum.
        renames: what could not keep its name.
        unresolved_references: references to what is not in the file, emptied; the first thousand.
        unresolved_total: all of them.
        warnings: what else was left out or changed.
    """

    project_id: int
    name: str
    slug: str
    counts: Mapping[Kind, int]
    total: int
    renames: tuple[Rename, ...]
    unresolved_references: tuple[UnresolvedReference, ...]
    unresolved_total: int
    warnings: tuple[Notice, ...]
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ContentStore:
    """Where the bytes of assets go.

    Attributes:
        storage: takes them.
        forget: removes them where a load came to nothing.
    """

    storage: Storage
    forget: ForgetContents


class LoadProject:
    """Streams a native document or a bundle into a new project, in one transaction.

    Bytes of assets are stored as they are met; a load that comes to nothing takes them away again. One that takes more
    than an hour may lose them to a clean-up.

    Memory: a few batches of BATCH_ROWS, or one entity where that is larger.

    Args:
        bulk: where the connection comes from.
        max_bytes: of the file, and of what it unpacks to.
        max_entity_bytes: of one entity's own JSON.
        contents: where bytes of assets go; None: they are left out.
    """

    def __init__(
        self,
        bulk: asyncpg.Pool,
        *,
        max_bytes: int,
        max_entity_bytes: int,
        contents: ContentStore | None = None,
    ) -> None:
        self._bulk = bulk
        self._limits = Limits(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes)
        self._store = contents

    async def __call__(
        self, source: Path | BinaryIO, *, owner_id: int, name: str | None = None
    ) -> LoadReport:
        """Load a file.

        Args:
            source: a `.json`, `.json.gz`, `.json.zst` or `.zip` file, or an open one of the first three kinds, which
                stays open.
            owner_id: an existing user, who becomes owner; the project comes into their own workspace.
            name: of the new project, 1 to 100 characters; that of the file when absent.

        Raises:
            DocumentError: the file cannot be read or stored; the database is unchanged.
            InvalidRequestError: the name breaks its limits.
            NotFoundError: the owner does not exist or has no workspace.
            ServiceUnavailableError: the database went away or asked for another try.
            StorageError: the bytes of an asset cannot be stored.
            OSError: the file cannot be opened.
        """
        if name is not None and (not 1 <= len(name) <= MAX_NAME_LENGTH or "\0" in name):
            raise InvalidRequestError(f"the name must have 1 to {MAX_NAME_LENGTH} characters")
        async with self._opened(source) as (file, bundle):
            try:
                async with self._bulk.acquire() as connection:
                    project_id = await reserve_project(connection)
                    contents = self._carried(project_id, bundle)
                    async with connection.transaction(), self._forgetting(contents):
                        report = await _load(
                            connection,
                            file,
                            self._limits,
                            contents,
                            project_id=project_id,
                            owner_id=owner_id,
                            name=name,
                        )
                await self._tidy(contents)
            except asyncpg.PostgresError as error:
                raise content_refused(error) or _unavailable(error) from error
            except (ConnectionError, TimeoutError, asyncpg.InterfaceError) as error:
                raise _unavailable(error) from error
        return report

    @asynccontextmanager
    async def _opened(self, source: Path | BinaryIO) -> AsyncIterator[tuple[BinaryIO, Bundle | None]]:
        """The document, and the archive that it is in."""
        if not isinstance(source, Path):
            yield source, None
            return
        with source.open("rb") as file:
            # It may be a pipe, which cannot be read again.
            if not file.peek(len(ZIP_MAGIC)).startswith(ZIP_MAGIC):
                yield file, None
                return
        # Its directory is as good a store as any to read it from.
        async with open_incoming(LocalStorage(source.parent), source.name, self._limits) as incoming:
            yield incoming.file, incoming.bundle

    def _carried(self, project_id: int, bundle: Bundle | None) -> ImportContents | None:
        """What is done with the bytes of assets."""
        if self._store is None:
            return None
        prefix = f"{PREFIX}{project_id}/{uuid7()}/"
        return ImportContents(bundle, storage=self._store.storage, prefix=prefix)

    @asynccontextmanager
    async def _forgetting(self, contents: ImportContents | None) -> AsyncIterator[None]:
        """Remove the bytes of a load that does not come to its commit."""
        try:
            yield
        except BaseException:
            if self._store is not None and contents is not None and contents.stored:
                await in_any_case(self._store.forget.uncommitted(contents.prefix))
            raise

    async def _tidy(self, contents: ImportContents | None) -> None:
        """Remove bytes whose assets were left out: those that are embedded are stored before it is known."""
        if self._store is None or contents is None or contents.stored == contents.brought:
            return
        try:
            await self._store.forget(contents.prefix)
        except Exception as error:
            # The load is committed, whatever happens here.
            if not is_passing(error):
                raise
            log.warning("bytes of assets are left for the clean-up", prefix=contents.prefix)


async def _load(
    connection: BulkConnection,
    file: BinaryIO,
    limits: Limits,
    contents: ImportContents | None,
    *,
    project_id: int,
    owner_id: int,
    name: str | None,
) -> LoadReport:
    started = time.monotonic()
    staged = await stage_file(connection, file, limits, contents=contents)
    head = staged.head
    chosen = name or head.name
    slug = await create_project(connection, head, project_id=project_id, owner_id=owner_id, name=chosen)
    await decide(connection, project_id, None)
    await identify(connection, project_id, None, staged.counts)
    if contents is not None:
        await contents.bring(connection)
    done = await materialize(connection, project_id, head, staged.counts)
    renamed = head.slug is not None and head.slug != slug
    return LoadReport(
        project_id=project_id,
        name=chosen,
        slug=slug,
        counts=done.created,
        total=sum(done.created.values()),
        renames=(Rename("project", head.slug or "", slug),) if renamed else (),
        unresolved_references=done.unresolved,
        unresolved_total=done.unresolved_total,
        warnings=(*staged.notices, *done.notices),
        duration_ms=round((time.monotonic() - started) * 1000),
    )


def _unavailable(error: Exception) -> ServiceUnavailableError:
    return ServiceUnavailableError(f"the database did not take the document ({type(error).__name__})")
