"""Rows of a large file as the look at it has staged them, kept beside it: its execution need not parse it again.

Nothing depends on them: where they are missing, broken or of another version of the service, the file is parsed.
"""

from contextlib import aclosing
from typing import Any

import asyncpg
import orjson
import structlog

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import Notice, ProjectHead
from storyarn_export.domain.errors import StorageError
from storyarn_export.domain.imports import rows_key
from storyarn_export.domain.story import Kind
from storyarn_export.imports.reading import OnProgress, Staged
from storyarn_export.materializer.plan import tell_planner
from storyarn_export.materializer.restaging import (
    END,
    LAYOUT,
    BrokenFramesError,
    FrameReader,
    copy_in,
    copy_out,
    write_frames,
)
from storyarn_export.storage.contract import Storage

# Fewer rows are parsed in less time than a file takes to come and go.
KEEP_FROM_ROWS = 10_000
# What the server says of bytes that are no rows of the staging tables.
NOT_THE_ROWS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProtocolViolationError)

log = structlog.get_logger(__name__)


class KeptRows:
    """The rows of one stored file.

    Args:
        storage: where they are kept.
        key: of the file.
    """

    def __init__(self, storage: Storage, key: str) -> None:
        self._storage = storage
        self._key = rows_key(key)

    async def keep(self, connection: BulkConnection, staged: Staged) -> None:
        """Keep what has been staged, if it is worth it and the store takes it.

        Memory: that of one upload, and of `copy_out`.

        Args:
            connection: whose transaction has staged the file and decided nothing yet.
            staged: the file.
        """
        if sum(staged.counts.values()) < KEEP_FROM_ROWS:
            return
        try:
            async with await self._storage.create(self._key) as upload:
                try:
                    await write_frames(_printed(staged), upload.write)
                    await upload.write(END)
                    # Broken off by the store the copy fails on the server too, and what has been staged has to stay.
                    async with connection.transaction():
                        await copy_out(connection, upload.write)
                    await upload.seal()
                    await upload.publish()
                except BaseException:
                    await upload.discard()
                    raise
        except StorageError as error:
            log.warning("the rows of an import are not kept", key=self._key, error=error.message)

    async def stage(self, connection: BulkConnection, on_progress: OnProgress | None) -> Staged | None:
        """Stage the rows again.

        Memory: one frame.

        Args:
            connection: in a transaction that has no staging tables, which they end with.
            on_progress: told how many rows have been read so far, as far as bytes tell; at the end, all.

        Returns:
            What was kept; None where there is nothing of use, and there are no staging tables.
        """
        try:
            size = await self._storage.size(self._key)
            if size is None:
                return None
            async with aclosing(self._storage.open_read(self._key)) as pieces, connection.transaction():  # type: ignore[type-var]
                frames = FrameReader(pieces)
                staged = _read(b"".join([piece async for piece in frames.table()]))
                if staged is None:
                    return None
                total = sum(staged.counts.values())

                async def on_bytes(read: int) -> None:
                    if on_progress:
                        await on_progress(min(total * read // size, total - 1))

                frames.on_bytes = on_bytes
                await copy_in(connection, frames)
        except (StorageError, BrokenFramesError, *NOT_THE_ROWS) as error:
            log.warning("kept rows are of no use; the file is parsed", key=self._key, error=repr(error))
            return None
        await tell_planner(connection, staged.counts)
        if on_progress:
            await on_progress(total)
        return staged


def _printed(staged: Staged) -> bytes:
    head = staged.head
    return orjson.dumps(
        {
            "layout": LAYOUT,
            "counts": {kind.value: count for kind, count in staged.counts.items()},
            "head": [head.name, head.slug, head.description, head.settings, head.source_language],
            "notices": [[one.code, one.message, one.path, one.count] for one in staged.notices],
        }
    )


def _read(printed: bytes) -> Staged | None:
    """What `_printed` has made; None where another version has."""
    try:
        said: dict[str, Any] = orjson.loads(printed)
        if said["layout"] != LAYOUT:
            return None
        counts = {Kind(kind): int(count) for kind, count in said["counts"].items()}
        return Staged(counts, ProjectHead(*said["head"]), tuple(Notice(*one) for one in said["notices"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenFramesError from error
