"""Ways to the database: SQLAlchemy over psycopg for small transactions, asyncpg for bulk."""

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from storyarn_export.db.urls import plain_url, psycopg_url

IDLE_IN_TRANSACTION_SECONDS = 5
# A process that is frozen inside a transaction must not keep its locks from those who take its work over.
IDLE_LIMIT = f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS * 1000}"
CONNECT_TIMEOUT_SECONDS = 10
POOL_TIMEOUT_SECONDS = 10
# The bulk pool takes reads that may last hours; a command that hangs longer than this is not one of them.
BULK_COMMAND_TIMEOUT_SECONDS = 6 * 3600
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

# What a pool lends is a proxy that behaves like the connection.
BulkConnection = asyncpg.Connection | PoolConnectionProxy
Sessions = async_sessionmaker[AsyncSession]


def create_engine(
    url: str, *, size: int, application_name: str, statement_seconds: float | None = None
) -> AsyncEngine:
    """An engine over psycopg.

    Args:
        url: PostgreSQL URL, any driver.
        size: connections at most; a caller beyond that waits POOL_TIMEOUT_SECONDS, then fails.
        application_name: shown in pg_stat_activity.
        statement_seconds: that a statement may take; None: as long as it likes.
    """
    limits = [IDLE_LIMIT]
    if statement_seconds is not None:
        limits.append(f"-c statement_timeout={round(statement_seconds * 1000)}")
    return create_async_engine(
        psycopg_url(url),
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        # Parameters hold people's text and digests of secrets; they have no place in logged errors.
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": application_name,
            "options": " ".join(limits),
            **KEEPALIVES,
        },
    )


def create_sessions(engine: AsyncEngine) -> Sessions:
    """A maker of sessions whose objects stay readable after commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def create_bulk_pool(url: str, *, size: int, application_name: str) -> asyncpg.Pool:
    """A pool of asyncpg connections for cursors, COPY and LISTEN.

    Args:
        url: PostgreSQL URL, any driver.
        size: connections at most; none is opened before it is needed.
        application_name: shown in pg_stat_activity.
    """
    return await asyncpg.create_pool(
        plain_url(url),
        min_size=0,
        max_size=size,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=BULK_COMMAND_TIMEOUT_SECONDS,
        server_settings={"application_name": application_name, "jit": "off", "timezone": "UTC"},
    )
