import orjson
import pytest

from tests.e2e.conftest import Member, Projects, Running


async def test_a_small_project_comes_at_once(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1000, name="Tale")
    answer = await ann.get(f"/api/projects/{project}/export")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="tale.')
    assert answer.headers["cache-control"] == "private, no-store"
    assert len(answer.json()["sheets"]) == 1000
    assert b"\n  " in answer.content
    assert (await ann.get(f"/api/projects/{project}/exports")).json()["items"] == []


async def test_compact_and_filtered(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=2, flows=1)
    query = "format=storyarn&pretty_print=false&include_flows=false&include_assets=none"
    answer = await ann.get(f"/api/projects/{project}/export?{query}")
    document = answer.json()
    assert b"\n  " not in answer.content
    assert len(document["sheets"]) == 2
    assert "flows" not in document
    assert "assets" not in document


async def test_a_large_project_is_refused_with_the_way_out(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    refused = await ann.get(f"/api/projects/{project}/export")
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "export-too-large")
    assert (problem["entity_count"], problem["threshold"]) == (1001, 1000)
    assert problem["export_url"] == f"/api/projects/{project}/exports"
    assert (await ann.post(problem["export_url"], {"format": "storyarn"})).status_code == 202


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("format=word", "unknown-format"),
        ("pretty_print=yes", "invalid-request"),
        ("include_assets=boxed", "invalid-request"),
        ("sheet_ids=1,x", "invalid-options"),
        ("sheet_ids=777777", "invalid-options"),
        ("pretty=true", "invalid-request"),
    ],
)
async def test_wrong_wishes_are_refused(ann: Member, projects: Projects, query: str, code: str) -> None:
    project = await projects.make(ann, sheets=1)
    refused = await ann.get(f"/api/projects/{project}/export?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_head_reads_nothing_and_holds_nothing(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1000)
    for _ in range(30):
        head = await ann.client.head(f"/api/projects/{project}/export")
        assert (head.status_code, head.content) == (200, b"")
    # More than the pool has: each was given back.
    assert orjson.loads((await ann.get(f"/api/projects/{project}/export")).content)["sheets"]
    assert service.services.bulk.get_idle_size() == service.services.bulk.get_size()
