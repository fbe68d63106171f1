"""Builds everything the service is made of. Nothing else constructs pools, storage, registries or the queue."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from storyarn_export.db.session import Sessions, create_bulk_pool, create_engine, create_sessions
from storyarn_export.exports.attempt import RunPolicy
from storyarn_export.exports.quick import QuickExport
from storyarn_export.exports.request import RequestExport
from storyarn_export.exports.run import RunExport
from storyarn_export.imports.load import LoadProject
from storyarn_export.queueing.queue import Queue
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.settings import Settings
from storyarn_export.storage.local import LocalStorage

# Connections of one process at most: a worker holds one a running export for the rows and one for a moment a write.
ENGINE_CONNECTIONS = 10
BULK_CONNECTIONS = 12
QUEUE_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Services:
    """What ways in (API, worker, command line) work with.

    Attributes:
        engine: SQLAlchemy over psycopg, for small transactions; `sessions` makes sessions on it.
        bulk: asyncpg connections to the primary, for COPY and LISTEN.
        reads: asyncpg connections for streaming reads, to a replica where one is set.
    """

    settings: Settings
    database_url: str
    engine: AsyncEngine
    sessions: Sessions
    bulk: asyncpg.Pool
    reads: asyncpg.Pool
    storage: LocalStorage
    formats: FormatRegistry
    queue: Queue
    request_export: RequestExport
    run_export: RunExport
    quick_export: QuickExport
    load_project: LoadProject


def format_registry() -> FormatRegistry:
    """Every format there is, in the order in which they are shown. A new format is one more here."""
    return FormatRegistry([STORYARN])


@asynccontextmanager
async def open_services(settings: Settings, *, database_url: str, role: str) -> AsyncIterator[Services]:
    """Open the services of one process; they are closed with the block.

    Args:
        settings: of the process.
        database_url: of the running database, embedded or configured.
        role: what the process is (`api`, `worker`, `cli`), for pg_stat_activity.
    """
    name = f"storyarn-{role}"
    async with AsyncExitStack() as stack:
        engine = create_engine(database_url, size=ENGINE_CONNECTIONS, application_name=name)
        stack.push_async_callback(engine.dispose)
        bulk = await create_bulk_pool(database_url, size=BULK_CONNECTIONS, application_name=f"{name}-bulk")
        stack.push_async_callback(bulk.close)
        reads = bulk
        if settings.export_database_url is not None:
            reads = await create_bulk_pool(
                settings.export_database_url, size=BULK_CONNECTIONS, application_name=f"{name}-reads"
            )
            stack.push_async_callback(reads.close)
        queue = Queue(database_url, pool_size=QUEUE_CONNECTIONS, application_name=f"{name}-queue")
        await queue.open()
        stack.push_async_callback(queue.close)
        sessions = create_sessions(engine)
        storage = LocalStorage(settings.local_storage_dir)
        formats = format_registry()
        request = RequestExport(reads, formats, queue, threshold=settings.sync_threshold)
        yield Services(
            settings=settings,
            database_url=database_url,
            engine=engine,
            sessions=sessions,
            bulk=bulk,
            reads=reads,
            storage=storage,
            formats=formats,
            queue=queue,
            request_export=request,
            run_export=RunExport(
                sessions=sessions,
                bulk=reads,
                storage=storage,
                formats=formats,
                queue=queue,
                policy=RunPolicy(
                    progress_every=settings.progress_every,
                    progress_min_interval_seconds=settings.progress_min_interval_seconds,
                    checkpoint_bytes=settings.checkpoint_bytes,
                    max_retries=settings.export_max_retries,
                    retention=timedelta(hours=settings.retention_hours),
                ),
            ),
            quick_export=QuickExport(reads, formats, request, threshold=settings.sync_threshold),
            load_project=LoadProject(
                bulk, max_bytes=settings.max_import_bytes, max_entity_bytes=settings.max_entity_bytes
            ),
        )
