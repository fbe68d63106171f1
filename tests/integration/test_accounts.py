import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.projects import Role, create_project, projects_of, role_in
from storyarn_export.accounts.tokens import authenticate, create_token, list_tokens, revoke_token
from storyarn_export.accounts.users import ensure_user, first_user, own_workspace
from storyarn_export.db.models import ApiToken, ProjectMembership, User, Workspace, WorkspaceMembership
from storyarn_export.db.session import Sessions, create_engine, create_sessions
from storyarn_export.domain.errors import ConflictError, InvalidRequestError


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, size=4, application_name="tests")
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


async def test_a_token_authenticates_its_user_and_keeps_no_secret(session: AsyncSession) -> None:
    issued = await create_token(session, email="ann@example.org", scopes=["exports"])
    caller = await authenticate(session, issued.token)
    assert caller is not None
    assert (caller.user_id, caller.token_id, caller.scopes) == (
        issued.user_id,
        issued.id,
        frozenset({"exports"}),
    )
    row = (await session.scalars(select(ApiToken))).one()
    secret = issued.token.removeprefix(f"sa_{issued.id}_")
    assert len(secret) >= 43
    assert secret.encode() not in row.secret_sha256


async def test_wrong_unknown_and_malformed_tokens_are_refused(session: AsyncSession) -> None:
    issued = await create_token(session, email="ann@example.org", scopes=["exports"])
    wrong = issued.token[:-1] + ("A" if issued.token[-1] != "A" else "B")
    unknown = f"sa_{'a' * 16}_{'b' * 43}"
    for token in (
        wrong,
        unknown,
        "",
        "sa__",
        "sa_x_y",
        issued.token + "\n",
        issued.token + "é",
        "x" * 10_000,
    ):
        assert await authenticate(session, token) is None


async def test_revoked_and_expired_tokens_are_refused(session: AsyncSession) -> None:
    revoked = await create_token(session, email="ann@example.org", scopes=["admin"])
    expired = await create_token(session, email="ann@example.org", scopes=["admin"])
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(ApiToken).where(ApiToken.id == expired.id).values(expires_at=past))
    assert await revoke_token(session, revoked.id)
    assert not await revoke_token(session, revoked.id)
    assert not await revoke_token(session, "nobody")
    assert await authenticate(session, revoked.token) is None
    assert await authenticate(session, expired.token) is None


async def test_use_is_noted_at_most_once_a_minute(session: AsyncSession) -> None:
    issued = await create_token(session, email="ann@example.org", scopes=["exports"])
    await session.commit()
    noted = []
    for age in (None, timedelta(seconds=30), timedelta(seconds=90)):
        before = None if age is None else datetime.now(UTC) - age
        await session.execute(update(ApiToken).values(last_used_at=before))
        await session.commit()
        await authenticate(session, issued.token)
        await session.commit()
        used = await session.scalar(select(ApiToken.last_used_at))
        noted.append(used != before)
    assert noted == [True, False, True]


async def test_tokens_are_listed_without_secrets(session: AsyncSession) -> None:
    one = await create_token(session, email="ann@example.org", scopes=["imports", "exports"])
    await revoke_token(session, one.id)
    (row,) = await list_tokens(session)
    assert (row.id, row.email, row.scopes) == (one.id, "ann@example.org", ("exports", "imports"))
    assert row.revoked_at is not None
    assert row.last_used_at is None


@pytest.mark.parametrize("scopes", [[], ["exports", "root"]])
async def test_scopes_are_checked(session: AsyncSession, scopes: list[str]) -> None:
    with pytest.raises(InvalidRequestError):
        await create_token(session, email="ann@example.org", scopes=scopes)


@pytest.mark.parametrize("email", ["", "ann", "@x", "a@", "a b@c", "a@b\n", "x" * 255 + "@y"])
async def test_addresses_are_checked(session: AsyncSession, email: str) -> None:
    if email.strip() != email:
        assert (await ensure_user(session, email)).email == email.strip()
        return
    with pytest.raises(InvalidRequestError):
        await ensure_user(session, email)


async def test_an_address_is_one_user_whatever_its_case(session: AsyncSession) -> None:
    one = await ensure_user(session, "Ann@Example.org")
    two = await ensure_user(session, "ann@example.ORG")
    assert one.id == two.id
    first = await first_user(session)
    assert first is not None
    assert first.id == one.id


async def test_users_of_the_same_name_get_workspaces_of_their_own(session: AsyncSession) -> None:
    users = [await ensure_user(session, f"ann@{host}.org") for host in ("one", "two", "three")]
    slugs = [(await own_workspace(session, user.id)).slug for user in users]
    assert slugs == ["ann", "ann-2", "ann-3"]


