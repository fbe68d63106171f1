"""How many streams are open, how many of one token, and when they have to end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from storyarn_export.api.errors import TooManyStreamsError
from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.progress.broadcaster import Broadcaster

MAX_STREAMS = 2000
FULL_AGAIN = {"Retry-After": "5"}


class StreamKind(StrEnum):
    """What a stream tells of."""

    ONE_JOB = "one_job"
    ALL_JOBS = "all_jobs"


class StreamGate:
    """Counts open streams and tells them to end.

    Args:
        broadcaster: by which waiting streams are woken when they have to end.
        per_token: streams of one token at most.
        longest_seconds: that a stream lasts; then its reader has to come again with a token that is still good.
        most: streams of all at most.

    Attributes:
        longest_seconds: likewise.
    """

    def __init__(
        self,
        broadcaster: Broadcaster,
        *,
        per_token: int,
        longest_seconds: float,
        most: int = MAX_STREAMS,
    ) -> None:
        self._broadcaster = broadcaster
        self._per_token = per_token
        self._most = most
        self._open: Counter[StreamKind] = Counter()
        self._of_token: Counter[str] = Counter()
        self.longest_seconds = longest_seconds
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
    def pass_through(self, kind: StreamKind, token_id: str) -> Iterator[None]:
        """A stream, as long as it is open.

        Args:
            kind: of the stream.
            token_id: whose stream it is.

        Raises:
            ServiceUnavailableError: there are too many, or the server stops.
            TooManyStreamsError: the token has too many.
        """
        if self.closed or self._open.total() >= self._most:
            raise ServiceUnavailableError("No more streams are let in for the moment.")
        if self._of_token[token_id] >= self._per_token:
            raise TooManyStreamsError(
                f"This token has {self._per_token} event streams open.",
                hint="close some, or follow all jobs by one stream: /api/exports/events, /api/imports/events",
                headers=FULL_AGAIN,
            )
        self._open[kind] += 1
        self._of_token[token_id] += 1
        try:
            yield
        finally:
            self._open[kind] -= 1
            self._of_token[token_id] -= 1
            if not self._of_token[token_id]:
                del self._of_token[token_id]
