"""Metrics, as Prometheus reads them."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from storyarn_export.api.documented import ANYWHERE, problems
from storyarn_export.api.state import State

router = APIRouter(tags=["service"])


@router.get(
    "/metrics",
    summary="How is it doing?",
    response_class=Response,
    responses={
        200: {
            "description": "Every metric of docs/operations.md, in the text format of Prometheus",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems(*ANYWHERE),
    },
)
async def metrics(state: State) -> Response:
    """What the database knows over all processes, and what this process knows of itself; at most a second old.

    Needs no token and names no person, project or job. When the database is away the answer still is 200:
    `storyarn_database_up` is 0 then, and what only the database knows is left out.
    """
    return Response(await state.services.exposition.text(), media_type=CONTENT_TYPE_LATEST)
