"""The named statements of this package."""

from importlib.resources import files


def statement(name: str) -> str:
    """The SQL of `queries/<name>.sql`."""
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")
