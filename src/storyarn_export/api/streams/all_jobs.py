"""The events of all jobs of one kind of one user."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.projects import visible_projects
from storyarn_export.api.state import ApiState
from storyarn_export.api.streams.kinds import JobKind
from storyarn_export.api.streams.one_job import AWAY_SECONDS, POLL_SECONDS
from storyarn_export.api.streams.reader import EPOCH, JobView, microseconds
from storyarn_export.api.streams.sse import KEEP_ALIVE, RETRY, event_frame
from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.progress.broadcaster import Wake

# Jobs sent at once after a connection; a client that missed more is told to read the list instead.
MAX_REPLAY = 200
# Jobs whose last event a stream remembers, so that it is not sent twice.
MAX_REMEMBERED = 1000
# Active jobs that a stream remembers whole, to tell of their end should they be deleted.
MAX_FOLLOWED = 10
# Changes become visible in another order than their times say, by about as long as a commit may take.
OVERLAP = timedelta(seconds=2)
LOOK_AT_ALL = Wake(frozenset(), resync=True)

log = structlog.get_logger(__name__)


class Sent(NamedTuple):
    """The last event of a job."""

    seq: int
    progress: int | None


NOTHING = Sent(-1, None)


class UserFeed:
    """What one stream has sent, and what it has to send.

    Args:
        state: of the API.
        kind: of the jobs.
        user_id: whose jobs.
        last_event_id: `changed_us` of the last event that the client has; None: it has none.
    """

    def __init__(self, state: ApiState, kind: JobKind, user_id: int, last_event_id: int | None) -> None:
        self._state = state
        self._kind = kind
        self._model = kind.model
        self._user_id = user_id
        self._cursor_us = last_event_id
        self._visible: frozenset[int] = frozenset()
        self._sent: OrderedDict[UUID, Sent] = OrderedDict()
        self._active: OrderedDict[UUID, JobView] = OrderedDict()

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield the active jobs, or what the client has missed; then every change that is seen, for ever.

        Changes that come faster than they are taken are merged; the last one of a job is not lost.
        """
        quiet_seconds = min(POLL_SECONDS, self._state.services.settings.sse_keepalive_seconds)
        async with self._state.broadcaster.subscribe_user(self._user_id, self._kind.name) as subscription:
            yield RETRY
            wake = LOOK_AT_ALL
            while not self._state.gate.closed:
                try:
                    frames = await self._look(wake)
                except ServiceUnavailableError:
                    log.warning("stream cannot read its jobs", user_id=self._user_id)
                    yield KEEP_ALIVE
                    await subscription.next(AWAY_SECONDS)
                    # What this wake-up and the one before were for is found by looking at everything.
                    wake = LOOK_AT_ALL
                    continue
                for frame in frames:
                    yield frame
                woken = await subscription.next(quiet_seconds)
                if woken is None:
                    yield KEEP_ALIVE
                wake = woken or LOOK_AT_ALL

    async def _look(self, wake: Wake) -> list[bytes]:
        if not wake.resync:
            found = await self._state.readers[self._kind.name].read(wake.job_ids)
            jobs = [job for job in found.values() if job.job_id in wake.job_ids]
            if all(job.project_id in self._visible for job in jobs):
                gone = [
                    job.gone() for job in self._active.values() if job.job_id in wake.job_ids - found.keys()
                ]
                return self._news([*jobs, *gone])
        try:
            async with self._state.services.sessions() as session:
                return await self._catch_up(session)
        except (SQLAlchemyError, OSError) as error:
            raise ServiceUnavailableError("The database does not answer.") from error

    async def _catch_up(self, session: AsyncSession) -> list[bytes]:
        self._visible = frozenset(await session.scalars(visible_projects(self._user_id)))
        now_us = microseconds((await session.scalars(select(func.clock_timestamp()))).one())
        # An id from the future is not one of ours; believing it would hide what is to come.
        if self._cursor_us is None or self._cursor_us > now_us:
            self._cursor_us = now_us
            wanted: ColumnElement[bool] = self._model.status.in_(sorted(self._kind.active))
        else:
            wanted = self._changed_after(self._cursor_us)
        model = self._model
        mine = and_(model.user_id == self._user_id, model.project_id.in_(self._visible))
        query = select(model).where(mine, wanted).order_by(model.updated_at).limit(MAX_REPLAY + 1)
        rows: Iterable[Any] = await session.scalars(query)
        jobs = [JobView.of(self._kind, job) for job in rows]
        if len(jobs) > MAX_REPLAY:
            self._cursor_us = now_us
            return [event_frame("resync", event_id=now_us, data="{}")]
        return self._news([*jobs, *await self._gone(session)])

    async def _gone(self, session: AsyncSession) -> list[JobView]:
        """The ends of active jobs that have been deleted since they were sent."""
        if not self._active:
            return []
        there = set(await session.scalars(select(self._model.id).where(self._model.id.in_(self._active))))
        return [job.gone() for job in self._active.values() if job.job_id not in there]

    def _news(self, jobs: Iterable[JobView]) -> list[bytes]:
        frames = []
        for job in sorted(jobs, key=lambda job: job.changed_us):
            sent = self._sent.get(job.job_id, NOTHING)
            if sent.seq < job.seq:
                data = job.data_after(sent.progress)
                frames.append(event_frame(job.event, event_id=job.changed_us, data=data))
                self._remember(job)
        return frames

    def _remember(self, job: JobView) -> None:
        self._cursor_us = max(self._cursor_us or 0, job.changed_us)
        self._sent[job.job_id] = Sent(job.seq, job.progress)
        self._sent.move_to_end(job.job_id)
        if len(self._sent) > MAX_REMEMBERED:
            self._sent.popitem(last=False)
        self._active.pop(job.job_id, None)
        if not job.terminal:
            self._active[job.job_id] = job
        if len(self._active) > MAX_FOLLOWED:
            self._active.popitem(last=False)

    def _changed_after(self, cursor_us: int) -> ColumnElement[bool]:
        # The end of a job that became visible late would be missed by its time alone. Twice is better than never;
        # the event that the cursor came from is not repeated.
        model = self._model
        cursor = EPOCH + timedelta(microseconds=cursor_us)
        late_end = and_(
            model.status.in_(sorted(self._kind.terminal)),
            model.updated_at > cursor - OVERLAP,
            model.updated_at != cursor,
        )
        return or_(model.updated_at > cursor, late_end)
