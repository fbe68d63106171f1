"""The named statements of this package."""

from importlib.resources import files


def statement(name: str) -> str:
    """The SQL of `queries/<name>.sql`."""
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def statements(name: str) -> list[str]:
    """The SQL of `queries/<name>.sql`, a file of several statements of which some take parameters: one by one."""
    return statement(name).split(";\n\n")
