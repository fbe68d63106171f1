"""axe-core finds nothing serious, whatever the theme."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import SignIn
from tests.e2e.conftest import Member, Projects, Running
from tests.factories.bringing import bring, tale
from tests.factories.documents import document, encode, flow, node, wire

pytestmark = pytest.mark.xdist_group("browser")
FORK = flow(1, "Fork", nodes=[node(1, "entry"), node(2, position_x=99.0)], connections=[wire(1, 1, 2)])
SERIOUS = {"serious", "critical"}


@pytest.fixture(params=["light", "dark"])
async def page(request: pytest.FixtureRequest, browser: Browser, service: Running) -> AsyncIterator[Page]:
    # What examines the page makes markup of strings, which the page's own policy would not have.
    context = await browser.new_context(
        base_url=service.url, color_scheme=request.param, bypass_csp=True, reduced_motion="reduce"
    )
    yield await context.new_page()
    await context.close()


async def serious(page: Page) -> list[dict[str, Any]]:
    found: dict[str, Any] = (await Axe().run(page)).response
    return [
        {"rule": one["id"], "places": [node["html"] for node in one["nodes"]]}
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


async def test_nothing_serious(page: Page, ann: Member, projects: Projects, sign_in: SignIn) -> None:
    project = await projects.make(ann, sheets=30, name="The Long Night")
    large = await projects.make(ann, sheets=1500, name="The Longer Night")
    await ann.post(f"/api/projects/{project}/exports", {"format": "storyarn"})
    await ann.post(f"/api/projects/{large}/exports", {"format": "storyarn"})
    drawn = await projects.make(ann, sheets=3)
    graph = (await bring(ann.client, drawn, encode(document(flows=[FORK])))).headers["location"]
    await ann.post(f"{graph}/execute", {"conflict_resolution": "skip"})
    brought = (await bring(ann.client, project, tale("Castle"))).json()
    await page.goto("/")
    await expect(page.get_by_label("Token")).to_be_visible()
    assert await serious(page) == []
    await sign_in("/")
    for address, there in {
        "": "The Longer Night",
        f"projects/{project}/export": "Completed",
        f"projects/{large}/export": "Waiting for a worker",
        f"projects/{project}/import": "Drop a file here",
        f"projects/{project}/import/{brought['import_id']}": "Execute the import",
    }.items():
        await page.goto(f"/#/{address}")
        await expect(page.get_by_text(there).locator("visible=true").first).to_be_visible()
        assert await serious(page) == [], address
    await page.goto(f"/#/projects/{drawn}/export")
    await page.get_by_text("Flows: all").click()
    await page.get_by_role("list", name="Flows", exact=True).get_by_role("checkbox").check()
    await expect(page.get_by_role("img", name="Fork")).to_be_visible()
    assert await serious(page) == []
    await page.goto("/docs")
    await page.locator("#post_export > summary").click()
    assert await serious(page) == []
