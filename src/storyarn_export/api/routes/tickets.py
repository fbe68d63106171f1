"""Tickets with which a browser opens event streams and saves files."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from storyarn_export.accounts.tickets import issue_ticket
from storyarn_export.api.auth import SignedIn
from storyarn_export.api.documented import GUARDED, problems
from storyarn_export.api.state import State

router = APIRouter(prefix="/api/stream-tickets", tags=["events"])


class TicketOut(BaseModel):
    """A ticket."""

    ticket: str = Field(description="For the query parameter `ticket` of one event stream or download.")
    expires_at: datetime = Field(description="Until when it opens one.")


@router.post(
    "",
    status_code=201,
    summary="Get a ticket for an event stream or a download",
    response_description="The ticket, which is shown once",
    responses=problems(*GUARDED),
)
async def post_ticket(caller: SignedIn, state: State, response: Response) -> TicketOut:
    """`EventSource` and links cannot send a token; they open one stream or file within 60 seconds with `?ticket=…`."""
    async with state.services.sessions.begin() as session:
        issued = await issue_ticket(session, caller)
    response.headers["Cache-Control"] = "no-store"
    return TicketOut(ticket=issued.ticket, expires_at=issued.expires_at)
