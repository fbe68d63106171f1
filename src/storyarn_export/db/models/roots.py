"""What the four hierarchical kinds (sheets, flows, scenes, screenplays) have in common."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from storyarn_export.db.models.base import (
    SHORTCUT,
    ZERO,
    LongText,
    Moment,
    Name,
    PrimaryKey,
    Timestamped,
    length,
)

MAX_NAME = 200
MAX_SHORTCUT = 50
MAX_DESCRIPTION = 2000


class Root(Timestamped):
    """A named, ordered, soft-deletable node of a tree inside a project."""

    __tablename__: str

    id: Mapped[PrimaryKey]
    name: Mapped[Name]
    shortcut: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[LongText | None]
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    deleted_at: Mapped[Moment | None]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))

    @declared_attr
    def parent_id(cls) -> Mapped[int | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        """The parent of the same kind; NULL at the top."""
        return mapped_column(ForeignKey(f"{cls.__tablename__}.id", ondelete="SET NULL"))


def root_arguments(table: str) -> tuple[SchemaItem, ...]:
    """Constraints and indexes of a root table: live rows in document order, trash, unique live shortcut.

    Args:
        table: name of the table, the prefix of its indexes.
    """
    return (
        length("name", 1, MAX_NAME),
        length("shortcut", 1, MAX_SHORTCUT),
        CheckConstraint(f"shortcut ~ '{SHORTCUT}'", name="shortcut_format"),
        Index(
            f"{table}_live_index", "project_id", "position", "id", postgresql_where=text("deleted_at IS NULL")
        ),
        Index(f"{table}_tree_index", "project_id", "parent_id", "position"),
        Index(f"{table}_parent_id_index", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index(
            f"{table}_trash_index",
            "project_id",
            "deleted_at",
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            f"{table}_project_id_shortcut_key",
            "project_id",
            "shortcut",
            unique=True,
            postgresql_where=text("shortcut IS NOT NULL AND deleted_at IS NULL"),
        ),
    )


def reference_index(table: str, column: str) -> Index:
    """An index over the rows that refer to something, so that deleting the target needs no scan."""
    return Index(f"{table}_{column}_index", column, postgresql_where=text(f"{column} IS NOT NULL"))
