"""Projects and the roles that users have in them."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import islice

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.slugs import MAX_SLUG_LENGTH, SLUG_PATTERN, free_slugs, slug_base
from storyarn_export.accounts.users import MAX_NAME_LENGTH, MAX_SLUG_ATTEMPTS, own_workspace
from storyarn_export.db.models import Project, ProjectMembership, WorkspaceMembership
from storyarn_export.domain.errors import ConflictError, InvalidRequestError

MAX_DESCRIPTION_LENGTH = 1000
MAX_BIGINT = 2**63 - 1


class Role(StrEnum):
    """What a user is in a project."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


# Who may change a project.
EDITORS = frozenset({Role.OWNER, Role.EDITOR})


async def create_project(
    session: AsyncSession,
    *,
    owner_id: int,
    name: str,
    slug: str | None = None,
    description: str | None = None,
) -> Project:
    """A new, empty project in the owner's own workspace.

    Args:
        session: whose transaction takes the rows.
        owner_id: an existing user, who becomes owner.
        name: 1 to 100 characters.
        slug: its address in the workspace; made from the name when absent, with a number where that is taken.
        description: at most 1000 characters.

    Raises:
        InvalidRequestError: a value breaks its limits.
        ConflictError: the slug that was asked for is taken.
    """
    _check(name, slug, description)
    workspace = await own_workspace(session, owner_id)
    candidates = [slug] if slug is not None else await _candidates(session, workspace.id, name)
    for candidate in candidates:
        row = insert(Project).values(
            name=name,
            slug=candidate,
            description=description,
            workspace_id=workspace.id,
            owner_id=owner_id,
        )
        project: Project | None = await session.scalar(row.on_conflict_do_nothing().returning(Project))
        if project is not None:
            session.add(ProjectMembership(role=Role.OWNER, project_id=project.id, user_id=owner_id))
            await session.flush()
            return project
    raise ConflictError(
        f"the slug {candidates[0]!r} is taken in this workspace",
        hint="leave the slug out to have a free one made from the name",
        extra={"errors": [{"path": "slug", "message": "is taken"}]},
    )


async def role_in(session: AsyncSession, *, user_id: int, project_id: int) -> Role | None:
    """The user's role in a project: their own membership, else their workspace role mapped down.

    Owners, admins and members of the workspace are editors, its viewers viewers. None: no such project, or
    nothing the user may know of.
    """
    if not 0 < project_id <= MAX_BIGINT:
        return None
    query = _with_roles(user_id).where(Project.id == project_id)
    found = (await session.execute(query)).one_or_none()
    return None if found is None else _effective(found[1], found[2])


async def projects_of(
    session: AsyncSession, *, user_id: int, limit: int, after: int | None
) -> list[tuple[Project, Role]]:
    """The user's projects with their role in each, ordered by id.

    Args:
        session: to read with.
        user_id: whose projects.
        limit: rows at most.
        after: only ids above this one.
    """
    query = _with_roles(user_id).where(Project.id.in_(visible_projects(user_id))).order_by(Project.id)
    if after is not None:
        query = query.where(Project.id > after)
    rows = (await session.execute(query.limit(limit))).all()
    roles = [(project, _effective(direct, shared)) for project, direct, shared in rows]
    return [(project, role) for project, role in roles if role is not None]


def visible_projects(user_id: int) -> CompoundSelect[int]:
    """A query for the ids of all projects in which the user has a role, in no order."""
    direct = select(ProjectMembership.project_id).where(ProjectMembership.user_id == user_id)
    shared = (
        select(Project.id)
        .join(WorkspaceMembership, WorkspaceMembership.workspace_id == Project.workspace_id)
        .where(WorkspaceMembership.user_id == user_id)
    )
    return union(direct, shared)


def _with_roles(user_id: int) -> Select[Project, str, str]:
    own: ColumnElement[bool] = and_(
        ProjectMembership.project_id == Project.id, ProjectMembership.user_id == user_id
    )
    shared: ColumnElement[bool] = and_(
        WorkspaceMembership.workspace_id == Project.workspace_id, WorkspaceMembership.user_id == user_id
    )
    return (
        select(Project, ProjectMembership.role, WorkspaceMembership.role)
        .outerjoin(ProjectMembership, own)
        .outerjoin(WorkspaceMembership, shared)
    )


def _effective(direct: str | None, shared: str | None) -> Role | None:
    if direct is not None:
        return Role(direct)
    if shared is None:
        return None
    return Role.VIEWER if shared == "viewer" else Role.EDITOR


async def _candidates(session: AsyncSession, workspace_id: int, name: str) -> Sequence[str]:
    base = slug_base(name, fallback="project")
    near = select(Project.slug).where(Project.workspace_id == workspace_id, Project.slug.startswith(base))
    return list(islice(free_slugs(base, set(await session.scalars(near))), MAX_SLUG_ATTEMPTS))


def _check(name: str, slug: str | None, description: str | None) -> None:
    errors = []
    if not 1 <= len(name) <= MAX_NAME_LENGTH or not name.strip() or "\0" in name:
        errors.append({"path": "name", "message": f"must have 1 to {MAX_NAME_LENGTH} characters"})
    if slug is not None and (len(slug) > MAX_SLUG_LENGTH or not SLUG_PATTERN.fullmatch(slug)):
        errors.append({"path": "slug", "message": "must be words of a-z and 0-9 with single hyphens between"})
    if description is not None and (len(description) > MAX_DESCRIPTION_LENGTH or "\0" in description):
        message = f"must have at most {MAX_DESCRIPTION_LENGTH} characters"
        errors.append({"path": "description", "message": message})
    if errors:
        said = "; ".join(f"{error['path']} {error['message']}" for error in errors)
        raise InvalidRequestError(said, extra={"errors": errors})
