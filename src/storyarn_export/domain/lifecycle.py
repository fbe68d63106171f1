"""States of jobs and the rules between them."""

from enum import StrEnum


class Mode(StrEnum):
    """Where an export runs: inside the request, or by a worker."""

    SYNC = "sync"
    ASYNC = "async"


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = frozenset({JobStatus.PENDING, JobStatus.PROCESSING})
TERMINAL = frozenset(JobStatus) - ACTIVE


class ImportStatus(StrEnum):
    """Where an import stands.

    - PARSING: waits for its preview, or a worker makes it
    - READY: can be executed
    - QUEUED, RETRYING: waits for a worker, for the first time or again
    - RUNNING: its transaction is open
    - EXPIRED: nobody has executed it in time
    """

    PARSING = "parsing"
    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class VerificationStatus(StrEnum):
    """Where the verification of an export's file stands.

    - EQUAL, DIFFERENT: it has come to its end
    - FAILED: nobody knows what it would have found
    """

    PENDING = "pending"
    RUNNING = "running"
    EQUAL = "equal"
    DIFFERENT = "different"
    FAILED = "failed"


VERIFYING = frozenset({VerificationStatus.PENDING, VerificationStatus.RUNNING})

WAITING_IMPORTS = frozenset({ImportStatus.QUEUED, ImportStatus.RETRYING})
ENDED_IMPORTS = frozenset(
    {ImportStatus.COMPLETED, ImportStatus.FAILED, ImportStatus.CANCELLED, ImportStatus.EXPIRED}
)
# Neither over nor waiting for a person.
BUSY_IMPORTS = frozenset(ImportStatus) - ENDED_IMPORTS - {ImportStatus.READY}
