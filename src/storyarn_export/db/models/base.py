"""What every table shares: naming of constraints, column types, the two timestamps."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, MetaData, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Ids come from sequences, yet a bulk load may bring ids that it drew from the same sequence.
PrimaryKey = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
Json = Annotated[Any, mapped_column(JSONB)]
Name = Annotated[str, mapped_column(String(255))]
LongText = Annotated[str, mapped_column(Text)]
# Text whose order is part of the file format: bytewise, whatever the locale of the database.
Ordered = Annotated[str, mapped_column(String(255, collation="C"))]
Locale = Annotated[str, mapped_column(String(10, collation="C"))]
Moment = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True))]
Second = Annotated[
    datetime, mapped_column(TIMESTAMP(timezone=True, precision=0), server_default=text("now()"))
]

EMPTY_OBJECT = text("'{}'::jsonb")
EMPTY_ARRAY = text("'[]'::jsonb")
TRUE = text("true")
FALSE = text("false")
ZERO = text("0")


class Base(DeclarativeBase):
    """Root of all models; its metadata is what Alembic compares the database with."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_index",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )


class Timestamped:
    """When a row was made and last changed, to the second."""

    inserted_at: Mapped[Second]
    updated_at: Mapped[Second]


def one_of(column: str, *values: str) -> CheckConstraint:
    """A CHECK that `column` holds one of `values` (or NULL where the column allows it)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def length(column: str, least: int, most: int) -> CheckConstraint:
    """A CHECK that `column` holds `least` to `most` characters."""
    return CheckConstraint(f"char_length({column}) BETWEEN {least} AND {most}", name=f"{column}_length")


def between(column: str, least: float, most: float) -> CheckConstraint:
    """A CHECK that `column` is a number from `least` to `most`, both included; NaN is above every number."""
    return CheckConstraint(f"{column} BETWEEN {least} AND {most}", name=f"{column}_range")


def positive(column: str) -> CheckConstraint:
    """A CHECK that `column` is above zero and finite; NaN counts as above infinity."""
    return CheckConstraint(f"{column} > 0 AND {column} < 'Infinity'", name=f"{column}_range")


def finite(column: str) -> CheckConstraint:
    """A CHECK that `column` is neither NaN nor infinite."""
    return CheckConstraint(f"{column} > '-Infinity' AND {column} < 'Infinity'", name=f"{column}_finite")


SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
SHORTCUT = "^[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?$"
