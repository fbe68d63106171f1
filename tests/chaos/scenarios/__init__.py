"""What is made to happen, by name; in the order of the table."""

from collections.abc import Mapping

from tests.chaos.scenarios.cancels import cancels_local, cancels_s3
from tests.chaos.scenarios.cleaning import clean_up
from tests.chaos.scenarios.database import outage, restart
from tests.chaos.scenarios.disk import disk_full
from tests.chaos.scenarios.kills import kills_local, kills_s3
from tests.chaos.scenarios.limits import limits
from tests.chaos.scenarios.readers import readers
from tests.chaos.scenarios.store import other_host, store_away, store_faults
from tests.chaos.scenarios.workers import deploy, poison, zombie
from tests.chaos.scenarios.writers import changed, writers
from tests.chaos.stage import Scenario

SCENARIOS: Mapping[str, Scenario] = {
    "kills-local": kills_local,
    "kills-s3": kills_s3,
    "other-host": other_host,
    "restart": restart,
    "outage": outage,
    "poison": poison,
    "zombie": zombie,
    "deploy": deploy,
    "cancel-local": cancels_local,
    "cancel-s3": cancels_s3,
    "clean-up": clean_up,
    "writers": writers,
    "changed": changed,
    "limit": limits,
    "s3-faults": store_faults,
    "s3-away": store_away,
    "disk-full": disk_full,
    "slow-readers": readers,
}

LONG_ONLY = frozenset({"restart", "cancel-s3"})
"""What another scenario shows as well, so that the tests need not take the time."""
