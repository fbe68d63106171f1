"""Counts of what has happened, over all processes."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import Tally
from storyarn_export.domain.labels import printed_labels


async def tally(session: AsyncSession, name: str, by: float = 1, /, **labels: str) -> None:
    """Add to a count, in the caller's transaction: what is rolled back has not happened.

    Transactions that add to one count wait for each other, so it is done last and where little is written.

    Args:
        session: whose transaction it becomes part of.
        name: of the metric, without prefix and suffix, such as `export_rescues`.
        by: how much; not negative.
        labels: few values each, such as the format; a count is kept for every combination.
    """
    statement = insert(Tally).values(name=name, labels=printed_labels(labels), value=by)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Tally.name, Tally.labels], set_={"value": Tally.value + statement.excluded.value}
        )
    )


async def measure(session: AsyncSession, name: str, value: float, /, **labels: str) -> None:
    """Add one measurement: its value to a count, and one to the count `<name>_count`, so that a mean can be told.

    Args:
        session: whose transaction it becomes part of.
        name: of the metric, with its unit, such as `export_seconds`.
        value: not negative.
        labels: as of `tally`.
    """
    await tally(session, name, value, **labels)
    await tally(session, f"{name}_count", **labels)
