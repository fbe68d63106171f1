"""Sheets with their blocks, tables and versions."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_OBJECT,
    FALSE,
    ZERO,
    Base,
    Json,
    LongText,
    Moment,
    Name,
    PrimaryKey,
    Second,
    Timestamped,
    between,
    one_of,
)
from storyarn_export.db.models.roots import Root, reference_index, root_arguments


class Sheet(Root, Base):
    """A character, place, item: a page of blocks."""

    __tablename__ = "sheets"
    __table_args__ = (
        *root_arguments("sheets"),
        reference_index("sheets", "avatar_asset_id"),
        reference_index("sheets", "banner_asset_id"),
        reference_index("sheets", "current_version_id"),
    )

    color: Mapped[str | None] = mapped_column(String(20))
    hidden_inherited_block_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'")
    )
    avatar_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))
    banner_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("sheet_versions.id", ondelete="SET NULL", use_alter=True)
    )


class SheetVersion(Base):
    """A snapshot of a sheet; never exported."""

    __tablename__ = "sheet_versions"
    __table_args__ = (UniqueConstraint("sheet_id", "version_number"),)

    id: Mapped[PrimaryKey]
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    version_number: Mapped[int]
    snapshot: Mapped[Json]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    change_summary: Mapped[LongText | None]
    title: Mapped[Name | None]
    description: Mapped[LongText | None]
    inserted_at: Mapped[Second]


BLOCK_TYPES = (
    "text",
    "rich_text",
    "number",
    "select",
    "multi_select",
    "date",
    "boolean",
    "reference",
    "table",
)
COLUMN_TYPES = ("number", "text", "boolean", "select", "multi_select", "date", "reference")


class Block(Timestamped, Base):
    """One field of a sheet. An inherited instance names its source block, which lies on another sheet."""

    __tablename__ = "blocks"
    __table_args__ = (
        one_of("type", *BLOCK_TYPES),
        one_of("scope", "self", "children"),
        between("column_index", 0, 2),
        # With `deleted_at` and `type` the census counts live blocks by the index alone.
        Index(
            "blocks_sheet_id_index",
            "sheet_id",
            "position",
            "id",
            postgresql_include=["deleted_at", "type"],
        ),
        reference_index("blocks", "inherited_from_block_id"),
        Index(
            "blocks_sheet_id_variable_name_key",
            "sheet_id",
            "variable_name",
            unique=True,
            postgresql_where=text("variable_name IS NOT NULL AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    type: Mapped[Name]
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    config: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    value: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    is_constant: Mapped[bool] = mapped_column(server_default=FALSE)
    variable_name: Mapped[Name | None]
    scope: Mapped[Name | None] = mapped_column(server_default=text("'self'"))
    detached: Mapped[bool | None] = mapped_column(server_default=FALSE)
    required: Mapped[bool | None] = mapped_column(server_default=FALSE)
    column_group_id: Mapped[UUID | None]
    column_index: Mapped[int | None] = mapped_column(Integer, server_default=ZERO)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    inherited_from_block_id: Mapped[int | None] = mapped_column(ForeignKey("blocks.id", ondelete="SET NULL"))
    deleted_at: Mapped[Moment | None]


class TableColumn(Timestamped, Base):
    """A column of a table block; cells are keyed by its slug."""

    __tablename__ = "table_columns"
    __table_args__ = (
        one_of("type", *COLUMN_TYPES),
        UniqueConstraint("block_id", "slug"),
        Index("table_columns_block_id_index", "block_id", "position", "id"),
    )

    id: Mapped[PrimaryKey]
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"))
    name: Mapped[Name]
    slug: Mapped[Name]
    type: Mapped[Name] = mapped_column(server_default=text("'number'"))
    is_constant: Mapped[bool] = mapped_column(server_default=FALSE)
    required: Mapped[bool] = mapped_column(server_default=FALSE)
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    config: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)


class TableRow(Timestamped, Base):
    """A row of a table block."""

    __tablename__ = "table_rows"
    __table_args__ = (
        UniqueConstraint("block_id", "slug"),
        Index("table_rows_block_id_index", "block_id", "position", "id"),
    )

    id: Mapped[PrimaryKey]
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"))
    name: Mapped[Name]
    slug: Mapped[Name]
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    cells: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
