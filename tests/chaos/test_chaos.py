"""The short form of the suite: the same scenarios as in `make chaos`, a few times each."""

from collections.abc import AsyncIterator

import pytest

from tests.chaos.ground import Ground, open_ground
from tests.chaos.scenarios import LONG_ONLY, SCENARIOS
from tests.chaos.size import SHORT
from tests.chaos.stage import Stage

SEED = 20261124
# One server for all of them, which one of them stops while the others must not look.
pytestmark = pytest.mark.xdist_group("chaos")


@pytest.fixture(scope="session")
async def ground() -> AsyncIterator[Ground]:
    async with open_ground(SHORT.entities) as made:
        yield made


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in LONG_ONLY])
async def test_promises_are_kept(ground: Ground, name: str) -> None:
    counts = await SCENARIOS[name](Stage(ground, SHORT, SEED))
    broken = [count for count in counts if count.met is False and not count.timed]
    assert not broken, f"seed {SEED}"
