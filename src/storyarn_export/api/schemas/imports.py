"""The import as every answer shows it."""

from typing import Any
from uuid import UUID

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from storyarn_export.api.schemas.common import Answer, Moment, Request
from storyarn_export.db.models import ImportJob
from storyarn_export.domain.imports import ConflictResolution, ImportSection
from storyarn_export.domain.lifecycle import ImportStatus
from storyarn_export.domain.story import Kind


class ExecuteRequest(Request):
    """How an import is to be executed."""

    conflict_resolution: ConflictResolution = Field(
        description="What becomes of sheets, flows, scenes and screenplays whose shortcut the project has already."
    )


class ConflictOut(Answer):
    """A root of the file that meets one of the project."""

    kind: Kind
    shortcut: str
    existing_id: str
    incoming_name: str


class SectionPreviewOut(Answer):
    """What a section would meet."""

    total: int
    new: int
    existing: int
    conflicts: list[ConflictOut] = Field(description="The first hundred.")
    conflict_count: int


class NoticeOut(Answer):
    """What was left out or changed, and how often."""

    code: str
    message: str
    path: str | None = Field(description="JSON path of the first occurrence.")
    count: int


class PreviewOut(Answer):
    """What an import would meet."""

    sections: dict[ImportSection, SectionPreviewOut]
    entities: dict[Kind, int] = Field(description="Rows of the file by kind.")
    total: int
    warnings: list[NoticeOut]
    fingerprint: str


class SectionReportOut(Answer):
    """What became of a section."""

    created: int
    updated: int
    skipped: int
    renamed: int


class RenameOut(Answer):
    """A root that could not keep its shortcut."""

    kind: Kind
    old: str
    new: str


class UnresolvedOut(Answer):
    """A reference that was emptied."""

    kind: Kind
    owner: str | None
    path: str
    old_id: str


class UndoExport(Answer):
    """The project as it was before."""

    job_id: UUID
    download_url: str


class ReportOut(Answer):
    """What an import did."""

    sections: dict[ImportSection, SectionReportOut]
    created: dict[Kind, int]
    updated: dict[Kind, int]
    renames: list[RenameOut]
    unresolved_references: list[UnresolvedOut]
    unresolved_total: int
    warnings: list[NoticeOut]
    duration_ms: int
    undo_export: UndoExport | None = Field(description="Null where the project was empty.")


class SourceOut(Answer):
    """The file."""

    filename: str
    size: int
    sha256: str
    format_version: str | None = Field(description="Null until the file has been read.")
    exported_at: str | None
    project_name: str | None


class ImportEntities(Answer):
    """How far the run is, in entities of the file."""

    total: int | None = Field(description="Null until they have been counted.")
    processed: int


class ImportFault(Answer):
    """Why an import failed."""

    code: str
    message: str
    path: str | None = Field(default=None, description="JSON path of the fault.")
    offset: int | None = Field(default=None, description="Byte offset of the fault.")
    hint: str | None = None

    @model_serializer(mode="wrap")
    def _without_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class ImportOut(Answer):
    """An import."""

    import_id: UUID
    project_id: str
    format: str
    status: ImportStatus
    stage: str | None = Field(
        description="`reading`, `keeping` or `writing` while it runs; `preview-stale` when it was turned down."
    )
    progress: int = Field(ge=0, le=100)
    entities: ImportEntities
    attempt: int
    conflict_resolution: ConflictResolution | None
    source: SourceOut
    preview: PreviewOut | None
    report: ReportOut | None
    error: ImportFault | None
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    expires_at: Moment | None
    execute_url: str | None = Field(description="While it can be executed.")
    events_url: str


def import_url(job: ImportJob) -> str:
    """Where the import is found."""
    return f"/api/projects/{job.project_id}/imports/{job.id}"


def import_resource(job: ImportJob) -> ImportOut:
    """The import as it is shown."""
    url = import_url(job)
    copied = (
        "project_id",
        "format",
        "status",
        "stage",
        "progress",
        "attempt",
        "conflict_resolution",
        "created_at",
        "started_at",
        "completed_at",
        "expires_at",
    )
    return ImportOut.model_validate(
        {
            **{name: getattr(job, name) for name in copied},
            "import_id": job.id,
            "project_id": str(job.project_id),
            "entities": {"total": job.entities_total, "processed": job.entities_processed},
            "source": _source(job),
            "preview": None if job.preview is None else _in_order(job.preview),
            "report": _report(job),
            "error": _error(job),
            "execute_url": f"{url}/execute" if job.status == ImportStatus.READY else None,
            "events_url": f"{url}/events",
        }
    )


def _source(job: ImportJob) -> dict[str, Any]:
    unread = {"format_version": None, "exported_at": None, "project_name": None}
    return {
        "filename": job.source_filename,
        "size": job.source_size,
        "sha256": job.source_sha256,
        **(job.source_facts or unread),
    }


def _report(job: ImportJob) -> dict[str, Any] | None:
    if job.report is None:
        return None
    return {**_in_order(job.report), "undo_export": _undo(job)}


def _in_order(stored: dict[str, Any]) -> dict[str, Any]:
    """With its sections as a document has them; the database keeps no order of keys."""
    sections: dict[str, Any] = stored["sections"]
    return {**stored, "sections": {name.value: sections[name] for name in ImportSection if name in sections}}


def _undo(job: ImportJob) -> dict[str, Any] | None:
    if job.undo_job_id is None:
        return None
    url = f"/api/projects/{job.project_id}/exports/{job.undo_job_id}/download"
    return {"job_id": job.undo_job_id, "download_url": url}


def _error(job: ImportJob) -> dict[str, Any] | None:
    if job.error_code is None:
        return None
    details: dict[str, Any] = job.error_details or {}
    known = {name: details.get(name) for name in ("path", "offset", "hint")}
    return {"code": job.error_code, "message": job.error_message or "", **known}
