"""Builds everything the service is made of. Nothing else constructs pools, storage, registries or the queue."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

import asyncpg
from opentelemetry.trace import TracerProvider
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from storyarn_export.bootstrap_imports import Imports, build_imports
from storyarn_export.bootstrap_localization import Localization, build_localization
from storyarn_export.bootstrap_storage import open_store
from storyarn_export.bootstrap_verifications import Verifications, build_verifications
from storyarn_export.contents.replace import ReplaceContent
from storyarn_export.contents.unclaimed import ForgetContents
from storyarn_export.db.session import Sessions, create_bulk_pool, create_engine, create_sessions
from storyarn_export.domain.cron import Cron
from storyarn_export.exports.attempt import RunPolicy
from storyarn_export.exports.cancel import CancelExport
from storyarn_export.exports.clean_up import CleanUp
from storyarn_export.exports.due import QueueCleanUp
from storyarn_export.exports.quick import QuickExport
from storyarn_export.exports.request import RequestExport
from storyarn_export.exports.rescue import RescueExports
from storyarn_export.exports.run import RunExport
from storyarn_export.exports.sweep import SweepJob
from storyarn_export.exports.undo import KeepBefore
from storyarn_export.exports.validate import ValidateProject
from storyarn_export.imports.load import ContentStore, LoadProject
from storyarn_export.queueing.queue import EXPORTS, IMPORTS, MAINTENANCE, Queue
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.settings import Settings, SettingsError
from storyarn_export.storage.contract import Storage
from storyarn_export.storage.counted import CountedStorage
from storyarn_export.telemetry.durable import DurableMetrics
from storyarn_export.telemetry.exporting import TracingNotInstalledError, open_exporting
from storyarn_export.telemetry.exposition import Exposition
from storyarn_export.telemetry.process import process_registry
from storyarn_export.telemetry.spans import Tracing

# Connections of one process at most: a worker holds one a running export for the rows and one for a moment a write.
ENGINE_CONNECTIONS = 10
BULK_CONNECTIONS = 12
QUEUE_CONNECTIONS = 8
# The role of a process that answers requests.
API = "api"


@dataclass(frozen=True, slots=True)
class Services:
    """What ways in (API, worker, command line) work with.

    Attributes:
        engine: SQLAlchemy over psycopg, for small transactions; `sessions` makes sessions on it.
        bulk: asyncpg connections to the primary, for COPY and LISTEN.
        reads: asyncpg connections for streaming reads, to a replica where one is set.
        metrics: of this process; its parts add theirs.
        exposition: those metrics and the database's, as text.
        tracing: makes spans, or does nothing.
    """

    settings: Settings
    database_url: str
    engine: AsyncEngine
    sessions: Sessions
    bulk: asyncpg.Pool
    reads: asyncpg.Pool
    storage: Storage
    formats: FormatRegistry
    queue: Queue
    request_export: RequestExport
    run_export: RunExport
    cancel_export: CancelExport
    rescue_exports: RescueExports
    clean_up: CleanUp
    queue_clean_up: QueueCleanUp
    quick_export: QuickExport
    validate_project: ValidateProject
    load_project: LoadProject
    replace_content: ReplaceContent
    verifications: Verifications
    imports: Imports
    localization: Localization
    metrics: CollectorRegistry
    exposition: Exposition
    tracing: Tracing


def format_registry() -> FormatRegistry:
    """Every format there is, in the order in which they are shown. A new format is one more here."""
    return FormatRegistry([STORYARN])


@asynccontextmanager
async def open_services(
    settings: Settings, *, database_url: str, role: str, tracer_provider: TracerProvider | None = None
) -> AsyncIterator[Services]:
    """Open the services of one process; they are closed with the block.

    Args:
        settings: of the process.
        database_url: of the running database, embedded or configured.
        role: what the process is (`api`, `worker`, `cli`), for pg_stat_activity.
        tracer_provider: takes spans in the place of the one that the settings ask for.

    Raises:
        SettingsError: tracing is on, and the extra `tracing` is not installed.
    """
    name = f"storyarn-{role}"
    async with AsyncExitStack() as stack:
        engine = create_engine(
            database_url,
            size=ENGINE_CONNECTIONS,
            application_name=name,
            # People wait for the API; what workers do may take its time.
            statement_seconds=settings.statement_timeout_seconds if role == API else None,
        )
        stack.push_async_callback(engine.dispose)
        bulk = await create_bulk_pool(database_url, size=BULK_CONNECTIONS, application_name=f"{name}-bulk")
        stack.push_async_callback(bulk.close)
        reads = bulk
        if settings.export_database_url is not None:
            reads = await create_bulk_pool(
                settings.export_database_url, size=BULK_CONNECTIONS, application_name=f"{name}-reads"
            )
            stack.push_async_callback(reads.close)
        queue = Queue(
            database_url,
            pool_size=QUEUE_CONNECTIONS,
            application_name=f"{name}-queue",
            limits={
                EXPORTS: settings.export_concurrency,
                IMPORTS: settings.import_concurrency,
                MAINTENANCE: settings.maintenance_concurrency,
            },
        )
        await queue.open()
        stack.push_async_callback(queue.close)
        sessions = create_sessions(engine)
        storage_errors: Counter[str] = Counter()
        store = await stack.enter_async_context(open_store(settings))
        storage: Storage = CountedStorage(store, storage_errors)
        sweep = SweepJob(storage)
        formats = format_registry()
        metrics = process_registry(version("storyarn-export"), storage_errors=storage_errors)
        durable = DurableMetrics(
            sessions,
            formats=[one.name for one in formats.all()],
            queues=(EXPORTS, IMPORTS, MAINTENANCE),
            stalled_after_seconds=settings.stalled_after_seconds,
        )
        if tracer_provider is None and settings.tracing:
            tracer_provider = await stack.enter_async_context(_exporting(role))
        request = RequestExport(reads, formats, queue, threshold=settings.sync_threshold)
        run = RunExport(
            sessions=sessions,
            bulk=reads,
            storage=storage,
            formats=formats,
            queue=queue,
            policy=_run_policy(settings),
        )
        cancel = CancelExport(sessions, queue, sweep)
        # What an import is undone with is read where it writes.
        on_primary = RequestExport(bulk, formats, queue, threshold=settings.sync_threshold)
        run_on_primary = RunExport(
            sessions=sessions,
            bulk=bulk,
            storage=storage,
            formats=formats,
            queue=queue,
            policy=_run_policy(settings),
        )
        keep = KeepBefore(sessions, on_primary, run_on_primary, cancel)
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
            run_export=run,
            cancel_export=cancel,
            rescue_exports=RescueExports(
                sessions,
                queue,
                sweep,
                max_attempts=settings.export_max_attempts,
                stalled_after_seconds=settings.stalled_after_seconds,
            ),
            clean_up=CleanUp(sessions, storage, history=timedelta(days=settings.history_days)),
            queue_clean_up=QueueCleanUp(sessions, queue, Cron(settings.cleanup_cron)),
            quick_export=QuickExport(reads, storage, formats, request, threshold=settings.sync_threshold),
            validate_project=ValidateProject(reads, request),
            load_project=LoadProject(
                bulk,
                max_bytes=settings.max_import_bytes,
                max_entity_bytes=settings.max_entity_bytes,
                contents=ContentStore(storage, ForgetContents(sessions, storage)),
            ),
            replace_content=ReplaceContent(sessions, storage),
            verifications=build_verifications(
                settings, sessions=sessions, bulk=bulk, storage=storage, formats=formats, queue=queue
            ),
            imports=build_imports(
                settings,
                sessions=sessions,
                bulk=bulk,
                storage=storage,
                queue=queue,
                keep=keep,
                counting=on_primary,
            ),
            localization=build_localization(bulk=bulk, reads=reads),
            metrics=metrics,
            exposition=Exposition(metrics, durable),
            tracing=Tracing(tracer_provider),
        )


def _run_policy(settings: Settings) -> RunPolicy:
    return RunPolicy(
        progress_every=settings.progress_every,
        progress_min_interval_seconds=settings.progress_min_interval_seconds,
        checkpoint_bytes=settings.checkpoint_bytes,
        max_retries=settings.export_max_retries,
        retention=timedelta(hours=settings.retention_hours),
    )


@asynccontextmanager
async def _exporting(role: str) -> AsyncIterator[TracerProvider]:
    try:
        async with open_exporting(version=version("storyarn-export"), role=role) as provider:
            yield provider
    except TracingNotInstalledError as error:
        raise SettingsError(
            f"STORYARN_TRACING held true, but tracing is not installed ({error}):"
            " pip install 'storyarn-export[tracing]'"
        ) from error
