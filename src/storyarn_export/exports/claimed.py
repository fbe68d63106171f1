"""A job that a run has claimed."""

from dataclasses import dataclass
from uuid import UUID

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.options import ExportOptions
from storyarn_export.serializers.registry import Format


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed job.

    Attributes:
        job: the row as it was claimed; its checkpoint is an earlier run's.
        token: names the run in all its writes.
    """

    job: ExportJob
    token: UUID
    chosen: Format
    options: ExportOptions
