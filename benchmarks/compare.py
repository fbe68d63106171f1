"""All contenders over one project, in turns, so that a busy moment of the machine hits all of them."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.child import Measured, measure_in_child
from benchmarks.databases import Dataset
from benchmarks.processes import worker
from benchmarks.product import Service, client, service
from benchmarks.variants import NO_CHECKPOINTS, S3, variants

RAW, PRODUCT, VALIDATION = "raw", "product", "validation"
NAMES: Mapping[str, str] = {
    RAW: "raw COPY of the tables",
    PRODUCT: "storyarn-export, queue to file",
    NO_CHECKPOINTS: "storyarn-export, without checkpoints",
    S3: "storyarn-export, to an S3 store",
    VALIDATION: "storyarn-export, validation alone",
    "row_to_json": "COPY of row_to_json",
    "orm": "ORM stream, orjson",
    "load_then_dump": "load everything, dump once",
}
PEERS = tuple(name for name in NAMES if name not in {RAW, PRODUCT, NO_CHECKPOINTS, S3, VALIDATION})


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
    """The contenders over one project, by their keys in NAMES."""

    dataset: Dataset
    contenders: Mapping[str, Contender]

    @property
    def raw(self) -> Contender:
        """The bar."""
        return self.contenders[RAW]

    @property
    def product(self) -> Contender:
        """What this is about."""
        return self.contenders[PRODUCT]

    @property
    def ratio(self) -> float:
        """Time of the product over that of the bar."""
        return self.product.seconds / self.raw.seconds

    @property
    def checkpoints_cost(self) -> float | None:
        """Share of time that checkpoints add, the median of the turns; None where it was not asked for."""
        if (without := self.contenders.get(NO_CHECKPOINTS)) is None:
            return None
        turns = zip(self.product.runs, without.runs, strict=True)
        return median(one.seconds / other.seconds for one, other in turns) - 1


async def compare(
    server_url: str, dataset: Dataset, *, repeat: int, with_variants: bool, with_peers: bool
) -> Comparison:
    """Measure every contender `repeat` times.

    A worker is one process for all repetitions, as in service; its idle size is that before its first export. The
    others begin anew each time. One raw COPY that does not count fills the caches.

    Args:
        server_url: of the server.
        dataset: database with the project.
        repeat: runs of each.
        with_variants: also the product with other settings.
        with_peers: also the usual ways.
    """
    peers = PEERS if with_peers else ()
    measure_in_child("raw", dataset.url)
    async with AsyncExitStack() as stack:
        datasets = {PRODUCT: dataset}
        if with_variants:
            datasets |= await stack.enter_async_context(variants(server_url, dataset))
        services = {key: await stack.enter_async_context(service(one)) for key, one in datasets.items()}
        runs: dict[str, list[Measured]] = {key: [] for key in (RAW, *services, VALIDATION, *peers)}
        for turn in range(repeat):
            await _serve(services, runs, backwards=turn % 2 == 1)
            for peer in (VALIDATION, *peers):
                runs[peer].append(measure_in_child(peer, dataset.url))
    return Comparison(dataset, {key: Contender(NAMES[key], measured) for key, measured in runs.items()})


async def _serve(
    services: Mapping[str, Service], runs: Mapping[str, list[Measured]], *, backwards: bool
) -> None:
    """One export by each worker; each finds the caches as a raw COPY of its own database leaves them."""
    for key in reversed(tuple(services)) if backwards else tuple(services):
        copied = measure_in_child("raw", services[key].dataset.url)
        if key == PRODUCT:
            runs[RAW].append(copied)
        runs[key].append(await services[key].measure())


async def profile_export(dataset: Dataset, target: Path) -> None:
    """One export by a worker under cProfile."""
    with worker(dataset, profile=target):
        async with client(dataset) as asking:
            await asking.export()
