"""What people choose from: roots by name, and the shape of a flow."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection

ROOTS = statement("roots")
FLOW = statement("flow")
NODES = statement("flow_nodes")
WIRES = statement("flow_wires")
MAX_NODES = 300
"""A picture of more would show nothing."""
MAX_WIRES = 900


class Choosable(StrEnum):
    """Kinds of roots of which an export may hold some."""

    SHEETS = "sheets"
    FLOWS = "flows"
    SCENES = "scenes"


@dataclass(frozen=True, slots=True)
class Root:
    """A sheet, flow or scene."""

    id: int
    name: str
    shortcut: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a flow; x grows to the right and y downwards, in the editor's own unit."""

    id: int
    type: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A flow, drawn small.

    Attributes:
        node_count: of all live nodes.
        connection_count: of all connections, also of nodes that are not live.
        nodes: the first MAX_NODES of them.
        wires: source and target, each pair once, among these nodes; the first MAX_WIRES.
    """

    name: str
    node_count: int
    connection_count: int
    nodes: Sequence[Node]
    wires: Sequence[tuple[int, int]]


async def find_roots(
    connection: BulkConnection, project_id: int, kind: Choosable, *, text: str, after: int, limit: int
) -> list[Root]:
    """Roots of a project in the order of their ids.

    Args:
        connection: an open connection.
        project_id: id of the project.
        kind: which of them.
        text: that name or shortcut has to hold, in whatever case; empty for all.
        after: id after which to begin; 0 for the first.
        limit: roots at most.
    """
    rows = await connection.fetch(ROOTS, project_id, kind.value, text, after, limit)
    return [Root(*row) for row in rows]


async def shape_of(connection: BulkConnection, project_id: int, flow_id: int) -> Shape | None:
    """The shape of a flow; None when the project has no such flow.

    Args:
        connection: an open connection.
        project_id: id of the project.
        flow_id: id of the flow.
    """
    flow = await connection.fetchrow(FLOW, project_id, flow_id)
    if flow is None:
        return None
    nodes = [Node(*row) for row in await connection.fetch(NODES, flow_id, MAX_NODES)]
    wires = await connection.fetch(WIRES, flow_id, [node.id for node in nodes], MAX_WIRES)
    name, node_count, connection_count = flow
    return Shape(name, node_count, connection_count, nodes, [(source, target) for source, target in wires])