async def test_two_at_once_make_one_user_with_one_workspace(sessions: Sessions) -> None:
    async def ensure() -> int:
        async with sessions.begin() as session:
            return (await ensure_user(session, "ann@example.org")).id

    ids = await asyncio.gather(*(ensure() for _ in range(4)))
    assert len(set(ids)) == 1
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 1
        assert await session.scalar(select(func.count()).select_from(Workspace)) == 1


async def test_nobody_is_first_in_an_empty_database(session: AsyncSession) -> None:
    assert await first_user(session) is None


async def test_a_project_gets_a_free_slug_and_its_owner(session: AsyncSession) -> None:
    ann = await ensure_user(session, "ann@example.org")
    names = ["Ñandú's Tale", "Ñandú's Tale", "東京", "東京", "x" * 100, "x" * 100]
    projects = [await create_project(session, owner_id=ann.id, name=name) for name in names]
    assert [project.slug for project in projects] == [
        "nandus-tale",
        "nandus-tale-2",
        "project",
        "project-2",
        "x" * 100,
        "x" * 98 + "-2",
    ]
    assert await role_in(session, user_id=ann.id, project_id=projects[0].id) is Role.OWNER


async def test_a_slug_that_was_asked_for_is_used_or_refused(session: AsyncSession) -> None:
    ann = await ensure_user(session, "ann@example.org")
    assert (await create_project(session, owner_id=ann.id, name="One", slug="tale")).slug == "tale"
    with pytest.raises(ConflictError):
        await create_project(session, owner_id=ann.id, name="Two", slug="tale")
    bob = await ensure_user(session, "bob@example.org")
    assert (await create_project(session, owner_id=bob.id, name="Two", slug="tale")).slug == "tale"


@pytest.mark.parametrize(
    ("name", "slug", "description"),
    [("", None, None), (" ", None, None), ("x" * 101, None, None), ("x", "Ab", None), ("x", "a--b", None)],
)
async def test_limits_of_projects(
    session: AsyncSession, name: str, slug: str | None, description: str | None
) -> None:
    ann = await ensure_user(session, "ann@example.org")
    with pytest.raises(InvalidRequestError) as refused:
        await create_project(session, owner_id=ann.id, name=name, slug=slug, description=description)
    assert refused.value.extra["errors"]


@pytest.mark.parametrize(
    ("direct", "shared", "role"),
    [
        (None, None, None),
        ("viewer", None, Role.VIEWER),
        ("editor", None, Role.EDITOR),
        ("owner", "viewer", Role.OWNER),
        ("viewer", "owner", Role.VIEWER),
        (None, "owner", Role.EDITOR),
        (None, "admin", Role.EDITOR),
        (None, "member", Role.EDITOR),
        (None, "viewer", Role.VIEWER),
    ],
)
async def test_roles(
    session: AsyncSession, direct: str | None, shared: str | None, role: Role | None
) -> None:
    ann = await ensure_user(session, "ann@example.org")
    bob = await ensure_user(session, "bob@example.org")
    project = await create_project(session, owner_id=ann.id, name="Tale")
    if direct:
        session.add(ProjectMembership(role=direct, project_id=project.id, user_id=bob.id))
    if shared:
        session.add(WorkspaceMembership(role=shared, workspace_id=project.workspace_id, user_id=bob.id))
    await session.flush()
    assert await role_in(session, user_id=bob.id, project_id=project.id) is role
    listed = await projects_of(session, user_id=bob.id, limit=10, after=None)
    assert [(one.id, his) for one, his in listed] == ([] if role is None else [(project.id, role)])


@pytest.mark.parametrize("project_id", [0, -1, 1, 2**63 - 1, 2**63, 10**40])
async def test_there_is_no_role_in_a_project_that_is_not_there(
    session: AsyncSession, project_id: int
) -> None:
    ann = await ensure_user(session, "ann@example.org")
    assert await role_in(session, user_id=ann.id, project_id=project_id) is None


async def test_projects_are_paged_by_id(session: AsyncSession) -> None:
    ann = await ensure_user(session, "ann@example.org")
    made = [(await create_project(session, owner_id=ann.id, name=f"Tale {n}")).id for n in range(5)]
    first = await projects_of(session, user_id=ann.id, limit=3, after=None)
    rest = await projects_of(session, user_id=ann.id, limit=3, after=first[-1][0].id)
    assert [project.id for project, _ in first + rest] == made
