"""Event streams: one export, or all of the caller's."""

from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from storyarn_export.api.auth import FollowingExports
from storyarn_export.api.dependencies import FollowingExport, JobId, require_job
from storyarn_export.api.documented import GUARDED, IN_PROJECT, STREAMS, problems
from storyarn_export.api.state import State
from storyarn_export.api.streams.all_jobs import UserFeed
from storyarn_export.api.streams.gate import StreamKind
from storyarn_export.api.streams.kinds import EXPORT
from storyarn_export.api.streams.one_job import job_events
from storyarn_export.api.streams.sse import EventStream, parse_last_event_id

router = APIRouter(tags=["events"])
one = APIRouter(prefix="/api/projects/{project_id}/exports/{job_id}/events")
everything = APIRouter(prefix="/api/exports/events")
LastEventId = Annotated[str | None, Header(description="Id of the last event that you have.")]
# As OpenAPI has it since 3.2: the schema is that of each event.
EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$", "description": "For `Last-Event-ID`."},
        "event": {"enum": ["progress", "completed", "failed", "cancelled", "resync"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "The job resource; with `restarted: true` where it began anew.",
        },
    },
}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `progress`, `completed`, `failed`, `cancelled`, `resync`; data is the job resource",
        "content": {"text/event-stream": {"schema": EVENT}},
    }
}


@one.get(
    "",
    summary="Follow an export",
    response_class=Response,
    responses={**STREAM, **problems(*IN_PROJECT, *STREAMS)},
)
async def follow_export(
    access: FollowingExport, job_id: JobId, state: State, last_event_id: LastEventId = None
) -> EventStream:
    """The present state, then every change, until the job is over. With Last-Event-ID only what is newer."""
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    frames = job_events(state, EXPORT, job.id, parse_last_event_id(last_event_id))
    return EventStream(frames, state.gate, StreamKind.ONE_JOB, access.caller.token_id)


@everything.get(
    "",
    summary="Follow all your exports",
    response_class=Response,
    responses={**STREAM, **problems(*GUARDED, *STREAMS, "insufficient-scope")},
)
async def follow_exports(
    caller: FollowingExports,
    state: State,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Your active exports, then every change of any of them, for ever.

    With Last-Event-ID first what you have missed; `resync` says that it was too much: read the lists anew.
    """
    feed = UserFeed(state, EXPORT, caller.user_id, parse_last_event_id(last_event_id))
    return EventStream(feed.frames(), state.gate, StreamKind.ALL_JOBS, caller.token_id)


router.include_router(one)
router.include_router(everything)
