"""Bytes of assets that no asset has."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from uuid import UUID

import structlog
from sqlalchemy import TextClause, text

from storyarn_export.contents.taking import PREFIX
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import StorageError
from storyarn_export.storage.contract import Storage

# Listed files that are asked about at a time.
BATCH = 200
PARTS = 4

log = structlog.get_logger(__name__)


def _statement(name: str) -> TextClause:
    return text((files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8"))


CLAIMED, OWNED = _statement("claimed"), _statement("owned")


def origins(keys: Iterable[str]) -> Mapping[str, tuple[UUID, int]]:
    """What has brought each of these bytes, and the project; keys that are not ours are left out."""
    found = {}
    for key in keys:
        parts = key.split("/")
        try:
            if len(parts) == PARTS and f"{parts[0]}/" == PREFIX:
                found[key] = (UUID(parts[2]), int(parts[1]))
        except ValueError:
            continue
    return found


async def not_claimed(sessions: Sessions, keys: Iterable[str]) -> list[str]:
    """Which of these bytes nobody can need: not an asset, not an import that goes on, not an export.

    Args:
        sessions: where is asked.
        keys: of bytes that lie there for a while, at most BATCH.
    """
    known = origins(keys)
    if not known:
        return []
    parameters = {
        "keys": list(known),
        "origins": [origin for origin, _ in known.values()],
        "projects": [project_id for _, project_id in known.values()],
    }
    async with sessions() as session:
        claimed = set((await session.scalars(CLAIMED, parameters)).all())
    return [key for key in known if key not in claimed]


class ForgetContents:
    """Removes what one import has stored and no asset has.

    Args:
        sessions: where is asked.
        storage: where the bytes are.
    """

    def __init__(self, sessions: Sessions, storage: Storage) -> None:
        self._sessions = sessions
        self._storage = storage

    async def __call__(self, prefix: str) -> None:
        """Remove bytes that no asset has; what cannot be removed now is left for the clean-up.

        Args:
            prefix: of keys whose transactions are over, whichever way.
        """
        with _left_for_the_clean_up(prefix):
            keys = [one.key async for one in self._storage.files(prefix)]
            for start in range(0, len(keys), BATCH):
                batch = keys[start : start + BATCH]
                async with self._sessions() as session:
                    owned = set((await session.scalars(OWNED, {"keys": batch})).all())
                for key in batch:
                    if key not in owned:
                        await self._storage.delete(key)

    async def uncommitted(self, prefix: str) -> None:
        """The same for keys whose transaction will not be committed; the database need not answer."""
        with _left_for_the_clean_up(prefix):
            for upload in [one async for one in self._storage.unfinished(prefix)]:
                await self._storage.drop(upload)
            for key in [one.key async for one in self._storage.files(prefix)]:
                await self._storage.delete(key)


@contextmanager
def _left_for_the_clean_up(prefix: str) -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        log.warning("bytes of assets are left for the clean-up", prefix=prefix, error=error.message)
