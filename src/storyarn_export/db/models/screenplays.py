"""Screenplays and their elements."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_OBJECT,
    Base,
    Json,
    LongText,
    Name,
    PrimaryKey,
    Timestamped,
    length,
    one_of,
)
from storyarn_export.db.models.roots import MAX_DESCRIPTION, Root, reference_index, root_arguments

ELEMENT_TYPES = (
    "scene_heading",
    "action",
    "character",
    "dialogue",
    "parenthetical",
    "transition",
    "dual_dialogue",
    "conditional",
    "instruction",
    "response",
    "hub_marker",
    "jump_marker",
    "note",
    "section",
    "page_break",
    "title_page",
)


class Screenplay(Root, Base):
    """A screenplay; a live one may be linked to one flow, and no two to the same."""

    __tablename__ = "screenplays"
    __table_args__ = (
        *root_arguments("screenplays"),
        length("description", 0, MAX_DESCRIPTION),
        reference_index("screenplays", "draft_of_id"),
        Index(
            "screenplays_linked_flow_id_key",
            "linked_flow_id",
            unique=True,
            postgresql_where=text("linked_flow_id IS NOT NULL AND deleted_at IS NULL"),
        ),
    )

    linked_flow_id: Mapped[int | None] = mapped_column(ForeignKey("flows.id", ondelete="SET NULL"))
    draft_of_id: Mapped[int | None] = mapped_column(ForeignKey("screenplays.id", ondelete="CASCADE"))
    draft_label: Mapped[Name | None]
    draft_status: Mapped[Name | None] = mapped_column(server_default=text("'active'"))


class ScreenplayElement(Timestamped, Base):
    """A paragraph of a screenplay."""

    __tablename__ = "screenplay_elements"
    __table_args__ = (
        one_of("type", *ELEMENT_TYPES),
        CheckConstraint("position >= 0", name="position_range"),
        CheckConstraint("depth >= 0", name="depth_range"),
        one_of("branch", "true", "false"),
        Index("screenplay_elements_screenplay_id_index", "screenplay_id", "position", "id"),
        reference_index("screenplay_elements", "linked_node_id"),
    )

    id: Mapped[PrimaryKey]
    type: Mapped[Name]
    position: Mapped[int]
    content: Mapped[LongText | None] = mapped_column(server_default=text("''"))
    data: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    depth: Mapped[int | None] = mapped_column(Integer, server_default=text("0"))
    branch: Mapped[Name | None]
    screenplay_id: Mapped[int] = mapped_column(ForeignKey("screenplays.id", ondelete="CASCADE"))
    linked_node_id: Mapped[int | None] = mapped_column(ForeignKey("flow_nodes.id", ondelete="SET NULL"))
