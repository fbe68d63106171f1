"""The events of one job."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import structlog

from storyarn_export.api.state import ApiState
from storyarn_export.api.streams.kinds import JobKind
from storyarn_export.api.streams.reader import JobView
from storyarn_export.api.streams.sse import KEEP_ALIVE, RETRY, event_frame
from storyarn_export.domain.errors import ServiceUnavailableError

# A look without being woken, should a wake-up have been lost.
POLL_SECONDS = 10
# Between two tries while the database is away.
AWAY_SECONDS = 1

log = structlog.get_logger(__name__)


async def job_events(
    state: ApiState, kind: JobKind, job_id: UUID, last_event_id: int | None
) -> AsyncGenerator[bytes, None]:
    """Yield the present state, then every change that is seen, until the job is over or gone.

    Changes that come faster than they are taken are merged; the last one is not lost.

    Args:
        state: of the API.
        kind: of the job.
        job_id: which job.
        last_event_id: `seq` that the client has; only what is newer is sent.
    """
    quiet_seconds = min(POLL_SECONDS, state.services.settings.sse_keepalive_seconds)
    sent: JobView | None = None
    async with state.broadcaster.subscribe_job(job_id) as subscription:
        yield RETRY
        while not state.gate.closed:
            try:
                job = (await state.readers[kind.name].read([job_id])).get(job_id)
            except ServiceUnavailableError:
                log.warning("stream cannot read its job", job_id=str(job_id))
                yield KEEP_ALIVE
                await subscription.next(AWAY_SECONDS)
                continue
            if job is None:
                if sent is None:
                    return
                job = sent.gone()
            if _is_news(job, sent, last_event_id):
                data = job.data_after(None if sent is None else sent.progress)
                yield event_frame(job.event, event_id=job.seq, data=data)
            sent = job
            if job.terminal:
                # Those who are woken with this one are told before any of their streams is tidied up.
                await asyncio.sleep(0)
                return
            if await subscription.next(quiet_seconds) is None:
                yield KEEP_ALIVE


def _is_news(job: JobView, sent: JobView | None, last_event_id: int | None) -> bool:
    if sent is not None:
        return job.seq > sent.seq
    # An id from the future is not one of this job's; believing it would hide what is to come.
    return last_event_id is None or job.seq != last_event_id
