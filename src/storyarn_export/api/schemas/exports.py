"""The export job as every answer shows it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import Field, JsonValue, SerializerFunctionWrapHandler, model_serializer

from storyarn_export.api.schemas.common import Answer, Moment
from storyarn_export.db.models import ExportJob
from storyarn_export.domain.lifecycle import JobStatus, Mode, VerificationStatus
from storyarn_export.domain.story import Section
from storyarn_export.exports.finished import is_expired


class SectionProgress(Answer):
    """How far one section is."""

    total: int
    processed: int


class EntityProgress(Answer):
    """How far the export is, in entities."""

    total: int | None = Field(description="Null until they have been counted.")
    processed: int
    by_section: dict[Section, SectionProgress]


class JobError(Answer):
    """Why an export failed."""

    code: str
    message: str
    entity: JsonValue = None
    hint: str | None = None

    @model_serializer(mode="wrap")
    def _without_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class ValidationSummary(Answer):
    """What the validator found."""

    status: str
    errors: int
    warnings: int
    info: int


class Loss(Answer):
    """What the format could not hold."""

    code: str
    count: int


class DifferenceOut(Answer):
    """A place where a file and its copy differ."""

    path: str = Field(description="JSON path in the file.", examples=["$.flows[0].connections[2]"])
    message: str = Field(description="What is wrong there.")
    expected: str | None = Field(description="What the file says, as JSON, cut where it is long.")
    found: str | None = Field(description="What came back, likewise.")


class VerificationOut(Answer):
    """What is known of the file of an export: loaded, exported again, compared."""

    status: VerificationStatus
    attempt: int
    requested_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    entities: int = Field(description="Entities that were compared.")
    emptied: int = Field(
        description="References to what the file was not asked to hold, or says itself that it does not hold."
    )
    difference_count: int
    differences: list[DifferenceOut] = Field(description="The first of them.")
    error: JobError | None = Field(description="Why it failed.")


class ExportJobOut(Answer):
    """An export job."""

    job_id: UUID
    project_id: str
    format: str
    options: dict[str, JsonValue] = Field(description="All options, resolved.")
    mode: Mode
    status: JobStatus
    progress: int = Field(ge=0, le=100)
    entities: EntityProgress
    attempt: int
    resumed: bool
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    expires_at: Moment | None
    eta_seconds: float | None
    filename: str | None
    content_type: str | None
    file_size: int | None
    sha256: str | None = Field(description="Of the file, lowercase hex.")
    download_url: str | None = Field(description="While the file can be downloaded.")
    events_url: str
    validation: ValidationSummary | None
    verification: VerificationOut | None = Field(description="Of its file; null until someone asks for it.")
    losses: list[Loss]
    error: JobError | None


class RequestedExport(ExportJobOut):
    """The job that a request made or found."""

    deduplicated: bool = Field(
        description="An equal export was active already and is shown instead of a new one."
    )


def job_url(job: ExportJob) -> str:
    """Where the job is found."""
    return f"/api/projects/{job.project_id}/exports/{job.id}"


def export_resource(job: ExportJob) -> ExportJobOut:
    """The job as it is shown."""
    return ExportJobOut(**_fields(job))


def requested_resource(job: ExportJob, *, deduplicated: bool) -> RequestedExport:
    """The job as the answer to a request for it."""
    return RequestedExport(**_fields(job), deduplicated=deduplicated)


def _fields(job: ExportJob) -> dict[str, Any]:
    url = job_url(job)
    downloadable = job.status == JobStatus.COMPLETED and not is_expired(job)
    copied = (
        *(
            "format",
            "options",
            "mode",
            "status",
            "progress",
            "attempt",
            "resumed",
            "created_at",
            "started_at",
        ),
        *(
            "completed_at",
            "expires_at",
            "filename",
            "content_type",
            "file_size",
            "sha256",
            "validation",
            "verification",
            "losses",
        ),
    )
    return {
        **{name: getattr(job, name) for name in copied},
        "job_id": job.id,
        "project_id": str(job.project_id),
        "entities": {
            "total": job.entities_total,
            "processed": job.entities_processed,
            "by_section": job.sections,
        },
        "eta_seconds": _eta_seconds(job),
        "download_url": f"{url}/download" if downloadable else None,
        "events_url": f"{url}/events",
        "error": _error(job),
    }


def _eta_seconds(job: ExportJob) -> float | None:
    # Reckoned at the last write, not now, so that the same row is always shown the same.
    if job.status != JobStatus.PROCESSING or job.started_at is None or job.entities_processed <= 0:
        return None
    elapsed = (job.updated_at - job.started_at).total_seconds()
    left = (job.entities_total or 0) - job.entities_processed
    return round(max(elapsed, 0) * max(left, 0) / job.entities_processed, 1)


def _error(job: ExportJob) -> dict[str, Any] | None:
    if job.error_code is None:
        return None
    details: Mapping[str, Any] = job.error_details or {}
    known = {name: details.get(name) for name in ("entity", "hint")}
    return {"code": job.error_code, "message": job.error_message or "", **known}
