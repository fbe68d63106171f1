"""How many streams are open, and when they have to end."""

from collections.abc import Iterator
from contextlib import contextmanager

from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.progress.broadcaster import Broadcaster

MAX_STREAMS = 2000


class StreamGate:
    """Counts open streams and tells them to end.

    Args:
        broadcaster: by which waiting streams are woken when they have to end.
        most: streams at most.
    """

    def __init__(self, broadcaster: Broadcaster, *, most: int = MAX_STREAMS) -> None:
        self._broadcaster = broadcaster
        self._most = most
        self._open = 0
        self.closed = False

    def close(self) -> None:
        """Let no stream in any more, and end those that are open."""
        self.closed = True
        self._broadcaster.resync()

    @contextmanager
    def pass_through(self) -> Iterator[None]:
        """A stream, as long as it is open.

        Raises:
            ServiceUnavailableError: there are too many, or the server stops.
        """
        if self.closed or self._open >= self._most:
            raise ServiceUnavailableError("No more streams are let in for the moment.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
