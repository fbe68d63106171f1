"""Tells what linking left out or emptied."""

from collections.abc import AsyncIterator, Mapping

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import Notice, UnresolvedReference
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.statements import statement

# References listed one by one; the rest are only counted.
MAX_LISTED = 1000
# Rows of a cursor that are held at a time.
PREFETCHED_ROWS = 1000
MESSAGES = {
    "self-connection": "a connection from something to itself was left out",
    "dead-connection": "a connection with an end that is not there was left out",
    "repeated-connection": "a connection that is there already was left out",
    "ownerless-text": "a text whose owner is not in the file was left out",
    "taken-localization-id": "a dialogue whose localization id is taken got another one",
    "parent-cycle": "a cycle of parents was broken",
}
REPEATED = {
    "shortcut": "a shortcut that is taken was left out",
    "is_main": "only one flow can be the main flow",
    "linked_flow_id": "only one screenplay can be linked to a flow",
    "variable_name": "a variable name that is taken was left out",
    "is_source": "only one language can be the source language",
}
SINGLE = {
    Kind.LANGUAGE: "a language that is there already was left out",
    Kind.GLOSSARY_ENTRY: "a glossary row that is there already was left out",
    Kind.LOCALIZED_TEXT: "a text that is there already was left out",
}


async def list_unresolved(connection: BulkConnection) -> tuple[UnresolvedReference, ...]:
    """The first MAX_LISTED references that were emptied, in the order of the file."""
    rows = await connection.fetch(statement("list_unresolved"), MAX_LISTED)
    return tuple(
        UnresolvedReference(Kind(row["kind"]), row["owner"], row["path"], row["old_id"]) for row in rows
    )


async def count_unresolved(connection: BulkConnection) -> int:
    """How many references were emptied."""
    count: int = await connection.fetchval(statement("count_unresolved"))
    return count


async def collect_notices(
    connection: BulkConnection, due: Mapping[Kind, int], stored: Mapping[Kind, int]
) -> tuple[Notice, ...]:
    """What else was left out or changed, each with its first place.

    Args:
        connection: whose transaction has linked the rows.
        due: rows to be stored, by kind.
        stored: rows inserted or updated, by kind.
    """
    rows = await connection.fetch(statement("count_findings"))
    found = [
        Notice(row["code"], MESSAGES.get(row["code"]) or REPEATED[row["field"]], row["path"], row["rows"])
        for row in rows
    ]
    ownerless = sum(notice.count for notice in found if notice.code == "ownerless-text")
    for kind, message in SINGLE.items():
        missing = due[kind] - stored[kind] - (ownerless if kind is Kind.LOCALIZED_TEXT else 0)
        if missing:
            found.append(Notice("repeated-row", message, None, missing))
    repeated = await connection.fetchrow(statement("count_repeated_roots"))
    if repeated is not None:
        found.append(
            Notice(
                "repeated-root",
                "a second root with the same shortcut was left out; what refers to it means the first",
                repeated["path"],
                repeated["rows"],
            )
        )
    return tuple(found)


def unresolved_rows(connection: BulkConnection) -> AsyncIterator[asyncpg.Record]:
    """All references that were emptied, by the ordinals of their rows: `ordinal`, `field`, `old_id`, `target`.

    Args:
        connection: whose transaction has linked the rows.
    """
    return aiter(connection.cursor(statement("all_unresolved"), prefetch=PREFETCHED_ROWS))
