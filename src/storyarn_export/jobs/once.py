"""Requests that may come more than once and make one job all the same."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import IdempotencyKey
from storyarn_export.domain.errors import IdempotencyKeyReusedError

KEPT = timedelta(hours=24)
# First half of the advisory locks under which equal requests wait for each other.
LOCK = 730580923


@dataclass(frozen=True, slots=True)
class Once:
    """A request under a key of its sender's.

    Attributes:
        user_id: whose key it is; those of others are other keys.
        key: as the sender chose it.
        request_sha256: digest of all that the request asks for.
    """

    user_id: int
    key: str
    request_sha256: bytes

    async def earlier(self, session: AsyncSession) -> UUID | None:
        """The job that this request has made within KEPT, or None; then nobody else makes it at the same time.

        Args:
            session: until the end of its transaction, equal requests wait here.

        Raises:
            IdempotencyKeyReusedError: the key came with another request.
        """
        await session.execute(
            select(func.pg_advisory_xact_lock(LOCK, func.hashtext(f"{self.user_id} {self.key}")))
        )
        query = select(IdempotencyKey).where(
            IdempotencyKey.user_id == self.user_id,
            IdempotencyKey.key == self.key,
            IdempotencyKey.inserted_at > func.now() - KEPT,
        )
        found = await session.scalar(query)
        if found is None:
            return None
        if found.request_sha256 != self.request_sha256:
            raise IdempotencyKeyReusedError(
                "The key has been sent with another request.", hint="draw a new key for each request"
            )
        return found.export_job_id or found.import_job_id

    async def remember(
        self, session: AsyncSession, *, export_id: UUID | None = None, import_id: UUID | None = None
    ) -> None:
        """Say which job the request has made, in the transaction that asked for an earlier one."""
        made = {
            "request_sha256": self.request_sha256,
            "export_job_id": export_id,
            "import_job_id": import_id,
            "inserted_at": func.now(),
        }
        statement = insert(IdempotencyKey).values(user_id=self.user_id, key=self.key, **made)
        await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "key"], set_=made))
