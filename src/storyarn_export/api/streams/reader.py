"""Reads rows of jobs for many streams at once: those who wake up together share one query."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.api.streams.kinds import CANCELLED, EXPORT, JobKind
from storyarn_export.db.models import ExportJob, ImportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import ServiceUnavailableError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as streams show it.

    Attributes:
        changed_us: when the row was last changed, microseconds since 1970.
        data: the job resource, JSON on one line.
    """

    job_id: UUID
    project_id: int
    seq: int
    changed_us: int
    status: str
    progress: int
    data: str
    kind: JobKind = field(repr=False)

    @classmethod
    def of(cls, kind: JobKind, job: ExportJob | ImportJob) -> Self:
        """The view of a row of that kind."""
        return cls(
            job_id=job.id,
            project_id=job.project_id,
            seq=job.seq,
            changed_us=microseconds(job.updated_at),
            status=job.status,
            progress=job.progress,
            data=kind.resource(job).model_dump_json(),
            kind=kind,
        )

    def gone(self) -> Self:
        """The view of a job that is deleted: whoever deletes an active one cancels it."""
        if self.terminal:
            return self
        ended = {
            "status": CANCELLED,
            "completed_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        shown = orjson.loads(self.data)
        if "eta_seconds" in shown:
            shown["eta_seconds"] = None
        return replace(
            self,
            seq=self.seq + 1,
            changed_us=self.changed_us + 1,
            status=CANCELLED,
            data=orjson.dumps({**shown, **ended}).decode(),
        )

    def data_after(self, seen: int | None) -> str:
        """The data of an event for a reader who has seen so much progress; it says so when the job began anew since.

        Args:
            seen: progress in the event before; None when there was none.
        """
        if seen is None or self.progress >= seen or self.status in self.kind.phases:
            return self.data
        return f'{self.data[:-1]},"restarted":true}}'

    @property
    def terminal(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in self.kind.terminal

    @property
    def event(self) -> str:
        """The name of the event that tells of it."""
        return self.kind.events.get(self.status, "progress")


@dataclass(slots=True)
class _Flight:
    """Ids that one query will read."""

    task: asyncio.Task[dict[UUID, JobView]]
    ids: set[UUID] = field(default_factory=set)


class JobReader:
    """Reads jobs. What a call returns was read after the call; at most one query is on its way at a time.

    Args:
        sessions: to read with.
        kind: of the jobs.
    """

    def __init__(self, sessions: Sessions, kind: JobKind = EXPORT) -> None:
        self._kind = kind
        self._sessions = sessions
        self._turn = asyncio.Lock()
        self._boarding: _Flight | None = None

    async def read(self, ids: Iterable[UUID]) -> dict[UUID, JobView]:
        """The jobs that exist, among others that were asked for at the same time.

        Raises:
            ServiceUnavailableError: the database is away.
        """
        if self._boarding is None:
            self._boarding = _Flight(asyncio.create_task(self._fly()))
        self._boarding.ids.update(ids)
        # One who leaves must not take the others' answer along.
        return await asyncio.shield(self._boarding.task)

    async def _fly(self) -> dict[UUID, JobView]:
        async with self._turn:
            flight, self._boarding = self._boarding, None
            ids = flight.ids if flight is not None else set()
            try:
                async with self._sessions() as session:
                    model = self._kind.model
                    rows: Iterable[Any] = await session.scalars(select(model).where(model.id.in_(ids)))
                    return {job.id: JobView.of(self._kind, job) for job in rows}
            except (SQLAlchemyError, OSError) as error:
                raise ServiceUnavailableError("The database does not answer.") from error


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)
