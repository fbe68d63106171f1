"""Every metric there is. docs/operations.md has the same table; a test compares them.

Labels take few values, all of our own choosing: never an id, a name that a person gave, or a path that a client sent.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be done with the numbers of a metric, in the words of Prometheus."""

    GAUGE = "gauge"
    COUNTER = "counter"
    SUMMARY = "summary"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: as it is exposed; counters end in `_total`.
        meaning: one sentence.
        labels: names of its labels, in order.
        tally: name of the durable count that feeds it; a summary is fed by `<tally>` and `<tally>_count`.
    """

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    tally: str | None = None


def _gauge(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(f"storyarn_{name}", Kind.GAUGE, meaning, labels)


def _counted(name: str, tally: str, meaning: str, *labels: str) -> Metric:
    return Metric(f"storyarn_{name}_total", Kind.COUNTER, meaning, labels, tally)


# What the database knows.
DATABASE_UP = _gauge("database_up", "1 if the database answered the last look in time, else 0")
EXPORT_JOBS = _gauge("export_jobs", "exports that are pending or processing", "status", "format")
OLDEST_PENDING = _gauge(
    "export_oldest_pending_seconds", "longest time that an export has been pending by now"
)
ENTRIES = _gauge("queue_entries", "queue entries: todo, scheduled for later, or doing", "queue", "status")
STRANDED = _gauge(
    "queue_stranded_entries", "queue entries that are doing, but whose worker is silent or gone"
)
WORKERS = _gauge("queue_workers", "workers that have given a sign of life in time; a process has one a queue")
SILENCE = _gauge("queue_worker_heartbeat_age_seconds", "longest silence of any worker that is registered")
CHORES = _gauge("chore_last_success_timestamp_seconds", "when periodic work last succeeded", "chore")

TALLIES = (
    _counted("exports_finished", "export_finished", "exports that have ended", "format", "status"),
    _counted("export_bytes", "export_bytes", "bytes of completed files", "format"),
    _counted("export_entities", "export_entities", "entities in completed files", "format"),
    Metric(
        "storyarn_export_duration_seconds",
        Kind.SUMMARY,
        "time from the first start of an export to its end",
        ("format",),
        "export_seconds",
    ),
    Metric(
        "storyarn_export_queue_wait_seconds",
        Kind.SUMMARY,
        "time from the request of a queued export to its first start",
        (),
        "export_queue_wait_seconds",
    ),
    _counted("export_checkpoints", "export_checkpoints", "places kept from which a run can go on"),
    _counted("export_resumes", "export_resumes", "runs that went on from a checkpoint"),
    _counted("export_restarts", "export_restarts", "runs that began anew although there was a checkpoint"),
    _counted("export_rescues", "export_rescues", "exports taken from workers that had died"),
    _counted("export_cancels", "export_cancels", "exports cancelled by people"),
    _counted(
        "export_handbacks", "export_handbacks", "runs handed back because their process was told to stop"
    ),
    _counted("export_retries", "export_retries", "runs put off because something was away for the moment"),
    _counted(
        "imports_finished", "import_finished", "imports that have ended, but for expired ones", "status"
    ),
    _counted("import_entities", "import_entities", "rows that completed imports have stored or changed"),
    _counted("import_rescues", "import_rescues", "imports taken from workers that had died"),
    _counted("import_retries", "import_retries", "imports put off because something was away for the moment"),
    _counted("import_stale", "import_stale", "imports turned down because the project had changed"),
    _counted("verifications_finished", "verification_finished", "verifications that have ended", "status"),
    _counted(
        "verification_rescues", "verification_rescues", "verifications taken from processes that had died"
    ),
    _counted("cleanup_removed", "cleanup_removed", "things removed by the clean-up", "what"),
    _counted(
        "storage_errors",
        "storage_errors",
        "failures of the artifact store that ended a run or kept the clean-up from something",
        "operation",
    ),
)
DURABLE = (DATABASE_UP, EXPORT_JOBS, OLDEST_PENDING, ENTRIES, STRANDED, WORKERS, SILENCE, CHORES, *TALLIES)

# What each process knows of itself.
BUILD = _gauge("build_info", "1; the version is in the labels", "version", "python")
PROCESS_STORAGE_ERRORS = Metric(
    "storyarn_process_storage_errors_total",
    Kind.COUNTER,
    "calls of this process to the artifact store that failed, retries within a call not counted",
    ("operation",),
)
PROCESS = (BUILD, PROCESS_STORAGE_ERRORS)

# What each API process knows of itself.
REQUESTS = Metric(
    "storyarn_http_requests_total",
    Kind.COUNTER,
    "answered requests, HEAD counted as GET",
    ("route", "method", "status"),
)
REQUEST_SECONDS = Metric(
    "storyarn_http_request_seconds",
    Kind.HISTOGRAM,
    "time until an answer began; a stream or a download goes on after that",
    ("route", "method"),
)
STREAMS = _gauge("event_streams", "open event streams: of one job, or of all jobs of a user", "kind")
LISTENING = _gauge("job_listener_connected", "1 if this process hears of changes of jobs, else 0")
API = (REQUESTS, REQUEST_SECONDS, STREAMS, LISTENING)

# What each worker process knows of itself.
RUNNING = _gauge("worker_running_jobs", "jobs that this process runs", "queue")
QUEUE_LISTENING = _gauge(
    "worker_listener_connected", "1 if this process hears of new entries, else 0", "queue"
)
BEAT_AGE = _gauge("worker_heartbeat_age_seconds", "longest silence of any worker of this process")
WORKER = (RUNNING, QUEUE_LISTENING, BEAT_AGE)

ALL = (*DURABLE, *PROCESS, *API, *WORKER)
