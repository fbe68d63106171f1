"""Flows through the rules: what their nodes hold, how they hang together, how they call each other."""

from collections.abc import Sequence

import orjson

from storyarn_export.domain.story import Batch, Kind
from storyarn_export.parsers.formats.storyarn.mentions import SIGN
from storyarn_export.serializers.writing.jsonb import loads_all
from storyarn_export.validation.cycles import on_circles
from storyarn_export.validation.graph import jump_edges, reachable, unconnected
from storyarn_export.validation.judges import Court
from storyarn_export.validation.links import id_of
from storyarn_export.validation.nodes import Nodes
from storyarn_export.validation.pins import PLAIN
from storyarn_export.validation.report import Place, Target
from storyarn_export.validation.rules import Code

COLUMNS = 8
SIGN_BYTES = SIGN.encode()
SAID = {
    Code.ORPHAN_NODES: " is not connected to anything.",
    Code.UNREACHABLE_NODES: " cannot be reached from an entry.",
}
EXIT_PIN = "exit_"
ENDS = frozenset({"entry", "exit"})
# Source, pin (None where it does not end at an input), target.
Wire = tuple[int, str | None, int]


class FlowRules:
    """Takes the rows of `queries/flows.sql`, flow by flow.

    Memory: one flow, and which flows call which.

    Args:
        court: whose judges look at the parts.

    Attributes:
        strays: whether there are wires with an end that is no live node of their flow.
    """

    def __init__(self, court: Court) -> None:
        self._court = court
        self._judges = court.unheard
        self._flow = Place("flow", "", "Flow")
        self._contents: dict[int, bytes] = {}
        self._mentioning: set[int] = set()
        self._without_exits: set[int] = set()
        self._calls: dict[str, set[str]] = {}
        self._callers: list[Place] = []
        self.strays = False

    def take(self, batch: Batch) -> None:
        """Take rows, in order; a flow may begin in one batch and end in another."""
        for tag, first, second, third, *more in zip(batch.tags, *batch.columns, strict=True):
            match tag:
                case b"flow":
                    self._begin(first, second, third, more)
                case b"graph":
                    self._end((first, second, third), more)
                case _:
                    node_id = int(first)
                    self._contents[node_id] = second
                    if SIGN_BYTES in second.lower():
                        self._mentioning.add(node_id)
                    if third == b"false":
                        self._without_exits.add(node_id)

    def finish(self) -> None:
        """Say which flows call each other in circles."""
        circles = on_circles(self._calls)
        for flow in self._callers:
            if flow.id in circles:
                says = " is on a circle of flows that call each other."
                self._court.heard.findings.add(Code.CIRCULAR_JUMPS, flow, says)

    def _begin(self, old_id: bytes, name: bytes, reported: bytes, more: Sequence[bytes]) -> None:
        self._flow = Place("flow", old_id.decode(), "Flow", name=orjson.loads(name))
        self._judges = judges = self._court.over(reported=reported == b"true")
        self._contents, self._mentioning, self._without_exits = {}, set(), set()
        scene, parent, description = loads_all(more[:3])
        judges.links.check(self._flow, "backdrop", Kind.SCENE, scene)
        judges.links.check(self._flow, "parent", Kind.FLOW, parent, weak=True)
        judges.usage.ids(judges.links.mentions(self._flow, description))
        judges.findings.checked["flows"] += 1

    def _end(self, nodes: Sequence[bytes], wires: Sequence[bytes]) -> None:
        ids, types, names, sources, pins, targets, ways = loads_all((*nodes, *wires))
        kinds = dict(zip(ids or (), (types or "").split(), strict=True))
        contents = dict(zip(self._contents, loads_all(list(self._contents.values())), strict=True))
        hubs: dict[str, int] = {}
        for node_id, name in zip(kinds, names or (), strict=True):
            hub = id_of(name) if kinds[node_id] == "hub" else None
            if hub is not None:
                hubs.setdefault(hub, node_id)
        looked = Nodes(self._flow.as_root, contents, self._mentioning, hubs, self._judges)
        for (node_id, kind), name in zip(kinds.items(), names or (), strict=True):
            looked.look(node_id, kind, name)
        looked.pins |= dict.fromkeys(self._without_exits, frozenset({"output"}))
        self._remember(looked.calls)
        self._judges.findings.checked["nodes"] += len(kinds)
        self._entries(kinds)
        all_wires = list(zip(sources or (), pins or (), targets or (), strict=True))
        self._ways_out(looked, all_wires, ways or {})
        self._hang_together(kinds, looked, all_wires, jump_edges(looked.jumps, hubs), ways or {})

    def _remember(self, calls: set[str]) -> None:
        if calls:
            self._calls[self._flow.id] = calls
            if self._judges is self._court.heard:
                self._callers.append(self._flow)

    def _entries(self, kinds: dict[int, str]) -> None:
        entries = sum(kind == "entry" for kind in kinds.values())
        if not entries:
            self._judges.findings.add(Code.MISSING_ENTRY, self._flow, " has no entry.")
        elif entries > 1:
            self._judges.findings.add(Code.MULTIPLE_ENTRIES, self._flow, f" has {entries} entries.")

    def _ways_out(self, looked: Nodes, wires: list[Wire], ways: dict[str, int | None]) -> None:
        """Tell of pins of subflows that name an exit in a flow that is not in the file."""
        for source, pin, _ in wires:
            flow = None if pin is None or source not in looked.subflows else ways.get(pin)
            if pin is not None and flow is not None:
                exit_node = Target("node", pin.removeprefix(EXIT_PIN))
                state = self._judges.links.state(Kind.FLOW, str(flow))
                self._judges.links.judge(
                    looked.place(source, "subflow"), "way out", exit_node, state, weak=True
                )

    def _hang_together(
        self,
        kinds: dict[int, str],
        looked: Nodes,
        wires: list[Wire],
        jumps: list[tuple[int, int]],
        ways: dict[str, int | None],
    ) -> None:
        live = [wire for wire in wires if wire[0] in kinds and wire[2] in kinds]
        self.strays |= len(live) < len(wires)
        alone = unconnected(kinds, ((source, target) for source, _, target in live), jumps)
        self._tell(Code.ORPHAN_NODES, [one for one in alone if kinds[one] not in ENDS], kinds, looked)
        entries = [node_id for node_id, kind in kinds.items() if kind == "entry"]
        if not entries:
            return
        edges = [
            (source, target)
            for source, pin, target in live
            if pin is not None and kinds[target] != "entry" and _has_pin(looked, kinds, source, pin, ways)
        ]
        reached = reachable(entries, edges + jumps)
        lost = [one for one in kinds if one not in reached and (one not in alone or kinds[one] in ENDS)]
        self._tell(Code.UNREACHABLE_NODES, lost, kinds, looked)

    def _tell(self, rule: Code, nodes: list[int], kinds: dict[int, str], looked: Nodes) -> None:
        # A whole project may be out of reach: no sentence is made that nobody will read.
        findings = self._judges.findings
        room = findings.room(rule)
        findings.count(rule, max(len(nodes) - room, 0))
        for node_id in sorted(nodes)[:room]:
            findings.add(rule, looked.place(node_id, kinds[node_id]), SAID[rule])


def _has_pin(
    looked: Nodes, kinds: dict[int, str], node_id: int, pin: str, ways: dict[str, int | None]
) -> bool:
    if pin in looked.pins.get(node_id, PLAIN[kinds[node_id]]):
        return True
    return pin in ways and looked.subflows.get(node_id) == str(ways[pin])
