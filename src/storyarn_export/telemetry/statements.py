"""The named statements of this package."""

from importlib.resources import files

from sqlalchemy import TextClause, text


def statement(name: str) -> TextClause:
    """The SQL of `queries/<name>.sql`."""
    return text((files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8"))
