"""Flows with their nodes and connections."""

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_OBJECT,
    FALSE,
    Base,
    Json,
    Moment,
    Name,
    PrimaryKey,
    Timestamped,
    finite,
    length,
    one_of,
)
from storyarn_export.db.models.roots import MAX_DESCRIPTION, Root, reference_index, root_arguments

NODE_TYPES = ("entry", "exit", "dialogue", "condition", "instruction", "hub", "jump", "subflow", "scene")


class Flow(Root, Base):
    """A dialogue graph."""

    __tablename__ = "flows"
    __table_args__ = (
        *root_arguments("flows"),
        length("description", 0, MAX_DESCRIPTION),
        reference_index("flows", "scene_id"),
        Index(
            "flows_project_id_is_main_key",
            "project_id",
            unique=True,
            postgresql_where=text("is_main AND deleted_at IS NULL"),
        ),
    )

    is_main: Mapped[bool] = mapped_column(server_default=FALSE)
    settings: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    scene_id: Mapped[int | None] = mapped_column(ForeignKey("scenes.id", ondelete="SET NULL"))


class FlowNode(Timestamped, Base):
    """A node of a flow; what it does is in `data`."""

    __tablename__ = "flow_nodes"
    __table_args__ = (
        one_of("type", *NODE_TYPES),
        one_of("source", "manual", "screenplay_sync"),
        finite("position_x"),
        finite("position_y"),
        # With `deleted_at` the census counts live nodes by the index alone.
        Index("flow_nodes_flow_id_index", "flow_id", "id", postgresql_include=["deleted_at"]),
    )

    id: Mapped[PrimaryKey]
    type: Mapped[Name]
    position_x: Mapped[float] = mapped_column(Double, server_default=text("0.0"))
    position_y: Mapped[float] = mapped_column(Double, server_default=text("0.0"))
    data: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    source: Mapped[Name] = mapped_column(server_default=text("'manual'"))
    deleted_at: Mapped[Moment | None]
    flow_id: Mapped[int] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"))


class FlowConnection(Timestamped, Base):
    """A wire from an output pin to an input pin. It outlives the soft deletion of its nodes."""

    __tablename__ = "flow_connections"
    __table_args__ = (
        CheckConstraint("source_node_id <> target_node_id", name="no_self_loop"),
        UniqueConstraint(
            "source_node_id", "source_pin", "target_node_id", "target_pin", name="flow_connections_wire_key"
        ),
        Index("flow_connections_flow_id_index", "flow_id", "id"),
    )

    id: Mapped[PrimaryKey]
    source_pin: Mapped[str] = mapped_column(String(100))
    target_pin: Mapped[str] = mapped_column(String(100))
    label: Mapped[str | None] = mapped_column(String(200))
    flow_id: Mapped[int] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"))
    source_node_id: Mapped[int] = mapped_column(ForeignKey("flow_nodes.id", ondelete="CASCADE"))
    target_node_id: Mapped[int] = mapped_column(ForeignKey("flow_nodes.id", ondelete="CASCADE"), index=True)
