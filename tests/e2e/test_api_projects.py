from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Member, Projects

SECTIONS = {"sheets": 0, "flows": 0, "scenes": 0, "screenplays": 0, "localization": 0, "assets": 0}


async def test_a_project_is_created_and_shown(ann: Member) -> None:
    made = await ann.post("/api/projects", {"name": "The Long Night", "description": "Dark."})
    assert made.status_code == 201
    project = made.json()
    assert made.headers["location"] == f"/api/projects/{project['id']}"
    assert project.pop("created_at").endswith("Z")
    assert project.pop("id").isdecimal()
    assert project == {
        "name": "The Long Night",
        "slug": "the-long-night",
        "description": "Dark.",
        "role": "owner",
        "counts": SECTIONS,
    }
    assert (await ann.get(made.headers["location"])).json() == made.json()


async def test_a_taken_slug_is_a_conflict(ann: Member) -> None:
    await ann.post("/api/projects", {"name": "One", "slug": "tale"})
    again = await ann.post("/api/projects", {"name": "Two", "slug": "tale"})
    assert again.status_code == 409
    assert again.json()["code"] == "conflict"
    assert again.json()["errors"][0]["path"] == "slug"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x\u0000"}, "name"),
        ({"name": "x", "slug": "A b"}, "slug"),
        ({"name": "x", "slug": "a\n"}, "slug"),
        ({"name": "x", "description": "y" * 1001}, "description"),
        ({"name": "x", "owner": "me"}, "owner"),
    ],
)
async def test_wrong_projects_are_refused(ann: Member, body: Any, path: str) -> None:
    refused = await ann.post("/api/projects", body)
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json()["errors"]] == [path]


async def test_projects_are_paged(ann: Member, bob: Member, projects: Projects) -> None:
    made = [await projects.make(ann, name=f"Tale {n}", sheets=n) for n in range(5)]
    await projects.make(bob)
    shown: list[dict[str, Any]] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        parameters = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = (await ann.get("/api/projects", params=parameters)).json()
        shown += answer["items"]
        cursor = answer["next_cursor"]
        pages += 1
    assert pages == 3
    assert [project["id"] for project in shown] == made
    assert [project["counts"]["sheets"] for project in shown] == list(range(5))


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=%21", "cursor=", "cursor=eA", "cursor=" + "A" * 300]
)
async def test_wrong_pages_are_refused(ann: Member, query: str) -> None:
    refused = await ann.get(f"/api/projects?{query}")
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid-request"
    assert refused.json()["errors"][0]["path"] == query.partition("=")[0]


async def test_counts_honour_the_options(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=600, flows=401)
    everything = (await ann.get(f"/api/projects/{project}/counts")).json()
    assert (everything["counts"]["sheet"], everything["counts"]["flow"]) == (600, 401)
    assert everything["by_section"] == {**SECTIONS, "sheets": 600, "flows": 401}
    assert (everything["total"], everything["mode"], everything["threshold"]) == (1001, "async", 1000)
    fewer = (await ann.get(f"/api/projects/{project}/counts?include_sheets=false")).json()
    assert (fewer["total"], fewer["mode"]) == (401, "sync")


@pytest.mark.parametrize(
    ("query", "code", "path"),
    [
        ("include_sheets=1", "invalid-request", "include_sheets"),
        ("include_cheats=true", "invalid-request", "include_cheats"),
        ("flow_ids=x", "invalid-options", "flow_ids"),
        ("flow_ids=7777777", "invalid-options", "options.flow_ids"),
    ],
)
async def test_wrong_options_of_counts(
    ann: Member, projects: Projects, query: str, code: str, path: str
) -> None:
    project = await projects.make(ann)
    refused = await ann.get(f"/api/projects/{project}/counts?{query}")
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["errors"][0]["path"]) == (code, path)


async def test_formats_are_listed(ann: Member) -> None:
    answer = (await ann.get("/api/formats")).json()
    assert answer["next_cursor"] is None
    native = {one["name"]: one for one in answer["items"]}["storyarn"]
    assert native["sections"] == ["sheets", "flows", "scenes", "screenplays", "localization", "assets"]
    assert native["is_bundle"] is False
    assert native["importable"] is True
    assert native["asset_modes"] == ["references", "embedded", "bundled", "none"]


@pytest.mark.parametrize("path", ["", "/counts", "/exports", "/export"])
async def test_strangers_do_not_learn_that_a_project_is_there(
    ann: Member, bob: Member, projects: Projects, path: str
) -> None:
    project = await projects.make(ann)
    hidden = await bob.get(f"/api/projects/{project}{path}")
    absent = await bob.get(f"/api/projects/{int(project) + 1_000_000}{path}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


@pytest.mark.parametrize(
    "project_id", ["0", "-1", "1.0", "x", "01", "%31%00", "9" * 19, "9999999", "9" * 400, "٣", " 1"]
)
async def test_ids_that_are_none_are_not_found(ann: Member, project_id: str) -> None:
    answer = await ann.get(f"/api/projects/{project_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
async def test_every_member_may_read_and_export(
    ann: Member, bob: Member, projects: Projects, role: str
) -> None:
    project = await projects.make(ann, sheets=1)
    await projects.admit(bob, project, role)
    assert (await bob.get(f"/api/projects/{project}")).json()["role"] == role
    made = await bob.post(f"/api/projects/{project}/exports", {"format": "storyarn"})
    assert made.status_code == 201


async def test_a_token_without_the_scope_is_told_so(
    ann: Member, join: Callable[..., Awaitable[Member]], projects: Projects, anyone: httpx.AsyncClient
) -> None:
    project = await projects.make(ann)
    importer = await join(ann.email, scopes=("imports",))
    assert (await importer.get(f"/api/projects/{project}")).status_code == 200
    for method, path in (
        ("GET", f"/api/projects/{project}/exports"),
        ("POST", f"/api/projects/{project}/exports"),
        ("GET", f"/api/projects/{project}/export"),
        ("GET", "/api/exports/events"),
    ):
        refused = await importer.client.request(method, path, json={"format": "storyarn"})
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
        assert 'scope="exports"' in refused.headers["www-authenticate"]
        assert (await anyone.request(method, path)).status_code == 401
    admin = await join(ann.email, scopes=("admin",))
    assert (await admin.get(f"/api/projects/{project}/exports")).status_code == 200


async def test_languages_and_how_far_they_are(ann: Member, bob: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    url = f"/api/projects/{project}/languages"
    assert (await ann.get(url)).json() == {"items": [], "next_cursor": None}
    async with projects.services.bulk.acquire() as connection:
        await connection.execute(
            "INSERT INTO project_languages (project_id, locale_code, name, is_source, position) VALUES"
            " ($1, 'en', 'English', true, 0), ($1, 'de', 'German', false, 1), ($1, 'is', 'Icelandic', false, 2)",
            int(project),
        )
        await connection.execute(
            "INSERT INTO localized_texts (project_id, source_type, source_id, source_field, locale_code, status)"
            " SELECT $1, 'flow_node', n, 'text', 'de', CASE WHEN n < 3 THEN 'final' ELSE 'draft' END"
            " FROM generate_series(1, 3) n",
            int(project),
        )
    shown = {one["locale_code"]: one for one in (await ann.get(url)).json()["items"]}
    assert list(shown) == ["en", "de", "is"]
    assert shown["de"] == {
        "locale_code": "de",
        "name": "German",
        "is_source": False,
        "texts": 3,
        "final": 2,
        "percent": 66,
    }
    assert (shown["en"]["is_source"], shown["is"]["percent"]) == (True, 0)
    assert (await bob.get(url)).status_code == 404
