"""How many rows of each kind a synthetic project of N entities has."""

from dataclasses import dataclass

LEAST_WITH_ALL_SECTIONS = 50
LEAST_WITH_FLOW = 10
LOCALES = 3
SMALL_PARTS = 30
"""Entities that even the smallest project with all sections spends on one or two of each kind."""
NODES_A_FLOW = 50
ELEMENTS_A_SCREENPLAY = 30
NAMED_SHARE = 20
"""One translated string in so many is a motto, one the name of a sheet, one the name of a flow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows by kind. Connections and strings are limits, blocks are what is left: so the total is exact.

    Attributes:
        total: entities in all.
        strings: translated strings at most; each is a row in every locale.
        connections: wires between nodes at most.
        lines: connections between pins of scenes.
        terms: glossary terms; each is a row in both target languages.
    """

    total: int
    sheets: int
    tables: int = 0
    columns: int = 0
    rows: int = 0
    flows: int = 0
    nodes: int = 0
    connections: int = 0
    scenes: int = 0
    layers: int = 0
    pins: int = 0
    zones: int = 0
    lines: int = 0
    annotations: int = 0
    screenplays: int = 0
    elements: int = 0
    languages: int = 0
    strings: int = 0
    terms: int = 0
    assets: int = 0

    @property
    def names(self) -> int:
        """Strings of each of the three kinds that are not lines of a dialogue."""
        return min(self.sheets, self.flows, self.strings // NAMED_SHARE)

    def blocks(self, *, connections: int, strings: int) -> int:
        """Blocks that make the total exact.

        Args:
            connections: wires that there are.
            strings: translated strings that there are, names included.
        """
        fixed = self.sheets + self.columns + self.rows + self.flows + self.nodes + self.scenes + self.layers
        fixed += self.pins + self.zones + self.lines + self.annotations + self.screenplays + self.elements
        fixed += self.languages + 2 * self.terms + self.assets
        return self.total - fixed - connections - LOCALES * strings


def plan(total: int) -> Plan:
    """The rows of a project.

    Args:
        total: entities, from 1. Below LEAST_WITH_ALL_SECTIONS there are sheets and a flow only.
    """
    return _small(total) if total < LEAST_WITH_ALL_SECTIONS else _whole(total)


def _small(total: int) -> Plan:
    flows = 1 if total >= LEAST_WITH_FLOW else 0
    nodes = max(3, total // 4) * flows
    sheets = 1 + total // 20
    return Plan(total=total, sheets=sheets, flows=flows, nodes=nodes, connections=nodes)


def _whole(total: int) -> Plan:
    free = total - SMALL_PARTS

    def share(fraction: float, least: int) -> int:
        return max(least, round(free * fraction))

    nodes = share(0.275, 6)
    elements = share(0.05, 1)
    tables = share(0.004, 1)
    scenes = share(0.0002, 1)
    return Plan(
        total=total,
        sheets=share(0.009, 2),
        tables=tables,
        columns=max(tables, share(0.0095, 1)),
        rows=share(0.03, 1),
        flows=max(1, nodes // NODES_A_FLOW),
        nodes=nodes,
        connections=share(0.285, 6),
        scenes=scenes,
        layers=max(scenes, share(0.0004, 1)),
        pins=max(2 * scenes, share(0.002, 2)),
        zones=max(scenes, share(0.0008, 1)),
        lines=max(scenes, share(0.0012, 1)),
        annotations=max(scenes, share(0.0004, 1)),
        screenplays=max(1, elements // ELEMENTS_A_SCREENPLAY),
        elements=elements,
        languages=LOCALES,
        strings=share(0.25 / LOCALES, 1),
        terms=share(0.00025, 1),
        assets=share(0.0005, 2),
    )
