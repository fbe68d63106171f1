"""How much of it: a short form for the tests, a long one for the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How often things happen.

    Attributes:
        entities: of the project that is exported; its file has to be several parts of a multipart upload.
        kills: SIGKILLs a store.
        longest_wait_seconds: before a kill; so long on average that a run may also come to its end.
        zombies: workers that freeze.
        hosts: exports that move to another machine.
        away_seconds: how long the database is away.
        cancels: exports that are cancelled.
        states: exports of a project that is being changed, and changes between a kill and the run that goes on.
        queued: exports that wait at once.
        faulty: exports over a store that fails.
        store_away_seconds: how long the store is away.
        expired: files that are to be cleaned up.
        interruptions: SIGKILLs of the clean-up.
        readers: clients that do not read, of either kind.
    """

    entities: int
    kills: int
    longest_wait_seconds: float
    zombies: int
    hosts: int
    away_seconds: float
    cancels: int
    states: int
    queued: int
    faulty: int
    store_away_seconds: float
    expired: int
    interruptions: int
    readers: int


SHORT = Size(
    entities=30_000,
    kills=3,
    longest_wait_seconds=0.6,
    zombies=1,
    hosts=1,
    away_seconds=3,
    cancels=5,
    states=4,
    queued=8,
    faulty=2,
    store_away_seconds=2,
    expired=120,
    interruptions=1,
    readers=10,
)
LONG = Size(
    entities=60_000,
    kills=100,
    longest_wait_seconds=1.5,
    zombies=10,
    hosts=10,
    away_seconds=40,
    cancels=50,
    states=50,
    queued=20,
    faulty=20,
    store_away_seconds=10,
    expired=600,
    interruptions=5,
    readers=200,
)
