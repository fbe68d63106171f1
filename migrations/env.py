"""Alembic's entry: online only, on psycopg, in one transaction a revision."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

from storyarn_export.db.models import Base
from storyarn_export.db.urls import psycopg_url


def include_name(name: str | None, type_: str, _parents: object) -> bool:
    """Leave the queue library's own tables to its vendored SQL."""
    return not (type_ == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    """Run what was asked for against the configured database."""
    url = context.config.attributes.get("url") or os.environ["STORYARN_DATABASE_URL"]
    engine = create_engine(psycopg_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include_name,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
