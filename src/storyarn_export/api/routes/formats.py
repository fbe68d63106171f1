"""Formats that projects can be exported to."""

from fastapi import APIRouter

from storyarn_export.api.auth import SignedIn
from storyarn_export.api.documented import GUARDED, problems
from storyarn_export.api.schemas.common import Listed
from storyarn_export.api.schemas.formats import FormatOut
from storyarn_export.api.state import State

router = APIRouter(prefix="/api/formats", tags=["formats"])


@router.get("", summary="List the formats", response_description="All of them", responses=problems(*GUARDED))
async def list_formats(_: SignedIn, state: State) -> Listed[FormatOut]:
    """Every registered format, in the order in which people should see them; always one page."""
    return Listed(items=[FormatOut.of(one) for one in state.services.formats.all()], next_cursor=None)
