"""How often a run tells how far it is."""

import time
from collections.abc import Callable


class Throttle:
    """Progress is due when enough entities and enough time have passed since it was told last.

    A run that begins has just said so: both are counted from here.

    Args:
        every: entities at least.
        min_interval_seconds: time at least.
        clock: seconds that never go back.
    """

    def __init__(
        self, *, every: int, min_interval_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._every = every
        self._min_interval_seconds = min_interval_seconds
        self._clock = clock
        self._told_processed = 0
        self._told_at_seconds = clock()

    def due(self, processed: int) -> bool:
        """Whether to tell now that so many entities are done; if so, it counts as told.

        Args:
            processed: entities done since the run began.
        """
        if processed - self._told_processed < self._every:
            return False
        now_seconds = self._clock()
        if now_seconds - self._told_at_seconds < self._min_interval_seconds:
            return False
        self._told_processed = processed
        self._told_at_seconds = now_seconds
        return True
