"""How many streams are open, and when they have to end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.progress.broadcaster import Broadcaster

MAX_STREAMS = 2000


class StreamKind(StrEnum):
    """What a stream tells of."""

    ONE_JOB = "one_job"
    ALL_JOBS = "all_jobs"


class StreamGate:
    """Counts open streams and tells them to end.

    Args:
        broadcaster: by which waiting streams are woken when they have to end.
        most: streams at most.
    """

    def __init__(self, broadcaster: Broadcaster, *, most: int = MAX_STREAMS) -> None:
        self._broadcaster = broadcaster
        self._most = most
        self._open: Counter[StreamKind] = Counter()
        self.closed = False

    def close(self) -> None:
        """Let no stream in any more, and end those that are open."""
        self.closed = True
        self._broadcaster.resync()

    @property
    def open(self) -> Mapping[StreamKind, int]:
        """How many streams of each kind are open."""
        return {kind: self._open[kind] for kind in StreamKind}

    @contextmanager
    def pass_through(self, kind: StreamKind) -> Iterator[None]:
        """A stream, as long as it is open.

        Args:
            kind: of the stream.

        Raises:
            ServiceUnavailableError: there are too many, or the server stops.
        """
        if self.closed or self._open.total() >= self._most:
            raise ServiceUnavailableError("No more streams are let in for the moment.")
        self._open[kind] += 1
        try:
            yield
        finally:
            self._open[kind] -= 1
