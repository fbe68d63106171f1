"""Which nodes of a flow hang together, and which can be reached."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

Edges = Iterable[tuple[int, int]]


def unconnected(nodes: Iterable[int], wires: Edges, jumps: Edges) -> set[int]:
    """Nodes at which no wire ends or begins, nor a way from a jump to its hub."""
    left = set(nodes)
    for source, target in wires:
        left.discard(source)
        left.discard(target)
    for source, target in jumps:
        left.discard(source)
        left.discard(target)
    return left


def reachable(entries: Iterable[int], edges: Edges) -> set[int]:
    """Nodes to which a way leads from an entry; the entries are among them."""
    following: defaultdict[int, list[int]] = defaultdict(list)
    for source, target in edges:
        following[source].append(target)
    seen = set(entries)
    ahead = list(seen)
    while ahead:
        fresh = [one for one in following.get(ahead.pop(), ()) if one not in seen]
        seen.update(fresh)
        ahead += fresh
    return seen


def jump_edges(jumps: Mapping[int, str], hubs: Mapping[str, int]) -> list[tuple[int, int]]:
    """From each jump to the hub that it names, where there is one.

    Args:
        jumps: names of hubs, by jump.
        hubs: the hub of each name.
    """
    return [(jump, hubs[name]) for jump, name in jumps.items() if name in hubs]
