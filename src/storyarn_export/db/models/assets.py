"""Assets: files that a story uses."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_OBJECT,
    FALSE,
    Base,
    Json,
    LongText,
    Name,
    PrimaryKey,
    Timestamped,
    between,
    one_of,
)
from storyarn_export.db.models.roots import reference_index

MAX_ASSET_BYTES = 20_000_000
CONTENT_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "audio/mpeg",
    "audio/wav",
    "audio/ogg",
    "audio/webm",
    "application/pdf",
)


class Asset(Timestamped, Base):
    """A file by name, size and storage key. `is_external` marks one that was imported without its bytes."""

    __tablename__ = "assets"
    __table_args__ = (
        one_of("content_type", *CONTENT_TYPES),
        between("size", 1, MAX_ASSET_BYTES),
        UniqueConstraint("project_id", "key"),
        Index("assets_project_id_index", "project_id", "id"),
        reference_index("assets", "uploaded_by_id"),
    )

    id: Mapped[PrimaryKey]
    filename: Mapped[Name]
    content_type: Mapped[Name]
    size: Mapped[int]
    key: Mapped[LongText]
    url: Mapped[LongText | None]
    metadata_: Mapped[Json | None] = mapped_column("metadata", server_default=EMPTY_OBJECT)
    is_external: Mapped[bool] = mapped_column(server_default=FALSE)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
