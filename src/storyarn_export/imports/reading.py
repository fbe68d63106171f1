"""Files into staging tables: the parser in its thread, one batch ahead of the database."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead
from storyarn_export.domain.story import Kind
from storyarn_export.imports.contents import ImportContents
from storyarn_export.materializer.materialize import stage_document
from storyarn_export.parsers.guard import Limits
from storyarn_export.parsers.registry import Document, open_document

# Rows that one turn of the parser hands over; while they are copied the next turn runs in its thread.
BATCH_ROWS = 1_000

# Told how many rows have been read so far.
OnProgress = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that lies in staging tables.

    Attributes:
        counts: its rows by kind; every kind is there.
        head: what it says of the project.
        notices: what the parser left out.
    """

    counts: Mapping[Kind, int]
    head: ProjectHead
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class ParsedFile(Staged):
    """A file that has just been parsed.

    Attributes:
        document: read to its end.
    """

    document: Document


async def stage_file(
    connection: BulkConnection,
    source: BinaryIO,
    limits: Limits,
    on_progress: OnProgress | None = None,
    contents: ImportContents | None = None,
) -> ParsedFile:
    """Read a file into staging tables.

    Memory: a few batches of BATCH_ROWS, or one entity where that is larger.

    Args:
        connection: in a transaction, which the staging tables end with.
        source: an open file, plain or compressed, which is read forwards and stays open.
        limits: what it may not exceed.
        on_progress: called after every batch.
        contents: what is done with the bytes of assets; None: they are left out.

    Raises:
        DocumentError: the file cannot be read, or its rows clash with each other.
    """
    document = open_document(source, limits, baggage=None if contents is None else contents.baggage)
    async with aclosing(_batches(document.rows(), on_progress)) as batches:
        counts = await stage_document(connection, batches)
    return ParsedFile(counts, document.head(), document.notices(), document)


async def _batches(
    rows: Iterator[DocumentRow], on_progress: OnProgress | None
) -> AsyncGenerator[list[DocumentRow], None]:
    """Rows in batches, parsed in a thread, one batch ahead of the reader."""

    def take() -> list[DocumentRow]:
        return list(islice(rows, BATCH_ROWS))

    read = 0
    ahead = asyncio.create_task(asyncio.to_thread(take))
    try:
        while batch := await asyncio.shield(ahead):
            ahead = asyncio.create_task(asyncio.to_thread(take))
            yield batch
            read += len(batch)
            if on_progress:
                await on_progress(read)
    finally:
        # The thread cannot be stopped, and the file must not be closed under it. What it still raises is past.
        await asyncio.wait([ahead])
        ahead.exception()
