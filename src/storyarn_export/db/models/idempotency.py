"""Keys under which requests come that may come again."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import Base, Moment, Name


class IdempotencyKey(Base):
    """A key, the request that it came with and the job that this made; it goes when the job does."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("num_nonnulls(export_job_id, import_job_id) = 1", name="one_job"),
        CheckConstraint("octet_length(request_sha256) = 32", name="request_sha256"),
        Index("idempotency_keys_inserted_at_index", "inserted_at"),
        Index("idempotency_keys_export_job_id_index", "export_job_id"),
        Index("idempotency_keys_import_job_id_index", "import_job_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[Name] = mapped_column(primary_key=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    export_job_id: Mapped[UUID | None] = mapped_column(ForeignKey("export_jobs.id", ondelete="CASCADE"))
    import_job_id: Mapped[UUID | None] = mapped_column(ForeignKey("import_jobs.id", ondelete="CASCADE"))
    inserted_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
