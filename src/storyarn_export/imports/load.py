"""Loads a native document into a new project."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import Notice, UnresolvedReference
from storyarn_export.domain.errors import InvalidRequestError, ServiceUnavailableError
from storyarn_export.domain.story import Kind
from storyarn_export.imports.reading import stage_file
from storyarn_export.materializer.materialize import content_refused, materialize
from storyarn_export.materializer.plan import decide, identify
from storyarn_export.materializer.project import create_project
from storyarn_export.parsers.guard import Limits

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
            try:
                async with self._bulk.acquire() as connection, connection.transaction():
                    return await _load(connection, file, self._limits, owner_id=owner_id, name=name)
            except asyncpg.PostgresError as error:
                raise content_refused(error) or _unavailable(error) from error
            except (ConnectionError, TimeoutError, asyncpg.InterfaceError) as error:
                raise _unavailable(error) from error


async def _load(
    connection: BulkConnection, file: BinaryIO, limits: Limits, *, owner_id: int, name: str | None
) -> LoadReport:
    started = time.monotonic()
    staged = await stage_file(connection, file, limits)
    head = staged.head
    chosen = name or head.name
    project_id, slug = await create_project(connection, head, owner_id=owner_id, name=chosen)
    await decide(connection, project_id, None)
    await identify(connection, project_id, None, staged.counts)
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
