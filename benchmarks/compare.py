"""All contenders over one project, in turns, so that a busy moment of the machine hits all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.child import Measured, measure_in_child
from benchmarks.databases import Dataset
from benchmarks.memory import resident_bytes
from benchmarks.processes import worker
from benchmarks.product import client, measure_export

RAW = "raw COPY of the tables"
PRODUCT = "storyarn-export, queue to file"
PEERS: Mapping[str, str] = {
    "row_to_json": "COPY of row_to_json",
    "orm": "ORM stream, orjson",
    "load_then_dump": "load everything, dump once",
}


@dataclass(frozen=True, slots=True)
class Contender:
    """Several runs of one way to export."""

    name: str
    runs: Sequence[Measured]

    @property
    def seconds(self) -> float:
        """The median."""
        return median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """The median of the processor time."""
        return median(run.cpu_seconds for run in self.runs)

    @property
    def spread_seconds(self) -> tuple[float, float]:
        """The fastest and the slowest run."""
        return min(run.seconds for run in self.runs), max(run.seconds for run in self.runs)

    @property
    def output_bytes(self) -> int:
        """What one run writes."""
        return self.runs[-1].output_bytes

    @property
    def idle_bytes(self) -> int:
        """Resident size before the first run."""
        return self.runs[0].idle_bytes

    @property
    def peak_bytes(self) -> int:
        """The largest peak of all runs."""
        return max(run.peak_bytes for run in self.runs)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All contenders over one project; raw COPY first, the product second."""

    dataset: Dataset
    contenders: Sequence[Contender]

    @property
    def raw(self) -> Contender:
        """The bar."""
        return self.contenders[0]

    @property
    def product(self) -> Contender:
        """What this is about."""
        return self.contenders[1]

    @property
    def ratio(self) -> float:
        """Time of the product over that of the bar."""
        return self.product.seconds / self.raw.seconds


async def compare(dataset: Dataset, *, repeat: int, with_peers: bool) -> Comparison:
    """Measure every contender `repeat` times.

    The worker is one process for all repetitions, as in service; its idle size is that before its first export. The
    others begin anew each time. One raw COPY that does not count fills the caches.

    Args:
        dataset: database with the project.
        repeat: runs of each.
        with_peers: also the usual ways.
    """
    peers = tuple(PEERS) if with_peers else ()
    runs: dict[str, list[Measured]] = {name: [] for name in ("raw", "product", *peers)}
    measure_in_child("raw", dataset.url)
    with worker(dataset) as pid:
        idle = resident_bytes(pid)
        async with client(dataset) as asking:
            for _ in range(repeat):
                runs["raw"].append(measure_in_child("raw", dataset.url))
                runs["product"].append(await measure_export(asking, pid, idle))
                for peer in peers:
                    runs[peer].append(measure_in_child(peer, dataset.url))
    names = {"raw": RAW, "product": PRODUCT, **PEERS}
    return Comparison(dataset, [Contender(names[key], measured) for key, measured in runs.items()])


async def profile_export(dataset: Dataset, target: Path) -> None:
    """One export by a worker under cProfile."""
    with worker(dataset, profile=target):
        async with client(dataset) as asking:
            await asking.export()
