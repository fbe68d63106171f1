"""Wakes up those in this process who watch jobs."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import UUID

from storyarn_export.progress.change import JobChange

# A subscriber that is so far behind looks at everything anyway.
MAX_PENDING_JOBS = 100


@dataclass(frozen=True, slots=True)
class Wake:
    """A reason to look.

    Attributes:
        job_ids: the jobs that have changed.
        resync: changes may have been missed: look at everything that is watched.
    """

    job_ids: frozenset[UUID]
    resync: bool


# A job, or all jobs of one kind of one user.
Topic = UUID | tuple[int, str]


class Subscription:
    """What one subscriber has to look at; an async context manager, heard of only within its block.

    Wake-ups of one job are merged. At most MAX_PENDING_JOBS jobs are kept, then they turn into one resync.

    Args:
        broadcaster: where it subscribes.
        topic: what it watches.
    """

    __slots__ = ("_broadcaster", "_job_ids", "_resync", "_topic", "_woken")

    def __init__(self, broadcaster: "Broadcaster", topic: Topic) -> None:
        self._broadcaster = broadcaster
        self._topic = topic
        self._job_ids: set[UUID] = set()
        self._resync = False
        self._woken = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._broadcaster.enter(self._topic, self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._broadcaster.leave(self._topic, self)

    async def next(self, timeout_seconds: float) -> Wake | None:
        """Wait for a reason to look; what has come since the last call is one reason.

        Args:
            timeout_seconds: how long to wait; None is the answer then, and nothing is lost.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._woken.wait()
        except TimeoutError:
            return None
        wake = Wake(frozenset(self._job_ids), self._resync)
        self._job_ids.clear()
        self._resync = False
        self._woken.clear()
        return wake

    def wake(self, job_id: UUID) -> None:
        """That job has changed."""
        self._woken.set()
        if self._resync:
            return
        self._job_ids.add(job_id)
        if len(self._job_ids) > MAX_PENDING_JOBS:
            self.resync()

    def resync(self) -> None:
        """Anything may have changed."""
        self._job_ids.clear()
        self._resync = True
        self._woken.set()


class Broadcaster:
    """Passes changes on to whom they concern. Never waits for a subscriber; keeps nothing for absent ones."""

    def __init__(self) -> None:
        self._subscriptions: defaultdict[Topic, set[Subscription]] = defaultdict(set)

    @property
    def subscribers(self) -> int:
        """How many subscriptions there are at present."""
        return sum(map(len, self._subscriptions.values()))

    def subscribe_job(self, job_id: UUID) -> Subscription:
        """Changes of one job."""
        return Subscription(self, job_id)

    def subscribe_user(self, user_id: int, kind: str) -> Subscription:
        """Changes of all jobs of one kind of one user.

        Args:
            user_id: whose jobs.
            kind: `export` or `import`.
        """
        return Subscription(self, (user_id, kind))

    def publish(self, change: JobChange) -> None:
        """A job has changed."""
        topics: list[Topic] = [change.job_id]
        if change.user_id is not None:
            topics.append((change.user_id, change.kind))
        for topic in topics:
            for subscription in self._subscriptions.get(topic, ()):
                subscription.wake(change.job_id)

    def resync(self) -> None:
        """Changes may have been missed: everyone has to look at everything."""
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.resync()

    def enter(self, topic: Topic, subscription: Subscription) -> None:
        """Begin to pass on what concerns the topic."""
        self._subscriptions[topic].add(subscription)

    def leave(self, topic: Topic, subscription: Subscription) -> None:
        """Pass nothing on to this one any more."""
        self._subscriptions[topic].discard(subscription)
        if not self._subscriptions[topic]:
            del self._subscriptions[topic]
