"""The part of `bootstrap` that builds the use cases of verifications."""

from dataclasses import dataclass

import asyncpg

from storyarn_export.db.session import Sessions
from storyarn_export.queueing.queue import Queue
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.settings import Settings
from storyarn_export.storage.contract import Storage
from storyarn_export.verification.endings import Endings, VerificationPolicy
from storyarn_export.verification.request import RequestVerification
from storyarn_export.verification.rescue import RescueVerifications
from storyarn_export.verification.run import RunVerification
from storyarn_export.verification.verify import VerifyFile


@dataclass(frozen=True, slots=True)
class Verifications:
    """The use cases of verifications.

    Attributes:
        request: someone wants to know whether a file is good.
        run: runs a waiting verification.
        rescue: looks after those of dead workers.
    """

    request: RequestVerification
    run: RunVerification
    rescue: RescueVerifications


def build_verifications(
    settings: Settings,
    *,
    sessions: Sessions,
    bulk: asyncpg.Pool,
    storage: Storage,
    formats: FormatRegistry,
    queue: Queue,
) -> Verifications:
    """The use cases of verifications, on what `bootstrap` has built.

    Args:
        settings: of the process.
        sessions: for small transactions.
        bulk: connections to the primary.
        storage: where files are.
        formats: the formats there are.
        queue: takes large ones.
    """
    policy = VerificationPolicy(
        max_attempts=settings.export_max_attempts, max_retries=settings.export_max_retries
    )
    return Verifications(
        request=RequestVerification(sessions, storage, queue, threshold=settings.sync_threshold),
        run=RunVerification(
            sessions=sessions,
            storage=storage,
            formats=formats,
            verify=VerifyFile(bulk, storage, max_entity_bytes=settings.max_entity_bytes),
            endings=Endings(sessions, queue, policy),
        ),
        rescue=RescueVerifications(
            sessions, queue, policy, stalled_after_seconds=settings.stalled_after_seconds
        ),
    )
