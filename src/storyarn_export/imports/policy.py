"""How imports behave."""

from dataclasses import dataclass
from datetime import timedelta

# Of the keys of everything that imports store.
PREFIX = "imports/"
# Files up to these sizes are read inside the request that brings them: well under a second of parsing, whatever is in
# them. A compressed byte may become many.
INLINE_BYTES = 1024 * 1024
INLINE_PACKED_BYTES = 64 * 1024
# Assets of larger ones would take too long to be stored.
INLINE_EXECUTED_BYTES = 16 * 1024 * 1024
# A project that has more entities than so many times the threshold is not kept inside a request.
INLINE_PROJECT_FACTOR = 10
# Files that one process takes in at a time; each has the buffers of an upload.
MAX_UPLOADS = 32
# Executions of one process at a time: each holds a bulk connection while the export before it needs up to two, and
# the pool has to have them.
AT_A_TIME = 4
# How long a run waits for another import into its project before it gives its place in the queue away.
LOCK_WAIT_SECONDS = 5
LOCK_RETRY_SECONDS = 2.0
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """How imports behave.

    Attributes:
        max_bytes: of a file as it comes.
        threshold: entities up to which an import runs inside the request, inclusive.
        retention: how long a file is kept for someone to go on with it.
        max_attempts: runs that may lose their worker.
        max_retries: runs that may end because something was away, before the import fails.
        progress_every: entities between two looks at whether progress is due.
        progress_min_interval_seconds: least time between two progress events.
    """

    max_bytes: int
    threshold: int
    retention: timedelta
    max_attempts: int
    max_retries: int
    progress_every: int
    progress_min_interval_seconds: float
