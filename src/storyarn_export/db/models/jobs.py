"""Export and import jobs: the truth about background work. Queue rows only wake workers up."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_ARRAY,
    EMPTY_OBJECT,
    FALSE,
    ZERO,
    Base,
    Json,
    LongText,
    Moment,
    Name,
    between,
    one_of,
)

NOW = text("now()")


class ExportJob(Base):
    """One export of one project for one user.

    `retries` counts attempts that ended because something was away for a moment; they spend no attempt.
    `seq` grows with every change that subscribers should see. `run_token` is drawn anew by every attempt; all
    writes of a running attempt name it, so that a worker thought dead cannot damage its successor. `verification` is
    what is known of the finished file, in the form of `verification.state`; `verification_run` and
    `verification_entry` are to it what `run_token` and `queue_job_id` are to the export. `validation` is the summary
    of `report`, which is loaded only where it is asked for.
    """

    __tablename__ = "export_jobs"
    __table_args__ = (
        one_of("status", "pending", "processing", "completed", "failed", "cancelled"),
        one_of("mode", "sync", "async"),
        between("progress", 0, 100),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_has_error"),
        CheckConstraint(
            "status <> 'completed' OR (progress = 100 AND file_key IS NOT NULL AND file_size IS NOT NULL"
            " AND sha256 IS NOT NULL AND completed_at IS NOT NULL)",
            name="completed_has_file",
        ),
        CheckConstraint("status <> 'processing' OR run_token IS NOT NULL", name="processing_has_run"),
        CheckConstraint(
            "verification ->> 'status' IN ('pending', 'running', 'equal', 'different', 'failed')",
            name="verification_status",
        ),
        CheckConstraint(
            "verification ->> 'status' <> 'running' OR verification_run IS NOT NULL", name="verifying_has_run"
        ),
        Index("export_jobs_project_id_index", "project_id", "id"),
        Index("export_jobs_project_id_status_index", "project_id", "status"),
        Index("export_jobs_user_id_index", "user_id", "id"),
        Index("export_jobs_expires_at_index", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        Index(
            "export_jobs_active_key",
            "project_id",
            "user_id",
            "format",
            "options_sha256",
            unique=True,
            postgresql_where=text("status IN ('pending', 'processing')"),
        ),
        Index(
            "export_jobs_verifying_index",
            "id",
            postgresql_where=text("verification ->> 'status' IN ('pending', 'running')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    format: Mapped[Name]
    options: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    options_sha256: Mapped[str] = mapped_column(String(64))
    mode: Mapped[Name]
    status: Mapped[Name] = mapped_column(server_default=text("'pending'"))
    progress: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    entities_total: Mapped[int | None] = mapped_column(BigInteger)
    entities_processed: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    sections: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    seq: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    attempt: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    retries: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    resumed: Mapped[bool] = mapped_column(server_default=FALSE)
    run_token: Mapped[UUID | None]
    queue_job_id: Mapped[int | None] = mapped_column(BigInteger)
    snapshot: Mapped[LongText | None]
    checkpoint: Mapped[Json | None]
    filename: Mapped[Name | None]
    content_type: Mapped[Name | None]
    file_key: Mapped[LongText | None]
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    validation: Mapped[Json | None]
    # Up to a megabyte, of which lists and streams of jobs show nothing.
    report: Mapped[Json | None] = mapped_column(deferred=True)
    losses: Mapped[Json] = mapped_column(server_default=EMPTY_ARRAY)
    error_code: Mapped[Name | None]
    error_message: Mapped[LongText | None]
    error_details: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(TIMESTAMP(timezone=True), server_default=NOW)
    updated_at: Mapped[Moment] = mapped_column(TIMESTAMP(timezone=True), server_default=NOW)
    started_at: Mapped[Moment | None]
    completed_at: Mapped[Moment | None]
    expires_at: Mapped[Moment | None]
    file_removed_at: Mapped[Moment | None]
    verification: Mapped[Json | None]
    verification_run: Mapped[UUID | None]
    verification_entry: Mapped[int | None] = mapped_column(BigInteger)
    traceparent: Mapped[Name | None]


class Tally(Base):
    """How often something has happened, over all processes and since the service was set up; for `/metrics`.

    `labels` is a JSON object in the form of `domain.labels`.
    """

    __tablename__ = "tallies"

    name: Mapped[Name] = mapped_column(primary_key=True)
    labels: Mapped[str] = mapped_column(String(512), primary_key=True, server_default=text("'{}'"))
    value: Mapped[float] = mapped_column(Double, server_default=ZERO)


class Chore(Base):
    """When a periodic piece of work last succeeded, so that one that was missed is caught up with."""

    __tablename__ = "chores"

    name: Mapped[Name] = mapped_column(primary_key=True)
    succeeded_at: Mapped[Moment]


class ImportJob(Base):
    """One file on its way into one project.

    `run_token`, `retries` and `seq` are as those of exports. `executor_id` is who wanted it executed, whose role
    counts when it is; `undo_job_id` is the export of the project as it was before.
    """

    __tablename__ = "import_jobs"
    __table_args__ = (
        one_of(
            "status",
            "parsing",
            "ready",
            "queued",
            "running",
            "retrying",
            "completed",
            "failed",
            "cancelled",
            "expired",
        ),
        one_of("conflict_resolution", "skip", "overwrite", "merge", "rename"),
        between("progress", 0, 100),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_has_error"),
        CheckConstraint("status <> 'running' OR started_at IS NOT NULL", name="running_has_start"),
        CheckConstraint("status <> 'running' OR run_token IS NOT NULL", name="running_has_run"),
        CheckConstraint("status <> 'completed' OR completed_at IS NOT NULL", name="completed_has_end"),
        Index("import_jobs_project_id_index", "project_id", "id"),
        Index("import_jobs_project_id_status_index", "project_id", "status"),
        Index("import_jobs_user_id_index", "user_id", "id"),
        Index("import_jobs_expires_at_index", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    format: Mapped[Name] = mapped_column(server_default=text("'storyarn'"))
    status: Mapped[Name] = mapped_column(server_default=text("'parsing'"))
    stage: Mapped[Name | None]
    progress: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    entities_total: Mapped[int | None] = mapped_column(BigInteger)
    entities_processed: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    seq: Mapped[int] = mapped_column(BigInteger, server_default=ZERO)
    attempt: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    retries: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    run_token: Mapped[UUID | None]
    queue_job_id: Mapped[int | None] = mapped_column(BigInteger)
    idempotency_key: Mapped[Name | None]
    conflict_resolution: Mapped[Name | None]
    source_filename: Mapped[Name | None]
    source_key: Mapped[LongText | None]
    source_size: Mapped[int | None] = mapped_column(BigInteger)
    source_sha256: Mapped[str | None] = mapped_column(String(64))
    source_facts: Mapped[Json | None]
    executor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    undo_job_id: Mapped[UUID | None]
    snapshot: Mapped[LongText | None]
    preview: Mapped[Json | None]
    report: Mapped[Json | None]
    warnings: Mapped[Json] = mapped_column(server_default=EMPTY_ARRAY)
    error_code: Mapped[Name | None]
    error_message: Mapped[LongText | None]
    error_details: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(TIMESTAMP(timezone=True), server_default=NOW)
    updated_at: Mapped[Moment] = mapped_column(TIMESTAMP(timezone=True), server_default=NOW)
    started_at: Mapped[Moment | None]
    completed_at: Mapped[Moment | None]
    expires_at: Mapped[Moment | None]
