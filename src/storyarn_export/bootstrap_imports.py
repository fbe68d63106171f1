"""The part of `bootstrap` that builds the use cases of imports."""

from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from storyarn_export.accounts.projects import EDITORS, role_in
from storyarn_export.db.session import Sessions
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.request import RequestExport
from storyarn_export.exports.undo import KeepBefore
from storyarn_export.imports.attempt import Attempt
from storyarn_export.imports.cancel import CancelImport
from storyarn_export.imports.endings import Endings
from storyarn_export.imports.execute import ExecuteImport
from storyarn_export.imports.forget import ForgetSource
from storyarn_export.imports.look import Look
from storyarn_export.imports.policy import ImportPolicy
from storyarn_export.imports.preview import PreviewImport
from storyarn_export.imports.receive import ReceiveImport
from storyarn_export.imports.request import RequestExecution
from storyarn_export.imports.rescue import RescueImports
from storyarn_export.imports.run import RunImport
from storyarn_export.queueing.queue import Queue
from storyarn_export.settings import Settings
from storyarn_export.storage.contract import Storage


@dataclass(frozen=True, slots=True)
class Imports:
    """The use cases of imports.

    Attributes:
        receive: a file comes in.
        request: someone wants it executed.
        run: runs a waiting import.
        cancel: stops and removes imports.
        rescue: looks after imports of dead workers.
    """

    receive: ReceiveImport
    request: RequestExecution
    run: RunImport
    cancel: CancelImport
    rescue: RescueImports


def build_imports(
    settings: Settings,
    *,
    sessions: Sessions,
    bulk: asyncpg.Pool,
    storage: Storage,
    queue: Queue,
    keep: KeepBefore,
    counting: RequestExport,
) -> Imports:
    """The use cases of imports, on what `bootstrap` has built.

    Args:
        settings: of the process.
        sessions: for small transactions.
        bulk: connections to the primary.
        storage: where files are.
        queue: takes large imports.
        keep: exports a project before an import; on the primary.
        counting: counts entities; on the primary.
    """
    policy = ImportPolicy(
        max_bytes=settings.max_import_bytes,
        threshold=settings.sync_threshold,
        retention=timedelta(hours=settings.retention_hours),
        max_attempts=settings.import_max_attempts,
        max_retries=settings.import_max_retries,
        progress_every=settings.progress_every,
        progress_min_interval_seconds=settings.progress_min_interval_seconds,
    )
    max_bytes, max_entity_bytes = settings.max_import_bytes, settings.max_entity_bytes

    async def may_import(user_id: int, project_id: int) -> bool:
        async with sessions() as session:
            return await role_in(session, user_id=user_id, project_id=project_id) in EDITORS

    async def count(project_id: int) -> int:
        return (await counting.count(project_id, ExportOptions())).total

    look = Look(bulk, storage, PreviewImport(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes))
    forget = ForgetSource(sessions, storage)
    attempt = Attempt(
        sessions=sessions,
        bulk=bulk,
        storage=storage,
        execute=ExecuteImport(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes),
        keep=keep,
        may_import=may_import,
    )
    return Imports(
        receive=ReceiveImport(sessions=sessions, storage=storage, queue=queue, look=look, policy=policy),
        request=RequestExecution(sessions, queue, count, policy),
        run=RunImport(
            sessions=sessions,
            look=look,
            attempt=attempt,
            endings=Endings(sessions, queue, policy),
            forget=forget,
            policy=policy,
        ),
        cancel=CancelImport(sessions, queue, forget),
        rescue=RescueImports(
            sessions,
            queue,
            forget,
            policy=policy,
            stalled_after_seconds=settings.stalled_after_seconds,
        ),
    )
