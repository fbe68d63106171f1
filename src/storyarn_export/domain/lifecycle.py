"""States of export jobs and the rules between them."""

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
