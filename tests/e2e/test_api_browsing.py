"""What an export of a part is chosen from."""

from typing import Any

import pytest

from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.bringing import bring
from tests.factories.documents import document, encode, flow, node, sheet, wire

FLOW = flow(
    1,
    "Bridge",
    nodes=[
        node(1, "entry", position_x=0.0, position_y=10.5),
        node(2, "dialogue", position_x=200.0, position_y=-3.0),
        node(3, "exit", position_x=400.0, position_y=10.5),
    ],
    connections=[wire(1, 1, 2), wire(2, 2, 3), wire(3, 2, 3, "other")],
)
SHEETS = [sheet(1, "Castle", shortcut="keep"), sheet(2, "Old_100% Moor", position=1)]


async def brought(ann: Member, project: str, content: bytes) -> None:
    first = await bring(ann.client, project, content)
    await ann.post(f"{first.headers['location']}/execute", {"conflict_resolution": "skip"})


async def found(ann: Member, project: str, kind: str, **query: str) -> list[dict[str, Any]]:
    answer = await ann.get(f"/api/projects/{project}/entities/{kind}", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_roots_are_found_by_a_part_of_name_or_shortcut(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=2)
    await brought(ann, project, encode(document(sheets=SHEETS)))
    other = await projects.make(ann, sheets=3)
    sheets = await found(ann, project, "sheets")
    assert [one["name"] for one in sheets] == ["Castle", "Old_100% Moor"]
    assert set(sheets[0]) == {"id", "name", "shortcut"}
    assert await found(ann, project, "sheets", search=" cAST ") == sheets[:1]
    assert await found(ann, project, "sheets", search=str(sheets[0]["shortcut"])) == sheets[:1]
    # What a pattern would mean stands for itself.
    assert await found(ann, project, "sheets", search="100% m") == sheets[1:]
    assert await found(ann, project, "sheets", search="%") == sheets[1:]
    assert [one["name"] for one in await found(ann, project, "flows")] == ["Root 1", "Root 2"]
    assert await found(ann, project, "scenes") == []
    assert len(await found(ann, other, "sheets")) == 3


async def test_roots_are_paged(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=5)
    whole = await found(ann, project, "sheets")
    first = (await ann.get(f"/api/projects/{project}/entities/sheets?limit=3")).json()
    rest = await found(ann, project, "sheets", limit="3", cursor=first["next_cursor"])
    assert first["items"] + rest == whole


async def test_the_shape_of_a_flow(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    await brought(ann, project, encode(document(flows=[FLOW])))
    (flow_id,) = [one["id"] for one in await found(ann, project, "flows")]
    graph = (await ann.get(f"/api/projects/{project}/flows/{flow_id}/graph")).json()
    assert (graph["id"], graph["name"], graph["node_count"], graph["connection_count"]) == (
        flow_id,
        "Bridge",
        3,
        3,
    )
    assert [(one["type"], one["x"], one["y"]) for one in graph["nodes"]] == [
        ("entry", 0.0, 10.5),
        ("dialogue", 200.0, -3.0),
        ("exit", 400.0, 10.5),
    ]
    entry, talk, leave = [one["id"] for one in graph["nodes"]]
    assert graph["connections"] == [{"source": entry, "target": talk}, {"source": talk, "target": leave}]


async def test_a_picture_is_bounded(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, flows=1)
    (flow_id,) = [one["id"] for one in await found(ann, project, "flows")]
    async with service.services.bulk.acquire() as bulk:
        await bulk.execute(
            "INSERT INTO flow_nodes (type, flow_id) SELECT 'hub', $1 FROM generate_series(1, 2000)",
            int(flow_id),
        )
    graph = (await ann.get(f"/api/projects/{project}/flows/{flow_id}/graph")).json()
    assert (graph["node_count"], len(graph["nodes"])) == (2000, 300)


async def test_others_see_nothing(ann: Member, bob: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=1)
    (flow_id,) = [one["id"] for one in await found(ann, project, "flows")]
    elsewhere = await projects.make(ann)
    for member, path in (
        (bob, f"/api/projects/{project}/entities/flows"),
        (bob, f"/api/projects/{project}/flows/{flow_id}/graph"),
        (ann, f"/api/projects/{elsewhere}/flows/{flow_id}/graph"),
        (ann, f"/api/projects/{project}/flows/x/graph"),
    ):
        assert_problem(await member.get(path), 404, "not-found")


@pytest.mark.parametrize(
    "path",
    ["screenplays", "sheets?limit=0", "sheets?cursor=eA", "sheets?search=%00", "sheets?search=" + "x" * 201],
)
async def test_wrong_lists_are_refused(ann: Member, projects: Projects, path: str) -> None:
    project = await projects.make(ann)
    assert_problem(await ann.get(f"/api/projects/{project}/entities/{path}"), 422, "invalid-request")
