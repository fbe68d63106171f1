"""Writes new names and new targets into values that only a parser of the format understands.

Batch by batch: what a batch may refer to is collected, looked up at once, and written in. Rows that refer to nothing of
it stay where they are.
"""

import asyncio

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import Reference
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.rewriting import (
    Field,
    Rewritten,
    collect,
    known_names,
    replaced_ids,
    retarget_columns,
    staged_mentions,
    store,
    stored_holders,
)
from storyarn_export.parsers.formats.storyarn.stored import Rewriter, Stored, retargeted
from storyarn_export.parsers.guard import Limits


async def apply_renames(connection: BulkConnection, limits: Limits) -> None:
    """Let everything in the file that names a sheet by its shortcut name it as it is called in the project.

    Args:
        connection: whose transaction has chosen names and filled references.
        limits: of the file.
    """
    rewriter = Rewriter(limits)
    async for batch in staged_mentions(connection):
        fields = [_stored(one) for one in batch]
        asked = await asyncio.to_thread(_names_in, rewriter, fields)
        known = await known_names(connection, asked)
        if any(old != new for old, new in known.items()):
            await collect(connection, await asyncio.to_thread(_renamed, rewriter, fields, known))
    await store(connection, "write_mentions")


async def retarget_project(connection: BulkConnection, project_id: int, limits: Limits) -> None:
    """Let the rest of the project refer to the rows that took the place of others.

    Args:
        connection: whose transaction has stored the file's rows.
        project_id: the project.
        limits: of the file; what is in the project keeps to them, too.
    """
    await retarget_columns(connection, project_id)
    rewriter = Rewriter(limits)
    async for batch in stored_holders(connection, project_id):
        cut = await asyncio.to_thread(_cut, rewriter, [_stored(one) for one in batch])
        asked = {(one.target, one.old_id) for _, _, references in cut for one in references}
        replaced = await replaced_ids(connection, asked)
        if replaced:
            await collect(connection, _retargeted(cut, replaced))
    await store(connection, "write_holders")


def _stored(field: Field) -> Stored:
    kind, number, name, type_, value, slugs = field
    return Stored(Kind(kind), number, name, type_, value, slugs)


def _names_in(rewriter: Rewriter, fields: list[Stored]) -> set[str]:
    names: set[str] = set()

    def hear(name: str) -> None:
        names.add(name)

    for field in fields:
        rewriter.renamed(field, hear)
    return names


def _renamed(rewriter: Rewriter, fields: list[Stored], known: dict[str, str]) -> list[Rewritten]:
    renamed = ((field, rewriter.renamed(field, known.get)) for field in fields)
    return [(field.kind, field.number, field.field, value) for field, value in renamed if value is not None]


Cut = tuple[Stored, str, tuple[Reference, ...]]


def _cut(rewriter: Rewriter, fields: list[Stored]) -> list[Cut]:
    return [(field, *rewriter.references(field)) for field in fields]


def _retargeted(cut: list[Cut], replaced: dict[tuple[Kind, str], str]) -> list[Rewritten]:
    values = (
        (field, retargeted(field, holed, references, lambda kind, old_id: replaced.get((kind, old_id))))
        for field, holed, references in cut
    )
    return [(field.kind, field.number, field.field, value) for field, value in values if value is not None]
