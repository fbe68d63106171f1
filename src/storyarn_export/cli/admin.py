"""The first user, and the token that the first start prints."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.tokens import SCOPES, create_token
from storyarn_export.accounts.users import ensure_user, first_user
from storyarn_export.bootstrap import Services
from storyarn_export.db.models import ApiToken

ADMIN_EMAIL = "admin@localhost"
FIRST_TOKEN_NAME = "first start"  # noqa: S105 - what the token is for, not the token
FIRST_TOKEN_LOCK = 7_305_811_002
"""Two first starts at once must not make two tokens; any constant will do, it only has to be ours."""


async def first_admin_token(services: Services) -> str | None:
    """A token of the admin with all scopes; None when an earlier start has made it."""
    async with services.sessions.begin() as session:
        await session.execute(select(func.pg_advisory_xact_lock(FIRST_TOKEN_LOCK)))
        made_before = select(ApiToken.id).where(ApiToken.name == FIRST_TOKEN_NAME).limit(1)
        if await session.scalar(made_before) is not None:
            return None
        issued = await create_token(session, email=ADMIN_EMAIL, scopes=SCOPES, name=FIRST_TOKEN_NAME)
        return issued.token


async def owner_id(session: AsyncSession, email: str | None) -> int:
    """Id of the user that a new project is given to, who is made when there is none.

    Args:
        session: not committed here.
        email: as it was asked for; None: the first user, or the admin when there is nobody yet.

    Raises:
        InvalidRequestError: not an address.
    """
    user = await first_user(session) if email is None else None
    return (user or await ensure_user(session, email or ADMIN_EMAIL)).id
