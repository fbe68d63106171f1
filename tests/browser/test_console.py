"""What people do with the console, in a real browser."""

import asyncio
import gzip
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from storyarn_export.queueing.queue import EXPORTS, IMPORTS
from storyarn_export.seeding.seed import SeedProject
from storyarn_export.worker.process import serve_worker
from tests.browser.conftest import SignIn
from tests.e2e.conftest import Member, Projects, Running, run_service
from tests.factories.bringing import bring, long_tale, tale
from tests.factories.documents import document, encode, flow, node, wire

pytestmark = pytest.mark.xdist_group("browser")
# Over the threshold, so that it goes through the queue.
LARGE = 1500
HUGE = 200_000
UNKNOWN = "sa_aaaaaaaaaaaaaaaa_" + "b" * 43

WHOLE_MS = 90_000
REAL_PROJECT = Path(__file__).parents[3] / "shared" / "data" / "endless-sky-0.9.8.storyarn.json.gz"
SYNTHETIC_ENTITIES = 30_000
# Keeps what bars say while a test looks elsewhere.
WATCH = """() => {
  window.seen = [];
  const keep = (changes) => window.seen.push(...changes.map(({ target }) => target.getAttribute("aria-valuenow")));
  const what = { subtree: true, attributes: true, attributeFilter: ["aria-valuenow"] };
  new MutationObserver(keep).observe(document.body, what);
}"""
FORK = flow(
    1,
    "Fork in the road",
    nodes=[node(1, "entry"), node(2, "dialogue", position_x=200.0), node(3, "exit", position_x=400.0)],
    connections=[wire(1, 1, 2), wire(2, 2, 3)],
)

Working = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def working(service: Running) -> Working:
    """A worker, while the block lasts."""

    @asynccontextmanager
    async def begin() -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(serve_worker(service.services, [EXPORTS, IMPORTS], stop=stop))
        yield
        stop.set()
        await task

    return begin


async def real_or_synthetic(service: Running, owner: Member) -> str:
    """A large project with everything in it; its id."""
    if REAL_PROJECT.exists():
        return str((await service.services.load_project(REAL_PROJECT, owner_id=owner.user_id)).project_id)
    seed = SeedProject(service.services.bulk)
    return str((await seed(owner_id=owner.user_id, entities=SYNTHETIC_ENTITIES)).project_id)


async def start_export(page: Page, sign_in: SignIn, project: str) -> None:
    await sign_in(f"/#/projects/{project}/export")
    await page.get_by_role("button", name="Start export").click()


