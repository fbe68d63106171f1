"""Assets: files that a story uses."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
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
from storyarn_export.domain.contents import MAX_ASSET_BYTES

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
    """A file by name, size and storage key. `is_external` marks one that was imported without its bytes.

    `key` is the platform's own and means nothing to us; `content_key` is where its bytes are in our store, if they are,
    beside the digests by which exports know them. No two assets share bytes.
    """

    __tablename__ = "assets"
    __table_args__ = (
        one_of("content_type", *CONTENT_TYPES),
        between("size", 1, MAX_ASSET_BYTES),
        UniqueConstraint("project_id", "key"),
        Index("assets_project_id_index", "project_id", "id"),
        reference_index("assets", "uploaded_by_id"),
        CheckConstraint(
            "num_nonnulls(content_key, content_sha256, content_crc32) IN (0, 3)", name="content_whole"
        ),
        Index(
            "assets_content_key_index",
            "content_key",
            unique=True,
            postgresql_where=text("content_key IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    filename: Mapped[Name]
    content_type: Mapped[Name]
    size: Mapped[int]
    key: Mapped[LongText]
    url: Mapped[LongText | None]
    metadata_: Mapped[Json | None] = mapped_column("metadata", server_default=EMPTY_OBJECT)
    is_external: Mapped[bool] = mapped_column(server_default=FALSE)
    content_key: Mapped[LongText | None]
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    content_crc32: Mapped[int | None] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
