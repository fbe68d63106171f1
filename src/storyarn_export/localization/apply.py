"""A file comes back from translators."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import islice
from typing import BinaryIO

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.db.transaction import bulk_transaction
from storyarn_export.domain.errors import ProjectBusyError
from storyarn_export.localization.format import TextFormat
from storyarn_export.localization.limits import (
    AT_A_TIME,
    BATCH_ROWS,
    LOCK_WAIT_SECONDS,
    MAX_LISTED,
    MAX_TEXT_CHARACTERS,
)
from storyarn_export.localization.report import ExchangeReport, Place, Places
from storyarn_export.localization.statements import statement
from storyarn_export.localization.texts import Change, Fault, split_key
from storyarn_export.localization.threads import one_thread
from storyarn_export.materializer.project import lock_project
from storyarn_export.serializers.writing.words import count_words

STAGE, DROP_REPEATED, APPLY, JUDGE = map(statement, ("stage", "drop_repeated", "apply", "judge"))
COLUMNS = (
    "ordinal",
    "place",
    "source_type",
    "source_id",
    "source_field",
    "locale_code",
    "source_hash",
    "translated_text",
    "word_count",
    "status",
)
NUL = "\x00"
# Of a key that is none.
MAX_SHOWN = 100
UNKNOWN = ("unknown-text", "unknown-language")


class ApplyTexts:
    """Changes the texts that a file has other translations or statuses for, all in one transaction.

    Memory: a batch of rows, the faults that are listed, and what the format's library holds.

    Args:
        bulk: connections to the primary.
    """

    def __init__(self, bulk: asyncpg.Pool) -> None:
        self._bulk = bulk
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def __call__(
        self, *, project_id: int, user_id: int, chosen: TextFormat, file: BinaryIO, preview: bool
    ) -> ExchangeReport:
        """Read a file and do as it says.

        Args:
            project_id: id of the project.
            user_id: who brings the file; may.
            chosen: the format.
            file: at its start.
            preview: only say what would be done.

        Raises:
            DocumentError: the file as a whole cannot be read; nothing is changed.
            NotFoundError: there is no such project.
            ProjectBusyError: an import into the project goes on, or someone changes the same texts.
        """
        async with self._places, self._bulk.acquire() as connection:
            try:
                async with bulk_transaction(connection, keep=not preview):
                    faults = await _stage(connection, chosen, file)
                    # Not before: reading may take a while, and other imports would wait for it.
                    await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'")
                    await lock_project(connection, project_id)
                    await connection.execute(APPLY, project_id, user_id)
                    return await _judge(connection, project_id, faults)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
                raise ProjectBusyError("Others were changing the project for too long.") from error


class _Faults:
    """The first faults, and how many there are."""

    def __init__(self) -> None:
        self.total = 0
        self.listed: list[Place] = []

    def add(self, fault: Fault) -> None:
        self.total += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(Place(*fault))

    def places(self) -> Places:
        return Places(self.total, self.listed)


async def _stage(connection: BulkConnection, chosen: TextFormat, file: BinaryIO) -> _Faults:
    """Put all changes into a table, except those that are no good."""
    faults = _Faults()
    await connection.execute(STAGE)
    ordinal = 0
    async with aclosing(_batches(chosen, file)) as batches:
        async for batch in batches:
            rows: list[tuple[object, ...]] = []
            for one in batch:
                ordinal += 1
                row = _row(one) if isinstance(one, Change) else one
                if isinstance(row, Fault):
                    faults.add(row)
                else:
                    rows.append((ordinal, *row))
            await connection.copy_records_to_table("staged_changes", records=rows, columns=COLUMNS)
    # Made while there was nothing to be known of it.
    await connection.execute("ANALYZE staged_changes")
    for _, place, key, locale in await connection.fetch(DROP_REPEATED):
        faults.add(Fault(place, key, locale, "duplicate", "The file says this text more than once."))
    return faults


async def _batches(chosen: TextFormat, file: BinaryIO) -> AsyncGenerator[list[Change | Fault], None]:
    async with one_thread() as run:
        said = chosen.read(file)
        try:
            while batch := await run(lambda: list(islice(said, BATCH_ROWS))):
                yield batch
        finally:
            # Where it was begun, too.
            await run(said.close)


def _row(change: Change) -> tuple[object, ...] | Fault:
    """The row of a change; a fault where it cannot be one."""
    place, key, locale, digest, text, _ = change
    parts = split_key(key)
    if parts is None or NUL in key + locale + digest:
        return Fault(place, key[:MAX_SHOWN], locale, "bad-key", "This is not the key of a text.")
    if text is None:
        return (place, *parts, locale, digest, None, None, change.status)
    if len(text) > MAX_TEXT_CHARACTERS:
        message = f"A text has at most {MAX_TEXT_CHARACTERS} characters."
        return Fault(place, key, locale, "bad-text", message)
    if NUL in text:
        return Fault(place, key, locale, "bad-text", "A text cannot hold the character U+0000.")
    return (place, *parts, locale, digest, text, count_words([text]), change.status)


async def _judge(connection: BulkConnection, project_id: int, faults: _Faults) -> ExchangeReport:
    rows = await connection.fetch(JUDGE, project_id, MAX_LISTED)
    total = {row["verdict"]: row["total"] for row in rows}

    def places(*verdicts: str) -> Places:
        listed = [
            Place(row["place"], row["key"], row["locale_code"], row["verdict"] if len(verdicts) > 1 else None)
            for row in rows
            if row["verdict"] in verdicts
        ]
        return Places(sum(total.get(verdict, 0) for verdict in verdicts), listed[:MAX_LISTED])

    return ExchangeReport(
        updated=places("updated"),
        unchanged=total.get("unchanged", 0),
        stale=places("stale"),
        unknown=places(*UNKNOWN),
        errors=faults.places(),
    )
