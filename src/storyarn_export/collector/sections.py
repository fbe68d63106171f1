"""Which statements read a section, and with what."""

from collections.abc import Awaitable
from dataclasses import dataclass

from storyarn_export.collector.census import Census
from storyarn_export.collector.cursor import Cursor, find_place
from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.rows import FIELDS
from storyarn_export.domain.story import Kind, Section, Tag

SHEETS, FLOWS, SCENES, SCREENPLAYS = map(statement, ("sheets", "flows", "scenes", "screenplays"))
LANGUAGES, TEXTS, GLOSSARY, ASSETS = map(statement, ("languages", "texts", "glossary", "assets"))
ASSET_CONTENTS = statement("asset_contents")
FROM_THE_START = (None, None, None, None)
BODY_COLUMNS = 2
# Tag, object, then where the bytes are, two digests, and their number.
ASSET_COLUMNS = 6


def _columns(*tags: Tag) -> int:
    """Columns of a statement whose rows have these tags."""
    return 1 + max(len(FIELDS[tag]) for tag in tags)


SHEET_COLUMNS = _columns(Tag.BLOCK, Tag.TABLE_ROW)
FLOW_COLUMNS = _columns(Tag.NODE, Tag.FLOW_CONNECTION)
TEXT_COLUMNS, TERM_COLUMNS = _columns(Tag.TEXT), _columns(Tag.TERM)


@dataclass(frozen=True, slots=True)
class Query:
    """A statement with its parameters.

    Attributes:
        arguments: those after the project.
        columns: how many columns a row has, its tag included.
    """

    sql: str
    arguments: tuple[object, ...]
    columns: int = BODY_COLUMNS


async def section_queries(
    connection: BulkConnection,
    section: Section,
    options: ExportOptions,
    census: Awaitable[Census],
    after: Cursor | None,
) -> list[Query]:
    """The statements that read a section, in order.

    Args:
        connection: finds the cursor's row.
        section: which section.
        options: the filters.
        census: of the snapshot, awaited where it may show that nothing is to be left out.
        after: the last row that is not wanted; None for all rows.

    Raises:
        LookupError: the cursor's row is gone.
    """
    match section:
        case Section.SHEETS:
            start = await find_place(connection, after)
            return [Query(SHEETS, (options.sheet_ids, start.root, start.path), SHEET_COLUMNS)]
        case Section.FLOWS:
            start = await find_place(connection, after)
            whole = not (await census).dead_connections
            return [Query(FLOWS, (options.flow_ids, whole, start.root, start.path), FLOW_COLUMNS)]
        case Section.SCENES:
            start = await find_place(connection, after)
            return [Query(SCENES, (options.scene_ids, start.root, start.path))]
        case Section.SCREENPLAYS:
            start = await find_place(connection, after)
            return [Query(SCREENPLAYS, (start.root, start.path))]
        case Section.LOCALIZATION:
            return _localization(options, await census, after)
        case Section.ASSETS:
            passed = None if after is None else int(after.key[0])
            return [await _assets(options, census, passed)]


async def _assets(options: ExportOptions, census: Awaitable[Census], passed: int | None) -> Query:
    if not options.carries_bytes:
        return Query(ASSETS, (passed,))
    # The very ids that were counted.
    return Query(ASSET_CONTENTS, (passed, (await census).used_assets), ASSET_COLUMNS)


def _localization(options: ExportOptions, census: Census, after: Cursor | None) -> list[Query]:
    owners = (
        options.include_sheets,
        options.sheet_ids,
        options.include_flows,
        options.flow_ids,
        options.include_screenplays,
        not census.ownerless_texts,
    )
    text: tuple[object, ...] = FROM_THE_START
    if after is not None and after.kind is Kind.LOCALIZED_TEXT:
        source_type, source_id, field, locale = after.key
        text = (source_type, int(source_id), field, locale)

    def passed(kind: Kind) -> int:
        return int(after.key[0]) if after is not None and after.kind is kind else 0

    queries = {
        Kind.LANGUAGE: Query(LANGUAGES, (options.languages, passed(Kind.LANGUAGE))),
        Kind.LOCALIZED_TEXT: Query(TEXTS, (options.languages, *owners, *text), TEXT_COLUMNS),
        Kind.GLOSSARY_ENTRY: Query(GLOSSARY, (options.languages, passed(Kind.GLOSSARY_ENTRY)), TERM_COLUMNS),
    }
    begun = 0 if after is None else list(queries).index(after.kind)
    return list(queries.values())[begun:]
