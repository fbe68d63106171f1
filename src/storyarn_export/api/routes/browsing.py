"""What an export of a part is chosen from: sheets, flows and scenes by name, and the shape of a flow."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from storyarn_export.api.dependencies import DECIMAL, Paged, Reading, bad_cursor, cursor_after, parse_id
from storyarn_export.api.documented import IN_PROJECT, problems
from storyarn_export.api.schemas.browsing import FlowGraph, RootOut
from storyarn_export.api.schemas.common import Listed
from storyarn_export.api.state import State
from storyarn_export.collector.browsing import Choosable, find_roots, shape_of
from storyarn_export.domain.errors import NotFoundError

router = APIRouter(prefix="/api/projects/{project_id}", tags=["projects"])
MAX_SEARCH_LENGTH = 200
# PostgreSQL takes no NUL, and no name has such a character.
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"


@router.get(
    "/entities/{section}",
    summary="List sheets, flows or scenes",
    response_description="A page of them",
    responses=problems(*IN_PROJECT, "invalid-request"),
)
async def list_entities(
    access: Reading,
    section: Annotated[Choosable, Path(description="Which of them.", examples=["flows"])],
    paged: Paged,
    state: State,
    search: Annotated[
        str,
        Query(
            max_length=MAX_SEARCH_LENGTH,
            pattern=NO_CONTROLS,
            description="Text that name or shortcut has to hold, in whatever case.",
        ),
    ] = "",
) -> Listed[RootOut]:
    """What `sheet_ids`, `flow_ids` and `scene_ids` of an export choose from, oldest first."""
    after = parse_id(paged.after) if paged.after is not None else 0
    if after is None:
        raise bad_cursor()
    async with state.counting, state.services.reads.acquire() as connection:
        found = await find_roots(
            connection, access.project_id, section, text=search.strip(), after=after, limit=paged.limit + 1
        )
    items = [RootOut.of(root) for root in found[: paged.limit]]
    more = len(found) > paged.limit
    return Listed(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


@router.get(
    "/flows/{flow_id}/graph",
    summary="Show the shape of a flow",
    response_description="Its nodes and connections",
    responses=problems(*IN_PROJECT),
)
async def get_flow_graph(
    access: Reading,
    flow_id: Annotated[
        str, Path(description="Id of the flow, decimal.", examples=["7"], json_schema_extra=DECIMAL)
    ],
    state: State,
) -> FlowGraph:
    """Nodes where they lie and what connects them, as many as a small picture can show."""
    number = parse_id(flow_id)
    shape = None
    if number is not None:
        async with state.counting, state.services.reads.acquire() as connection:
            shape = await shape_of(connection, access.project_id, number)
    if number is None or shape is None:
        raise NotFoundError("There is no such flow in this project.")
    return FlowGraph.of(number, shape)
