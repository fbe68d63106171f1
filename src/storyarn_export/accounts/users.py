"""Users, and the workspace that each of them owns."""

from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.slugs import free_slugs, slug_base
from storyarn_export.db.models import User, Workspace, WorkspaceMembership
from storyarn_export.domain.errors import ConflictError, InvalidRequestError

MIN_EMAIL_LENGTH = 3
MAX_EMAIL_LENGTH = 254
MAX_NAME_LENGTH = 100
# Others may take a slug between our look and our insert; more than a few times in a row is no accident.
MAX_SLUG_ATTEMPTS = 20


async def ensure_user(session: AsyncSession, email: str) -> User:
    """The user of an address, whatever its case; made, with a workspace of their own, when there is none.

    Raises:
        InvalidRequestError: not an address.
    """
    address = _checked(email)
    by_address = select(User).where(func.lower(User.email) == address.lower())
    user = await session.scalar(by_address)
    if user is None:
        await session.execute(insert(User).values(email=address).on_conflict_do_nothing())
        user = (await session.scalars(by_address)).one()
    await own_workspace(session, user.id)
    return user


async def first_user(session: AsyncSession) -> User | None:
    """The oldest user: the admin of the first start."""
    return await session.scalar(select(User).order_by(User.id).limit(1))


async def own_workspace(session: AsyncSession, user_id: int) -> Workspace:
    """The oldest workspace that the user owns; made when there is none.

    Args:
        session: whose transaction takes the new rows.
        user_id: an existing user.
    """
    owned = select(Workspace).where(Workspace.owner_id == user_id).order_by(Workspace.id).limit(1)
    workspace = await session.scalar(owned)
    if workspace is not None:
        return workspace
    # Two at once would make two workspaces: the second waits here and then finds the first one's.
    user = (await session.scalars(select(User).where(User.id == user_id).with_for_update())).one()
    workspace = await session.scalar(owned)
    if workspace is None:
        workspace = await _create_workspace(session, user)
    return workspace


async def _create_workspace(session: AsyncSession, user: User) -> Workspace:
    name = (user.display_name or user.email.partition("@")[0])[:MAX_NAME_LENGTH]
    base = slug_base(name, fallback=f"workspace-{user.id}")
    taken = set(await session.scalars(select(Workspace.slug).where(Workspace.slug.startswith(base))))
    for slug in islice(free_slugs(base, taken), MAX_SLUG_ATTEMPTS):
        made = (
            insert(Workspace)
            .values(name=name, slug=slug, owner_id=user.id)
            .on_conflict_do_nothing()
            .returning(Workspace)
        )
        workspace = await session.scalar(made)
        if workspace is not None:
            session.add(WorkspaceMembership(role="owner", workspace_id=workspace.id, user_id=user.id))
            await session.flush()
            return workspace
    raise ConflictError("no free slug was found for the new workspace", hint="try again")


def _checked(email: str) -> str:
    address = email.strip()
    name, at, host = address.rpartition("@")
    sane = (
        MIN_EMAIL_LENGTH <= len(address) <= MAX_EMAIL_LENGTH and address.isprintable() and " " not in address
    )
    if not (sane and name and at and host):
        raise InvalidRequestError(
            f"{address[:MAX_EMAIL_LENGTH]!r} is not an e-mail address",
            extra={"errors": [{"path": "email", "message": "must be an e-mail address"}]},
        )
    return address
