import pytest
from fastapi import APIRouter, FastAPI

from storyarn_export.accounts.projects import Role
from storyarn_export.api.app import ROUTERS
from storyarn_export.api.auth import SignedIn
from storyarn_export.api.dependencies import Exporting, Reading
from storyarn_export.api.guards import UnguardedRouteError, refuse_unguarded
from storyarn_export.api.permissions import RULES, Action, Rule, has_scope

EVERYONE = frozenset({Role.OWNER, Role.EDITOR, Role.VIEWER})
EDITORS = frozenset({Role.OWNER, Role.EDITOR})


def test_every_action_has_its_rule() -> None:
    assert dict(RULES) == {
        Action.LOOK_AT_SERVICE: Rule(token=False),
        Action.USE_ACCOUNT: Rule(),
        Action.FOLLOW_EXPORTS: Rule(scope="exports"),
        Action.FOLLOW_IMPORTS: Rule(scope="imports"),
        Action.READ_PROJECT: Rule(roles=EVERYONE),
        Action.EXPORT: Rule(scope="exports", roles=EVERYONE),
        Action.END_EXPORTS_OF_OTHERS: Rule(scope="exports", roles=EDITORS),
        Action.IMPORT: Rule(scope="imports", roles=EDITORS),
    }


@pytest.mark.parametrize(
    ("scopes", "needed", "enough"),
    [
        ({"exports"}, None, True),
        ({"exports"}, "exports", True),
        ({"imports"}, "exports", False),
        ({"admin"}, "exports", True),
        (set(), "exports", False),
    ],
)
def test_scopes(scopes: set[str], needed: str | None, *, enough: bool) -> None:
    assert has_scope(frozenset(scopes), needed) is enough


def application(*more: APIRouter, without: str | None = None) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    for module in ROUTERS:
        if not module.__name__.endswith(without or "nothing"):
            app.include_router(module.router)
    for router in more:
        app.include_router(router)
    return app


def test_the_routes_are_guarded_as_the_table_says() -> None:
    refuse_unguarded(application())


def test_a_route_that_is_not_in_the_table_stops_the_start() -> None:
    router = APIRouter()

    @router.get("/api/projects/{project_id}/secrets")  # noqa: FAST003 - the guard takes it
    async def get_secrets(access: Reading) -> str:
        return str(access.project_id)

    with pytest.raises(UnguardedRouteError, match="get_secrets"):
        refuse_unguarded(application(router))


def test_a_line_without_a_route_stops_the_start() -> None:
    with pytest.raises(UnguardedRouteError, match="quick_export"):
        refuse_unguarded(application(without=".quick"))


def test_one_line_is_for_one_route() -> None:
    router = APIRouter()

    @router.get("/healthy")
    async def healthz() -> str:
        return ""

    with pytest.raises(UnguardedRouteError, match="twice: \\['healthz'\\]"):
        refuse_unguarded(application(router))


def test_the_wrong_guard_or_none_stops_the_start() -> None:
    for_members = APIRouter()

    @for_members.get("/api/projects/{project_id}/export")  # noqa: FAST003 - the guard takes it
    async def quick_export(access: Reading) -> str:
        return str(access.project_id)

    with pytest.raises(UnguardedRouteError, match="quick_export"):
        refuse_unguarded(application(for_members, without=".quick"))

    two = APIRouter()

    @two.get("/api/projects/{project_id}/export", name="quick_export")  # noqa: FAST003 - the guard takes it
    async def with_two(access: Exporting, caller: SignedIn) -> str:
        return f"{access.project_id}{caller.user_id}"

    with pytest.raises(UnguardedRouteError, match="quick_export"):
        refuse_unguarded(application(two, without=".quick"))

    bare = APIRouter()

    @bare.get("/api/formats")
    async def list_formats() -> str:
        return ""

    with pytest.raises(UnguardedRouteError, match="list_formats"):
        refuse_unguarded(application(bare, without=".formats"))
