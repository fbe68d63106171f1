"""Scenes and what is drawn on them."""

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, Integer, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_ARRAY,
    EMPTY_OBJECT,
    FALSE,
    TRUE,
    ZERO,
    Base,
    Json,
    LongText,
    Name,
    PrimaryKey,
    Timestamped,
    between,
    length,
    one_of,
    positive,
)
from storyarn_export.db.models.roots import MAX_DESCRIPTION, MAX_NAME, Root, reference_index, root_arguments


class Scene(Root, Base):
    """A map: a background with layers, pins, zones, connections and annotations."""

    __tablename__ = "scenes"
    __table_args__ = (
        *root_arguments("scenes"),
        length("description", 0, MAX_DESCRIPTION),
        CheckConstraint("width > 0", name="width_range"),
        CheckConstraint("height > 0", name="height_range"),
        positive("default_zoom"),
        positive("scale_value"),
        between("default_center_x", 0, 100),
        between("default_center_y", 0, 100),
        reference_index("scenes", "background_asset_id"),
    )

    width: Mapped[int | None]
    height: Mapped[int | None]
    default_zoom: Mapped[float | None] = mapped_column(Double, server_default=sql("1.0"))
    default_center_x: Mapped[float | None] = mapped_column(Double, server_default=sql("50.0"))
    default_center_y: Mapped[float | None] = mapped_column(Double, server_default=sql("50.0"))
    scale_unit: Mapped[str | None] = mapped_column(String(50))
    scale_value: Mapped[float | None] = mapped_column(Double)
    background_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))


