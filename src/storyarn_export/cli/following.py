"""Following a job to its end: by its event stream, and by asking while that is broken."""

import json
import time
from collections.abc import Iterator
from typing import Generic, TypeVar

import httpx
from httpx_sse import EventSource, SSEError

from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.job import Job
from storyarn_export.cli.refusals import ServerLostError

MAX_BREAKS = 5
"""Streams that may break without having said anything; then the job is asked for its state alone."""
STATES = frozenset({"progress", "completed", "failed", "cancelled"})
"""Events that carry the job; others, and the block that sets the time to reconnect, say nothing about it."""
POLL_SECONDS = 1.0
LOST_SECONDS = 60.0
"""A restart of the server fits in this."""


Followed = TypeVar("Followed", bound=Job)


class Follower(Generic[Followed]):
    """One way to the end of one job.

    Args:
        client: to ask with.
        kind: of the job.
    """

    def __init__(self, client: ApiClient, kind: type[Followed]) -> None:
        self._client = client
        self._kind = kind
        self._last_event_id = ""
        self._breaks = 0

    def states(self, job: Followed) -> Iterator[Followed]:
        """The states of the job as they become known, the one given first; the last one is terminal.

        Raises:
            CommandError: The job is gone, or the server has not answered for LOST_SECONDS.
        """
        yield job
        heard = time.monotonic()
        while not job.is_over:
            try:
                for state in self._events_then_state(job):
                    job, heard = state, time.monotonic()
                    yield job
            except ServerLostError:
                if time.monotonic() - heard > LOST_SECONDS:
                    raise
            if not job.is_over:
                time.sleep(POLL_SECONDS)

    def _events_then_state(self, job: Followed) -> Iterator[Followed]:
        if self._breaks < MAX_BREAKS:
            for state in self._events(job):
                yield state
                if state.is_over:
                    return
        yield self._kind(self._client.asked("GET", job.url))

    def _events(self, job: Followed) -> Iterator[Followed]:
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self._last_event_id:
            headers["Last-Event-ID"] = self._last_event_id
        self._breaks += 1
        try:
            with self._client.stream(f"{job.url}/events", headers) as response:
                if not response.is_success:
                    return
                for event in EventSource(response).iter_sse():
                    self._breaks = 0
                    self._last_event_id = event.id or self._last_event_id
                    if event.event in STATES:
                        state = self._kind(json.loads(event.data))
                        yield state
                        if state.is_over:
                            return
        except (httpx.TransportError, SSEError):
            # Whatever broke, the state of the job can still be asked for.
            return
