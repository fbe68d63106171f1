"""Event streams: one import, or all of the caller's."""

from fastapi import APIRouter
from starlette.responses import Response

from storyarn_export.api.auth import FollowingImports
from storyarn_export.api.dependencies import FollowingImport, ImportId, require_import
from storyarn_export.api.documented import GUARDED, IN_PROJECT, STREAMS, problems
from storyarn_export.api.routes.events import STREAM, LastEventId
from storyarn_export.api.state import State
from storyarn_export.api.streams.all_jobs import UserFeed
from storyarn_export.api.streams.gate import StreamKind
from storyarn_export.api.streams.kinds import IMPORT
from storyarn_export.api.streams.one_job import job_events
from storyarn_export.api.streams.sse import EventStream, parse_last_event_id

router = APIRouter(tags=["events"])
one = APIRouter(prefix="/api/projects/{project_id}/imports/{import_id}/events")
everything = APIRouter(prefix="/api/imports/events")


@one.get(
    "",
    summary="Follow an import",
    response_class=Response,
    responses={**STREAM, **problems(*IN_PROJECT, *STREAMS)},
)
async def follow_import(
    access: FollowingImport, import_id: ImportId, state: State, last_event_id: LastEventId = None
) -> EventStream:
    """The present state, then every change, until the import is over; one that is ready waits to be executed.

    With Last-Event-ID only what is newer.
    """
    async with state.services.sessions() as session:
        job = await require_import(session, access, import_id)
    frames = job_events(state, IMPORT, job.id, parse_last_event_id(last_event_id))
    return EventStream(frames, state.gate, StreamKind.ONE_JOB, access.caller.token_id)


@everything.get(
    "",
    summary="Follow all your imports",
    response_class=Response,
    responses={**STREAM, **problems(*GUARDED, *STREAMS, "insufficient-scope")},
)
async def follow_imports(
    caller: FollowingImports,
    state: State,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Your imports that are worked on, then every change of any of them, for ever.

    With Last-Event-ID first what you have missed; `resync` says that it was too much: read the lists anew.
    """
    feed = UserFeed(state, IMPORT, caller.user_id, parse_last_event_id(last_event_id))
    return EventStream(feed.frames(), state.gate, StreamKind.ALL_JOBS, caller.token_id)


router.include_router(one)
router.include_router(everything)
