"""The kinds of jobs that streams tell of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from storyarn_export.api.schemas.exports import export_resource
from storyarn_export.api.schemas.imports import import_resource
from storyarn_export.db.models import ExportJob, ImportJob
from storyarn_export.domain.lifecycle import ACTIVE, BUSY_IMPORTS, ENDED_IMPORTS, TERMINAL, ImportStatus

CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    Attributes:
        name: as changes of jobs call it.
        model: its rows.
        resource: how a row is shown.
        active: statuses of jobs that someone who comes is told of.
        terminal: statuses after which nothing changes any more.
        events: the event of each terminal status.
        phases: statuses that count progress from its beginning; the others count on.
    """

    name: str
    model: type[ExportJob] | type[ImportJob]
    resource: Callable[[Any], BaseModel]
    active: frozenset[str]
    terminal: frozenset[str]
    events: dict[str, str]
    phases: frozenset[str]


EXPORT = JobKind(
    "export",
    ExportJob,
    export_resource,
    frozenset(map(str, ACTIVE)),
    frozenset(map(str, TERMINAL)),
    {str(status): str(status) for status in TERMINAL},
    frozenset(),
)
IMPORT = JobKind(
    "import",
    ImportJob,
    import_resource,
    frozenset(map(str, BUSY_IMPORTS)),
    frozenset(map(str, ENDED_IMPORTS)),
    # An import that nobody has executed in time has come to nothing.
    {str(status): str(status) for status in ENDED_IMPORTS} | {ImportStatus.EXPIRED.value: "failed"},
    frozenset({ImportStatus.PARSING.value, ImportStatus.READY.value, ImportStatus.QUEUED.value}),
)
