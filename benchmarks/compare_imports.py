"""Imports of one project's document against raw COPY of its rows, in turns, each into an empty database of its own."""

import tempfile
from pathlib import Path

from benchmarks.child import Measured, measure_in_child
from benchmarks.compare import PRODUCT, RAW, Comparison, Contender
from benchmarks.databases import DATA_DIR, Dataset, copied, emptied
from benchmarks.importing import measure_import
from benchmarks.loading import count_rows, dump_rows
from benchmarks.processes import worker
from benchmarks.product import client

NAMES = {RAW: "raw COPY into the tables", PRODUCT: "storyarn-export, file to rows"}


async def compare_imports(server_url: str, dataset: Dataset, *, repeat: int) -> Comparison:
    """Measure both `repeat` times; nothing of it stays on the disk.

    Args:
        server_url: of the server.
        dataset: database with the project; the document is an export of it.
        repeat: runs of each.
    """
    runs: dict[str, list[Measured]] = {key: [] for key in NAMES}
    async with emptied(server_url, dataset) as empty:
        with tempfile.TemporaryDirectory(prefix=f"{empty.name}-", dir=DATA_DIR) as name:
            directory = Path(name)
            document = directory / "document.json"
            with worker(dataset):
                async with client(dataset) as asking:
                    await asking.save(document)
            await dump_rows(dataset.url, directory)
            for turn in range(repeat):
                for key in reversed(tuple(NAMES)) if turn % 2 == 1 else tuple(NAMES):
                    with copied(server_url, empty, key, {}) as target:
                        runs[key].append(await _run(key, target, document))
                        await _check(target)
    return Comparison(dataset, {key: Contender(NAMES[key], measured) for key, measured in runs.items()})


async def _run(key: str, target: Dataset, document: Path) -> Measured:
    if key == RAW:
        return measure_in_child("load", target.url, document.parent)
    return await measure_import(target, document)


async def _check(target: Dataset) -> None:
    """Refuse figures of contenders that did not do the same."""
    rows = await count_rows(target.url)
    if rows != target.entities:
        raise RuntimeError(f"{target.name} holds {rows} rows, its document {target.entities}")
