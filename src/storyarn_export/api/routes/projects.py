"""Projects, and what is in them."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from storyarn_export.accounts.projects import Role, create_project, projects_of
from storyarn_export.api.auth import SignedIn
from storyarn_export.api.dependencies import Paged, Reading, bad_cursor, cursor_after, parse_id
from storyarn_export.api.documented import GUARDED, IN_PROJECT, WITH_BODY, problems
from storyarn_export.api.schemas.common import Listed
from storyarn_export.api.schemas.options import OptionsQuery
from storyarn_export.api.schemas.projects import CountsOut, LanguageOut, NewProject, ProjectOut
from storyarn_export.api.state import ApiState, State
from storyarn_export.collector.census import Census, take_census
from storyarn_export.collector.translation import translations
from storyarn_export.db.models import Project
from storyarn_export.domain.errors import NotFoundError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.decide import decide_mode

router = APIRouter(tags=["projects"])
many = APIRouter(prefix="/api/projects")
one = APIRouter(prefix="/api/projects/{project_id}")


@many.get(
    "",
    summary="List your projects",
    response_description="A page of them",
    responses=problems(*GUARDED, "invalid-request"),
)
async def list_projects(caller: SignedIn, paged: Paged, state: State) -> Listed[ProjectOut]:
    """The caller's projects, oldest first, with role and entities of each section."""
    after = parse_id(paged.after) if paged.after is not None else None
    if paged.after is not None and after is None:
        raise bad_cursor()
    async with state.services.sessions() as session:
        found = await projects_of(session, user_id=caller.user_id, limit=paged.limit + 1, after=after)
    shown = found[: paged.limit]
    counts = await asyncio.gather(*(_count(state, project.id) for project, _ in shown))
    items = [
        ProjectOut.of(project, role, census) for (project, role), census in zip(shown, counts, strict=True)
    ]
    more = len(found) > paged.limit
    return Listed(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


@many.post(
    "",
    status_code=201,
    summary="Create a project",
    response_description="It is there, and empty",
    responses=problems(*GUARDED, *WITH_BODY, "conflict"),
)
async def post_project(body: NewProject, caller: SignedIn, state: State, response: Response) -> ProjectOut:
    """A new, empty project in the caller's own workspace; the caller becomes its owner."""
    async with state.services.sessions.begin() as session:
        project = await create_project(
            session, owner_id=caller.user_id, name=body.name, slug=body.slug, description=body.description
        )
    response.headers["Location"] = f"/api/projects/{project.id}"
    return ProjectOut.of(project, Role.OWNER, await _count(state, project.id))


@one.get("", summary="Show a project", response_description="The project", responses=problems(*IN_PROJECT))
async def get_project(access: Reading, state: State) -> ProjectOut:
    """One project with the caller's role and entities of each section."""
    async with state.services.sessions() as session:
        project = await session.get(Project, access.project_id)
    if project is None:
        raise NotFoundError("The project has just been removed.")
    return ProjectOut.of(project, access.role, await _count(state, project.id))


@one.get(
    "/counts",
    summary="Count what an export would hold",
    response_description="What was counted",
    responses=problems(*IN_PROJECT, "invalid-request", "invalid-options"),
)
async def get_counts(access: Reading, query: Annotated[OptionsQuery, Query()], state: State) -> CountsOut:
    """Entities by kind for the options given, and whether an export of them runs at once or in the queue.

    An entity is one row that the export writes.
    """
    options = query.to_options().to_domain()
    async with state.counting:
        census = await state.services.request_export.count(access.project_id, options)
    threshold = state.services.settings.sync_threshold
    mode = decide_mode(census.total, threshold=threshold, prefer_async=False)
    return CountsOut.of(census, mode, threshold)


@one.get(
    "/languages",
    summary="List the languages of a project",
    response_description="All of them",
    responses=problems(*IN_PROJECT),
)
async def list_languages(access: Reading, state: State) -> Listed[LanguageOut]:
    """Every language of the project with its translation progress, in the project's order; always one page."""
    async with state.counting, state.services.reads.acquire() as connection:
        found = await translations(connection, access.project_id)
    return Listed(items=[LanguageOut.of(language) for language in found], next_cursor=None)


async def _count(state: ApiState, project_id: int) -> Census:
    async with state.counting, state.services.reads.acquire() as connection:
        return await take_census(connection, project_id, ExportOptions())


router.include_router(many)
router.include_router(one)
