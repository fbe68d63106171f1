"""Whether the service can do its work: database, schema, storage."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.bootstrap import Services
from storyarn_export.db.migrate import revisions

# A probe that hangs longer than this has found what it was looking for.
CHECK_SECONDS = 5
AWAY = (SQLAlchemyError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Check:
    """What one look found."""

    ok: bool
    detail: str


class Readiness:
    """Looks at what the service stands on.

    Args:
        services: whose database and storage.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._head: str | None = None

    async def look(self) -> dict[str, Check]:
        """What each check found: `database`, `schema`, `storage`. Takes at most a few seconds."""
        database, schema = await self._database()
        return {"database": database, "schema": schema, "storage": await self._storage()}

    async def _database(self) -> tuple[Check, Check]:
        try:
            async with asyncio.timeout(CHECK_SECONDS), self._services.sessions() as session:
                await session.execute(text("SELECT 1"))
        except AWAY:
            return Check(ok=False, detail="does not answer"), Check(ok=False, detail="not known")
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return Check(ok=True, detail="answers"), await self._schema()
        except AWAY:
            return Check(ok=True, detail="answers"), Check(ok=False, detail="cannot be read")

    async def _schema(self) -> Check:
        if self._head is None:
            # What this program wants does not change while it runs, and finding out is slow.
            current, self._head = await asyncio.to_thread(revisions, self._services.database_url)
        else:
            async with self._services.sessions() as session:
                current = await session.scalar(text("SELECT version_num FROM alembic_version"))
        if current == self._head:
            return Check(ok=True, detail=f"at {current}")
        return Check(ok=False, detail=f"at {current or 'nothing'}, has to be at {self._head}")

    async def _storage(self) -> Check:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                writable = await self._services.storage.writable()
        except TimeoutError:
            writable = False
        return Check(ok=writable, detail="takes files" if writable else "does not take files")
