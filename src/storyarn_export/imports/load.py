"""Loads a native document into a new project."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import DocumentRow, Notice, UnresolvedReference
from storyarn_export.domain.errors import InvalidRequestError, ServiceUnavailableError
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.materialize import content_refused, materialize, stage_document
from storyarn_export.materializer.project import create_project
from storyarn_export.parsers.guard import Limits
from storyarn_export.parsers.registry import Document, open_document

# Rows that one turn of the parser hands over; while they are copied the next turn runs in its thread.
BATCH_ROWS = 1_000
MAX_NAME_LENGTH = 100


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


class LoadProject:
    """Streams a native document into a new project, in one transaction.

    Memory: a few batches of BATCH_ROWS, or one entity where that is larger.

    Args:
        bulk: where the connection comes from.
        max_bytes: of the file, and of what it unpacks to.
        max_entity_bytes: of one entity's own JSON.
    """

    def __init__(self, bulk: asyncpg.Pool, *, max_bytes: int, max_entity_bytes: int) -> None:
        self._bulk = bulk
        self._limits = Limits(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes)

    async def __call__(
        self, source: Path | BinaryIO, *, owner_id: int, name: str | None = None
    ) -> LoadReport:
        """Load a document.

        Args:
            source: a `.json` or `.json.gz` file, or an open one, which stays open.
            owner_id: an existing user, who becomes owner; the project comes into their own workspace.
            name: of the new project, 1 to 100 characters; that of the file when absent.

        Raises:
            DocumentError: the file cannot be read or stored; the database is unchanged.
            InvalidRequestError: the name breaks its limits.
            NotFoundError: the owner does not exist or has no workspace.
            ServiceUnavailableError: the database went away or asked for another try.
            OSError: the file cannot be opened.
        """
        if name is not None and (not 1 <= len(name) <= MAX_NAME_LENGTH or "\0" in name):
            raise InvalidRequestError(f"the name must have 1 to {MAX_NAME_LENGTH} characters")
        opened: AbstractContextManager[BinaryIO]
        opened = source.open("rb") if isinstance(source, Path) else nullcontext(source)
        with opened as file:
            document = open_document(file, self._limits)
            try:
                async with self._bulk.acquire() as connection, connection.transaction():
                    return await _load(connection, document, owner_id=owner_id, name=name)
            except asyncpg.PostgresError as error:
                raise content_refused(error) or _unavailable(error) from error
            except (ConnectionError, TimeoutError, asyncpg.InterfaceError) as error:
                raise _unavailable(error) from error


async def _load(
    connection: BulkConnection, document: Document, *, owner_id: int, name: str | None
) -> LoadReport:
    started = time.monotonic()
    async with aclosing(_batches(document.rows())) as batches:
        staged = await stage_document(connection, batches)
    head = document.head()
    chosen = name or head.name
    project_id, slug = await create_project(connection, head, owner_id=owner_id, name=chosen)
    done = await materialize(connection, project_id, head, staged)
    renamed = head.slug is not None and head.slug != slug
    return LoadReport(
        project_id=project_id,
        name=chosen,
        slug=slug,
        counts=done.counts,
        total=sum(done.counts.values()),
        renames=(Rename("project", head.slug or "", slug),) if renamed else (),
        unresolved_references=done.unresolved,
        unresolved_total=done.unresolved_total,
        warnings=(*document.notices(), *done.notices),
        duration_ms=round((time.monotonic() - started) * 1000),
    )


async def _batches(rows: Iterator[DocumentRow]) -> AsyncGenerator[list[DocumentRow], None]:
    """Rows in batches, parsed in a thread, one batch ahead of the reader."""

    def take() -> list[DocumentRow]:
        return list(islice(rows, BATCH_ROWS))

    ahead = asyncio.create_task(asyncio.to_thread(take))
    try:
        while batch := await asyncio.shield(ahead):
            ahead = asyncio.create_task(asyncio.to_thread(take))
            yield batch
    finally:
        # The thread cannot be stopped, and the file must not be closed under it. What it still raises is past.
        await asyncio.wait([ahead])
        ahead.exception()


def _unavailable(error: Exception) -> ServiceUnavailableError:
    return ServiceUnavailableError(f"the database did not take the document ({type(error).__name__})")