async def choose_file(page: Page, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": "application/json", "buffer": content}
    await page.get_by_label("Drop a file here").set_input_files(file)


async def test_good_and_bad_tokens(page: Page, ann: Member, projects: Projects) -> None:
    await projects.make(ann, sheets=7, name="The Long Night")
    await page.goto("/")
    for wrong in ("nonsense", UNKNOWN):
        await page.get_by_label("Token").fill(wrong)
        # What the page says is the same for both.
        async with page.expect_response(lambda answer: "/api/" in answer.url) as refused:
            await page.keyboard.press("Enter")
        await (await refused.value).finished()
        await expect(page.get_by_role("alert")).to_contain_text("The token is unknown, revoked or expired.")
    await page.get_by_label("Token").fill(ann.token)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="The Long Night")).to_be_visible()
    await expect(page.get_by_role("list", name="Projects")).to_contain_text("7 entities")
    assert ann.token not in page.url
    await page.reload()
    await expect(page.get_by_role("link", name="The Long Night")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Token")).to_be_focused()
    assert await page.evaluate("sessionStorage.length") == 0


async def test_what_an_export_would_hold_is_counted(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    project = await projects.make(ann, sheets=LARGE, flows=20)
    await sign_in(f"/#/projects/{project}/export")
    plan = page.locator(".plan")
    await expect(plan).to_contain_text("1,520 entities. It runs in the queue")
    await page.get_by_role("checkbox", name="Sheets").uncheck()
    await expect(plan).to_contain_text("20 entities. It runs at once")
    await page.reload()
    await expect(page.get_by_role("checkbox", name="Sheets")).not_to_be_checked()
    await expect(plan).to_contain_text("20 entities. It runs at once")


async def test_only_what_is_picked_is_exported(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    project = await projects.make(ann, sheets=30)
    brought = await bring(ann.client, project, encode(document(flows=[FORK])))
    await ann.post(f"{brought.headers['location']}/execute", {"conflict_resolution": "skip"})
    await sign_in(f"/#/projects/{project}/export")
    await page.get_by_text("Sheets: all").click()
    sheets = page.get_by_role("list", name="Sheets", exact=True)
    await expect(sheets.get_by_role("listitem")).to_have_count(20)
    await expect(page.get_by_text("The first 20; search to see others.")).to_be_visible()
    await page.get_by_role("searchbox", name="Search sheets").fill("root 29")
    await expect(sheets.get_by_role("listitem")).to_have_count(1)
    # In a field of a form it would start the export.
    await page.keyboard.press("Enter")
    await sheets.get_by_role("checkbox").check()
    await page.get_by_role("searchbox", name="Search sheets").fill("no such name")
    await expect(page.get_by_text("Nothing has that in its name or shortcut.")).to_be_visible()
    await page.get_by_text("Flows: all").click()
    await page.get_by_role("list", name="Flows", exact=True).get_by_role("checkbox").check()
    picture = page.get_by_role("img", name="Fork in the road: 3 nodes, 2 connections")
    await expect(picture.locator("rect")).to_have_count(3)
    await expect(picture.locator("path")).to_have_count(2)
    plan = page.locator(".plan")
    await expect(plan).to_contain_text("7 entities")
    await page.reload()
    await expect(page.get_by_role("button", name="Leave out Root 29")).to_be_visible()
    await expect(plan).to_contain_text("7 entities")
    await page.get_by_role("checkbox", name="Validate before export").uncheck()
    await page.get_by_role("button", name="Start export").click()
    # Beside what was kept before the import.
    await expect(page.locator("tbody tr")).to_contain_text(["Completed", "Completed"])
    options = (await ann.get(f"/api/projects/{project}/exports")).json()["items"][0]["options"]
    assert [len(options[name]) for name in ("sheet_ids", "flow_ids")] == [1, 1]
    assert options["scene_ids"] == "all"
    await page.get_by_role("button", name="Leave out Root 29").click()
    await expect(page.get_by_role("searchbox", name="Search sheets")).to_be_focused()
    await expect(plan).to_contain_text("36 entities")


@pytest.mark.real_data
async def test_the_real_project_goes_out_and_in_again(
    page: Page, ann: Member, service: Running, sign_in: SignIn, working: Working, tmp_path: Path
) -> None:
    """A person's whole way: start, reload mid-way, watch, download, check the digest, bring it back over conflicts."""
    project = await real_or_synthetic(service, ann)
    row = page.locator("tbody tr")
    await start_export(page, sign_in, project)
    await expect(page.locator("article.running")).to_contain_text("Waiting for a worker")
    await page.reload()
    await expect(page.locator("article.running")).to_contain_text("Waiting for a worker")
    await page.evaluate(WATCH)
    async with working():
        await expect(row).to_contain_text("Completed", timeout=WHOLE_MS)
        seen = [int(value) for value in await page.evaluate("window.seen")]
        assert seen == sorted(seen)
        assert any(0 < value < 100 for value in seen)
        async with page.expect_download() as saving:
            await row.get_by_role("button", name="Download").click()
        await (await saving.value).save_as(tmp_path / "story.json")
        digest = hashlib.sha256((tmp_path / "story.json").read_bytes()).hexdigest()
        assert digest == await row.locator("code.whole").text_content()
        await page.get_by_role("link", name="Import", exact=True).click()
        await page.get_by_label("Drop a file here").set_input_files(tmp_path / "story.json")
        await expect(page.get_by_role("heading", name="Preview")).to_be_visible(timeout=WHOLE_MS)
        await expect(page.get_by_text("What shall become of")).to_be_visible()
        await page.get_by_label("Skip").check()
        await page.get_by_role("button", name="Execute the import").click()
        await expect(page.get_by_role("heading", name="Report")).to_be_visible(timeout=WHOLE_MS)


async def test_a_file_is_the_one_that_is_promised(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn, tmp_path: Path
) -> None:
    await start_export(page, sign_in, await projects.make(ann, sheets=12))
    row = page.locator("tbody tr")
    await expect(row).to_contain_text("Completed")
    async with page.expect_download() as saving:
        await row.get_by_role("button", name="Download").click()
    saved = await saving.value
    await saved.save_as(tmp_path / "file")
    content = (tmp_path / "file").read_bytes()
    assert hashlib.sha256(content).hexdigest() == await row.locator("code.whole").text_content()
    assert (saved.suggested_filename, len(json.loads(content)["sheets"])) == ("tale.storyarn.json", 12)
    assert ann.token not in saved.url


async def test_a_file_is_compressed_when_that_is_wanted(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn, tmp_path: Path
) -> None:
    await sign_in(f"/#/projects/{await projects.make(ann, sheets=12)}/export")
    await page.get_by_role("checkbox", name="Compress (gzip)").check()
    await page.get_by_role("button", name="Start export").click()
    row = page.locator("tbody tr")
    async with page.expect_download() as saving:
        await row.get_by_role("button", name="Download").click()
    saved = await saving.value
    await saved.save_as(tmp_path / "file")
    assert saved.suggested_filename == "tale.storyarn.json.gz"
    assert len(json.loads(gzip.decompress((tmp_path / "file").read_bytes()))["sheets"]) == 12
    await page.get_by_label("Assets", exact=False).select_option("bundled")
    await expect(page.get_by_role("checkbox", name="Compress (gzip)")).to_be_disabled()


async def test_progress_is_watched_from_waiting_over_a_reload_to_the_end(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn, working: Working
) -> None:
    await start_export(page, sign_in, await projects.make(ann, sheets=LARGE))
    card = page.locator("article.running")
    await expect(card).to_contain_text("Waiting for a worker")
    await page.reload()
    await expect(card).to_contain_text("Waiting for a worker")
    await expect(page.get_by_role("progressbar", name="Export")).to_have_attribute("aria-valuenow", "0")
    async with working():
        await expect(page.locator("tbody tr")).to_contain_text("Completed")
    await expect(card).to_have_count(0)
    await expect(page.locator("tbody tr")).to_contain_text("1,500")
    await expect(page.get_by_role("img", name=re.compile("Last exports: 1,"))).to_be_visible()


async def test_what_runs_is_cancelled(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn, working: Working
) -> None:
    async with working():
        await start_export(page, sign_in, await projects.make(ann, sheets=HUGE))
        card = page.locator("article.running")
        await expect(card).to_contain_text("Running")
        await card.get_by_role("button", name="Cancel").click()
        await expect(page.locator("tbody tr")).to_contain_text("Cancelled")
        await expect(card).to_have_count(0)


async def test_conflicts_are_shown_and_decided(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    project = await projects.make(ann)
    first = await bring(ann.client, project, tale("Castle", "River"))
    await ann.post(f"{first.headers['location']}/execute", {"conflict_resolution": "skip"})
    await sign_in(f"/#/projects/{project}/import")
    await choose_file(page, "more.json", tale("Castle", "Moor"))
    await expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    await page.reload()
    sheets = page.get_by_role("row", name="Sheets")
    await expect(sheets.get_by_role("cell")).to_have_text(["2", "1", "1", "1"])
    await page.get_by_text("1 conflict", exact=True).click()
    await expect(page.get_by_text("“Castle” has the shortcut castle")).to_be_visible()
    await page.get_by_label("Rename").check()
    await page.get_by_role("button", name="Execute the import").click()
    await expect(page.get_by_role("heading", name="Report")).to_be_visible()
    await expect(sheets.get_by_role("cell")).to_have_text(["1", "0", "0", "1"])
    assert (await ann.get(f"/api/projects/{project}")).json()["counts"]["sheets"] == 8


async def test_a_large_file_goes_through_the_queue(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn, working: Working
) -> None:
    project = await projects.make(ann)
    await sign_in(f"/#/projects/{project}/import")
    await choose_file(page, "long.json", long_tale(2500))
    await expect(page.get_by_role("heading", name="Being read")).to_be_visible()
    async with working():
        await page.get_by_role("button", name="Execute the import").click()
        await expect(page.get_by_role("heading", name="Report")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("row", name="Sheets")).to_contain_text("2,500")


async def test_a_bad_file_is_refused_in_a_sentence(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    await sign_in(f"/#/projects/{await projects.make(ann)}/import")
    await choose_file(page, "bad.json", b'{"storyarn_version":')
    said = page.get_by_role("alert")
    await expect(said).to_be_visible()
    assert re.fullmatch(r"[A-Z].*[.!]", (await said.text_content()) or "")


async def test_a_service_that_is_lost_comes_back(
    page: Page,
    ann: Member,
    projects: Projects,
    sign_in: SignIn,
    service: Running,
    database_url: str,
    tmp_path: Path,
) -> None:
    await start_export(page, sign_in, await projects.make(ann, sheets=LARGE))
    await expect(page.locator("article.running")).to_contain_text("Waiting for a worker")
    service.stop.set()
    await service.serving
    banner = page.get_by_text("The service does not answer. This page goes on by itself")
    await expect(banner).to_be_visible()
    port = int(service.url.rpartition(":")[2])
    async with run_service(database_url, tmp_path, port=port) as again:
        await expect(banner).to_be_hidden()
        stop = asyncio.Event()
        task = asyncio.create_task(serve_worker(again.services, [EXPORTS], stop=stop))
        await expect(page.locator("tbody tr")).to_contain_text("Completed")
        stop.set()
        await task
        await page.goto("about:blank")


async def test_findings_of_the_validator_are_expanded(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    project = await projects.make(ann, flows=1)
    await sign_in(f"/#/projects/{project}/export")
    await page.get_by_role("button", name="Validate").click()
    found = page.get_by_role("region", name="Findings")
    await expect(found).to_contain_text("1 error,")
    await found.locator(".error li summary").click()
    await expect(found.get_by_text("missing_entry")).to_be_visible()
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_role("alert").first).to_contain_text("error")
    await expect(page.locator("tbody tr")).to_contain_text("Failed")
    await page.locator("tbody tr").get_by_text("finding").click()
    await expect(page.locator("tbody tr").get_by_role("region", name="Findings")).to_be_visible()


async def test_a_story_without_faults_passes(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    await sign_in(f"/#/projects/{await projects.make(ann)}/export")
    await page.get_by_role("button", name="Validate").click()
    await expect(page.get_by_text("The project passed: nothing was found.")).to_be_visible()


async def test_a_service_without_a_validator_is_no_fault_of_the_story(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    # As services before there was one answered.
    await page.route("**/exports/validate", lambda route: route.fulfill(status=405, json={}))
    await sign_in(f"/#/projects/{await projects.make(ann, sheets=1)}/export")
    await page.get_by_role("button", name="Validate").click()
    await expect(page.get_by_text("This service does not offer to validate")).to_be_visible()


async def test_only_one_column_on_a_phone(
    page: Page, ann: Member, projects: Projects, sign_in: SignIn
) -> None:
    project = await projects.make(ann, sheets=3)
    await ann.post(f"/api/projects/{project}/exports", {"format": "storyarn"})
    await page.set_viewport_size({"width": 360, "height": 740})
    await sign_in(f"/#/projects/{project}/export")
    await expect(page.locator("tbody tr")).to_contain_text("Completed")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_the_documentation_tells_of_every_operation(page: Page, ann: Member) -> None:
    paths = (await ann.get("/openapi.json")).json()["paths"]
    await page.goto("/docs")
    await expect(page.locator("details.operation")).to_have_count(sum(len(found) for found in paths.values()))
    await page.locator("#post_export > summary").click()
    await expect(page.locator("#post_export")).to_contain_text("include_sheets")
