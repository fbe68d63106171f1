"""Brings the schema to the newest revision, and says whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text

from storyarn_export.db.urls import psycopg_url

# Two processes that start at once must not both migrate; any constant will do, it only has to be ours.
MIGRATION_LOCK = 7_305_811_001
PACKAGE = Path(__file__).parents[1]


def _config(url: str) -> Config:
    # A wheel carries the migrations inside the package, a checkout has them at its root.
    inside = PACKAGE / "_migrations"
    config = Config()
    location = inside if inside.is_dir() else PACKAGE.parents[1] / "migrations"
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply all missing migrations; safe when several processes call it at once.

    Args:
        url: PostgreSQL URL.
        revision: where to stop.
    """
    engine = create_engine(psycopg_url(url), poolclass=pool.NullPool)
    with engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        command.upgrade(_config(url), revision)
    engine.dispose()


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back; data in dropped tables is lost.

    Args:
        url: PostgreSQL URL.
        revision: where to stop.
    """
    command.downgrade(_config(url), revision)


def revisions(url: str) -> tuple[str | None, str | None]:
    """The revision of the database and the newest one there is."""
    head = ScriptDirectory.from_config(_config(url)).get_current_head()
    engine = create_engine(psycopg_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return current, head