class SceneLayer(Timestamped, Base):
    """A layer of a scene, with its fog."""

    __tablename__ = "scene_layers"
    __table_args__ = (
        length("name", 1, MAX_NAME),
        between("fog_opacity", 0, 1),
        Index("scene_layers_scene_id_index", "scene_id", "position", "id"),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[Name]
    is_default: Mapped[bool | None] = mapped_column(server_default=FALSE)
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    visible: Mapped[bool | None] = mapped_column(server_default=TRUE)
    fog_enabled: Mapped[bool] = mapped_column(server_default=FALSE)
    fog_color: Mapped[str | None] = mapped_column(String(20), server_default=sql("'#000000'"))
    fog_opacity: Mapped[float | None] = mapped_column(Double, server_default=sql("0.85"))
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"))


class ScenePin(Timestamped, Base):
    """A point on a scene, in percent of its size."""

    __tablename__ = "scene_pins"
    __table_args__ = (
        between("position_x", 0, 100),
        between("position_y", 0, 100),
        one_of("pin_type", "location", "character", "event", "custom"),
        between("opacity", 0, 1),
        one_of("target_type", "sheet", "flow", "scene", "url"),
        CheckConstraint("(target_type IS NULL) = (target_id IS NULL)", name="target_pair"),
        length("tooltip", 0, 500),
        one_of("size", "sm", "md", "lg"),
        one_of("action_type", "none", "instruction", "display"),
        one_of("condition_effect", "hide", "disable"),
        Index("scene_pins_scene_id_index", "scene_id", "position", "id"),
        reference_index("scene_pins", "layer_id"),
        reference_index("scene_pins", "sheet_id"),
        reference_index("scene_pins", "icon_asset_id"),
    )

    id: Mapped[PrimaryKey]
    position_x: Mapped[float] = mapped_column(Double)
    position_y: Mapped[float] = mapped_column(Double)
    pin_type: Mapped[Name | None] = mapped_column(server_default=sql("'location'"))
    icon: Mapped[str | None] = mapped_column(String(100))
    color: Mapped[str | None] = mapped_column(String(20))
    opacity: Mapped[float | None] = mapped_column(Double, server_default=sql("1.0"))
    label: Mapped[str | None] = mapped_column(String(200))
    target_type: Mapped[Name | None]
    target_id: Mapped[int | None] = mapped_column(BigInteger)
    tooltip: Mapped[LongText | None]
    size: Mapped[Name | None] = mapped_column(server_default=sql("'md'"))
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    locked: Mapped[bool] = mapped_column(server_default=FALSE)
    condition: Mapped[Json | None]
    condition_effect: Mapped[Name | None] = mapped_column(server_default=sql("'hide'"))
    action_type: Mapped[Name | None] = mapped_column(server_default=sql("'none'"))
    action_data: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"))
    layer_id: Mapped[int | None] = mapped_column(ForeignKey("scene_layers.id", ondelete="SET NULL"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheets.id", ondelete="SET NULL"))
    icon_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))


class SceneZone(Timestamped, Base):
    """A polygon on a scene. `navigate` is an action of old rows, kept as stored."""

    __tablename__ = "scene_zones"
    __table_args__ = (
        length("name", 1, MAX_NAME),
        CheckConstraint("border_width >= 0", name="border_width_range"),
        one_of("border_style", "solid", "dashed", "dotted"),
        between("opacity", 0, 1),
        one_of("target_type", "sheet", "flow", "scene"),
        CheckConstraint("(target_type IS NULL) = (target_id IS NULL)", name="target_pair"),
        length("tooltip", 0, 500),
        one_of("action_type", "none", "instruction", "display", "navigate"),
        one_of("condition_effect", "hide", "disable"),
        Index("scene_zones_scene_id_index", "scene_id", "position", "id"),
        reference_index("scene_zones", "layer_id"),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[Name]
    vertices: Mapped[Json]
    fill_color: Mapped[str | None] = mapped_column(String(20))
    border_color: Mapped[str | None] = mapped_column(String(20))
    border_width: Mapped[int | None] = mapped_column(Integer, server_default=sql("2"))
    border_style: Mapped[Name | None] = mapped_column(server_default=sql("'solid'"))
    opacity: Mapped[float | None] = mapped_column(Double, server_default=sql("0.3"))
    target_type: Mapped[Name | None]
    target_id: Mapped[int | None] = mapped_column(BigInteger)
    tooltip: Mapped[LongText | None]
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    locked: Mapped[bool | None] = mapped_column(server_default=FALSE)
    action_type: Mapped[Name | None] = mapped_column(server_default=sql("'none'"))
    action_data: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    condition: Mapped[Json | None]
    condition_effect: Mapped[Name | None] = mapped_column(server_default=sql("'hide'"))
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"))
    layer_id: Mapped[int | None] = mapped_column(ForeignKey("scene_layers.id", ondelete="SET NULL"))


class SceneConnection(Timestamped, Base):
    """A line between two pins of a scene."""

    __tablename__ = "scene_connections"
    __table_args__ = (
        CheckConstraint("from_pin_id <> to_pin_id", name="no_self_loop"),
        one_of("line_style", "solid", "dashed", "dotted"),
        between("line_width", 0, 10),
        Index("scene_connections_scene_id_index", "scene_id", "id"),
    )

    id: Mapped[PrimaryKey]
    line_style: Mapped[Name | None] = mapped_column(server_default=sql("'solid'"))
    line_width: Mapped[int | None] = mapped_column(Integer, server_default=sql("2"))
    color: Mapped[str | None] = mapped_column(String(20))
    label: Mapped[str | None] = mapped_column(String(200))
    show_label: Mapped[bool] = mapped_column(server_default=TRUE)
    bidirectional: Mapped[bool | None] = mapped_column(server_default=TRUE)
    waypoints: Mapped[Json | None] = mapped_column(server_default=EMPTY_ARRAY)
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"))
    from_pin_id: Mapped[int] = mapped_column(ForeignKey("scene_pins.id", ondelete="CASCADE"), index=True)
    to_pin_id: Mapped[int] = mapped_column(ForeignKey("scene_pins.id", ondelete="CASCADE"), index=True)


class SceneAnnotation(Timestamped, Base):
    """A note on a scene."""

    __tablename__ = "scene_annotations"
    __table_args__ = (
        length("text", 1, 500),
        between("position_x", 0, 100),
        between("position_y", 0, 100),
        one_of("font_size", "sm", "md", "lg"),
        Index("scene_annotations_scene_id_index", "scene_id", "position", "id"),
        reference_index("scene_annotations", "layer_id"),
    )

    id: Mapped[PrimaryKey]
    text: Mapped[LongText]
    position_x: Mapped[float] = mapped_column(Double)
    position_y: Mapped[float] = mapped_column(Double)
    font_size: Mapped[Name | None] = mapped_column(server_default=sql("'md'"))
    color: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)
    locked: Mapped[bool | None] = mapped_column(server_default=FALSE)
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"))
    layer_id: Mapped[int | None] = mapped_column(ForeignKey("scene_layers.id", ondelete="SET NULL"))
