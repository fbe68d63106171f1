"""Makes a synthetic project."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import InvalidRequestError, NotFoundError
from storyarn_export.domain.names import slugify
from storyarn_export.domain.story import Kind
from storyarn_export.seeding.plan import Plan, plan
from storyarn_export.seeding.statements import statement
from storyarn_export.seeding.steps import (
    LINES,
    RULES_AND_EFFECTS,
    SHAPES,
    SHEETS,
    STATEMENTS,
    STORY,
    STRINGS,
    Steps,
)
from storyarn_export.seeding.vocabulary import VOCABULARY, WORDS_A_KIND

MAX_ENTITIES = 20_000_000
MAX_NAME_LENGTH = 100
MIN_SEED, MAX_SEED = -(2**62), 2**62
# Pools that rows draw from: large enough that neighbours differ, small enough to stay in a hash table.
SENTENCES = 4096
RULES = 4096
CONDITIONS = 2048
EFFECTS = 2048

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was made.

    Attributes:
        counts: rows of each kind.
        total: their sum.
    """

    project_id: int
    name: str
    counts: Mapping[Kind, int]
    total: int


class SeedProject:
    """Makes projects of our own invention, in all sections like real ones, for benchmarks, tests and demonstrations.

    Args:
        bulk: takes one connection of it for the whole time; its user may make temporary tables.
    """

    def __init__(self, bulk: asyncpg.Pool) -> None:
        self._bulk = bulk

    async def __call__(
        self, *, owner_id: int, entities: int, seed: int = 0, name: str | None = None
    ) -> SeedReport:
        """Make a project in the owner's oldest workspace, whole or not at all.

        Equal seeds and sizes make equal stories up to ids. From 50 entities on there is something in every section;
        below, there are sheets and, from 10 on, a flow. The total is exactly what was asked for. The statistics of
        the tables are brought up to date afterwards. Memory of this process does not grow with the size.

        Args:
            owner_id: a user with a workspace.
            entities: rows in all, from 1 to MAX_ENTITIES.
            seed: any integer of 62 bits.
            name: of the project, 1 to 100 characters.

        Raises:
            InvalidRequestError: a value is out of its range.
            NotFoundError: no such user, or they have no workspace.
        """
        chosen = f"Synthetic {entities} ({seed})" if name is None else name
        _check(entities, seed, chosen)
        async with self._bulk.acquire() as connection:
            async with connection.transaction():
                project_id = await _project(connection, owner_id, chosen)
                counts = await _fill(connection, plan(entities), project_id, seed)
            await connection.execute(statement("statistics"))
        return SeedReport(project_id, chosen, counts, sum(counts.values()))


async def _project(connection: BulkConnection, owner_id: int, name: str) -> int:
    description = "A story that means nothing, made to be measured."
    slug = slugify(name) or "synthetic"
    project_id: int | None = await connection.fetchval(
        statement("project"), owner_id, name, slug, description
    )
    if project_id is None:
        raise NotFoundError(
            f"There is no user {owner_id} with a workspace.", hint="Make one with `token create`."
        )
    return project_id


async def _fill(connection: BulkConnection, wanted: Plan, project_id: int, seed: int) -> Mapping[Kind, int]:
    await connection.execute(statement("settings"))
    await connection.execute(statement("scratch"))
    await connection.execute(statement("words"), *_words())
    numbers = {
        **asdict(wanted),
        "names": wanted.names,
        "spoken": wanted.strings - 3 * wanted.names,
        "project": project_id,
        "seed": seed,
        "words": WORDS_A_KIND,
        "sentences": SENTENCES,
        "rules": RULES,
        "conditions": CONDITIONS,
        "effects": EFFECTS,
    }
    made = await _run(connection, SHAPES, numbers)
    made |= await _run(connection, LINES, numbers)
    lines = made["scratch_texts"] + made["scratch_answers"]
    # Some more than the share that is wanted: the limit takes off the rest.
    numbers["translated"] = min(1000, 20 + 1000 * (numbers["spoken"] + 20) // max(lines, 1))
    made |= await _run(connection, STRINGS, numbers)
    strings = made["scratch_strings"] + 3 * wanted.names
    numbers["blocks"] = wanted.blocks(connections=made["scratch_wires"], strings=strings)
    for steps in (SHEETS, RULES_AND_EFFECTS, STORY):
        made |= await _run(connection, steps, numbers)
    await connection.execute(statement("scratch_end"))
    return {kind: made[name] for kind, name in STATEMENTS.items()}


async def _run(connection: BulkConnection, steps: Steps, numbers: Numbers) -> dict[str, int]:
    """Rows that each statement made."""
    made = {}
    for name, arguments in steps:
        status = await connection.execute(statement(name), *(numbers[one] for one in arguments.split()))
        made[name] = int(status.rpartition(" ")[2])
    await connection.execute(statement("scratch_statistics"))
    return made


def _words() -> tuple[list[str], list[int], list[str], list[str], list[str]]:
    rows = [(kind, n, *word) for kind, words in VOCABULARY.items() for n, word in enumerate(words)]
    return (
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[4] for row in rows],
    )


def _check(entities: int, seed: int, name: str) -> None:
    errors = []
    if not 1 <= entities <= MAX_ENTITIES:
        errors.append({"path": "entities", "message": f"must be from 1 to {MAX_ENTITIES}"})
    if not MIN_SEED <= seed <= MAX_SEED:
        errors.append({"path": "seed", "message": "must have at most 62 bits"})
    if not 1 <= len(name) <= MAX_NAME_LENGTH or not name.strip() or "\0" in name:
        errors.append({"path": "name", "message": f"must have 1 to {MAX_NAME_LENGTH} characters"})
    if errors:
        said = "; ".join(f"{error['path']} {error['message']}" for error in errors)
        raise InvalidRequestError(said, extra={"errors": errors})
