"""Wakes up those in this process who watch jobs."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Self
from uuid import UUID

from storyarn_export.progress.change import JobChange

# A subscriber that is so far behind looks at everything anyway.
MAX_PENDING_JOBS = 100
# What passes is told at most so often, over all subscribers of the process: each time costs a send. Up to a quarter as
# many subscribers hear of it as often as runs say it.
WAKES_PER_SECOND = 500
# Then the event loop gets its turn: who asks for something else does not wait for hundreds to be woken and served.
WOKEN_AT_A_TIME = 4


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

    def note(self, job_id: UUID) -> None:
        """That job has changed, which is told at the next waking."""
        if self._resync:
            return
        self._job_ids.add(job_id)
        if len(self._job_ids) > MAX_PENDING_JOBS:
            self.note_all()

    def note_all(self) -> None:
        """Anything may have changed, which is told at the next waking."""
        self._job_ids.clear()
        self._resync = True

    def wake(self) -> None:
        """Tell what has been noted."""
        self._woken.set()


class _Waking:
    """Wakes subscriptions in the order in which they were added, WOKEN_AT_A_TIME in one turn of the event loop."""

    def __init__(self) -> None:
        self._asleep: dict[Subscription, None] = {}
        self._going_on: asyncio.Handle | None = None

    def add(self, subscriptions: Iterable[Subscription]) -> None:
        """Wake these, too; the first of them at once where no others wait."""
        self._asleep.update(dict.fromkeys(subscriptions))
        if self._going_on is None:
            self._some()

    def remove(self, subscription: Subscription) -> None:
        """Let this one sleep."""
        self._asleep.pop(subscription, None)

    def _some(self) -> None:
        for subscription in list(islice(self._asleep, WOKEN_AT_A_TIME)):
            del self._asleep[subscription]
            subscription.wake()
        loop = asyncio.get_running_loop()
        self._going_on = loop.call_soon(self._some) if self._asleep else None


@dataclass(slots=True, eq=False)
class _Audience:
    """Those who watch one topic, and what they have not been told yet.

    Attributes:
        waking: wakes them.
        due: reading of the loop's clock from which on what passes is told at once.
        timer: tells what waits; None when nothing does.
    """

    waking: _Waking
    subscriptions: set[Subscription] = field(default_factory=set)
    waiting: set[UUID] = field(default_factory=set)
    due: float = 0.0
    timer: asyncio.TimerHandle | None = None

    def hear(self, change: JobChange, pace_seconds: float) -> None:
        """Tell of a change now, or in at most `pace_seconds` if it is only passing."""
        loop = asyncio.get_running_loop()
        self.waiting.add(change.job_id)
        if not change.passing or loop.time() >= self.due or len(self.waiting) > MAX_PENDING_JOBS:
            self.tell(pace_seconds)
        elif self.timer is None:
            self.timer = loop.call_at(self.due, self.tell, pace_seconds)

    def tell(self, pace_seconds: float) -> None:
        """Tell all that waits."""
        self.hush()
        self.due = asyncio.get_running_loop().time() + pace_seconds
        for subscription in self.subscriptions:
            for job_id in self.waiting:
                subscription.note(job_id)
        self.waiting.clear()
        self.waking.add(self.subscriptions)

    def hush(self) -> None:
        """Let nothing happen by itself any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Broadcaster:
    """Passes changes on to whom they concern. Never waits for a subscriber; keeps nothing for absent ones.

    What changes a job's status is passed on at once. Steps on its way are merged where there are many subscribers,
    so that all of them together are woken `wakes_per_second` times at most. Many are woken a few at a time.
    """

    def __init__(self, wakes_per_second: int = WAKES_PER_SECOND) -> None:
        self._wakes_per_second = wakes_per_second
        self._audiences: dict[Topic, _Audience] = {}
        self._waking = _Waking()
        self._subscribers = 0

    @property
    def subscribers(self) -> int:
        """How many subscriptions there are at present."""
        return self._subscribers

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
            if (audience := self._audiences.get(topic)) is not None:
                audience.hear(change, self._subscribers / self._wakes_per_second)

    def resync(self) -> None:
        """Changes may have been missed: everyone has to look at everything."""
        for audience in self._audiences.values():
            for subscription in audience.subscriptions:
                subscription.note_all()
            self._waking.add(audience.subscriptions)

    def enter(self, topic: Topic, subscription: Subscription) -> None:
        """Begin to pass on what concerns the topic."""
        self._audiences.setdefault(topic, _Audience(self._waking)).subscriptions.add(subscription)
        self._subscribers += 1

    def leave(self, topic: Topic, subscription: Subscription) -> None:
        """Pass nothing on to this one any more."""
        audience = self._audiences[topic]
        audience.subscriptions.remove(subscription)
        self._waking.remove(subscription)
        self._subscribers -= 1
        if not audience.subscriptions:
            audience.hush()
            del self._audiences[topic]
