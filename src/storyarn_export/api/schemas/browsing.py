"""What people choose from when they export a part of a project."""

from typing import Self

from pydantic import Field

from storyarn_export.api.schemas.common import Answer
from storyarn_export.collector.browsing import Root, Shape


class RootOut(Answer):
    """A sheet, flow or scene."""

    id: str
    name: str
    shortcut: str | None

    @classmethod
    def of(cls, root: Root) -> Self:
        """The root as it is shown."""
        return cls(id=str(root.id), name=root.name, shortcut=root.shortcut)


class GraphNode(Answer):
    """A node and where it lies."""

    id: str
    type: str = Field(examples=["dialogue"])
    x: float = Field(description="Grows to the right, in the editor's own unit.")
    y: float = Field(description="Grows downwards.")


class GraphConnection(Answer):
    """Two nodes that are connected, however often."""

    source: str
    target: str


class FlowGraph(Answer):
    """The shape of a flow, small enough to be drawn."""

    id: str
    name: str
    node_count: int = Field(description="Of all nodes.")
    connection_count: int = Field(description="Of all connections.")
    nodes: list[GraphNode] = Field(description="The first three hundred.")
    connections: list[GraphConnection] = Field(
        description="Those between these nodes; the first nine hundred."
    )

    @classmethod
    def of(cls, flow_id: int, shape: Shape) -> Self:
        """The flow as it is shown."""
        return cls(
            id=str(flow_id),
            name=shape.name,
            node_count=shape.node_count,
            connection_count=shape.connection_count,
            nodes=[GraphNode(id=str(one.id), type=one.type, x=one.x, y=one.y) for one in shape.nodes],
            connections=[
                GraphConnection(source=str(source), target=str(target)) for source, target in shape.wires
            ],
        )
