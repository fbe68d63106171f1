"""What one run of the benchmarks found."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.compare import Comparison
from benchmarks.latency import Latencies
from benchmarks.machine import Machine
from benchmarks.subscribers import Subscribed
from benchmarks.together import Together


@dataclass(frozen=True, slots=True)
class Findings:
    """Parts that were not asked for are empty or None."""

    machine: Machine
    command: str
    comparisons: Sequence[Comparison]
    imports: Sequence[Comparison]
    latencies: Latencies | None
    together: Together | None
    subscribed: Subscribed | None
    notes: Sequence[str]
