"""Takes the pictures of the console in docs/images, of a story that is made for them: `make screenshots`."""

import asyncio
import re
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import asyncpg
import httpx
from playwright.async_api import Browser, ViewportSize, async_playwright

from storyarn_export.accounts.tokens import create_token
from storyarn_export.db.embedded import EmbeddedServer
from storyarn_export.db.migrate import upgrade
from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.seeding.seed import SeedProject
from storyarn_export.worker.process import serve_worker
from tests.browser.conftest import FINDER, FLAGS
from tests.e2e.conftest import Running, run_service

PICTURES = Path(__file__).parents[2] / "docs" / "images"
DATA_DIR = Path(__file__).parents[2] / ".data" / "screenshots"
ENTITIES = 150_000
SIZE: ViewportSize = {"width": 1180, "height": 1660}
PHONE: ViewportSize = {"width": 420, "height": 900}
HALF_WAY = re.compile(r"Running: [3-9]\d %")
# Different exports, so that the picture of the last ones has something to tell.
BEFORE: tuple[dict[str, bool], ...] = (
    {"include_sheets": False},
    {"include_flows": False},
    {},
    {"include_localization": False, "include_scenes": False},
    {"pretty_print": True},
    {"include_flows": False, "include_localization": False},
)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


async def main(chromium: str) -> None:
    """Take both pictures with the browser at this path."""
    with EmbeddedServer(DATA_DIR) as server, tempfile.TemporaryDirectory() as files:
        url = await asyncio.to_thread(_fresh, server.url)
        async with run_service(url, Path(files)) as service, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=[*FLAGS, "--hide-scrollbars"]
            )
            await _take(service, browser)
            await browser.close()


def _fresh(server_url: str) -> str:
    async def make() -> None:
        connection = await asyncpg.connect(server_url)
        await connection.execute("DROP DATABASE IF EXISTS screenshots WITH (FORCE)")
        await connection.execute("CREATE DATABASE screenshots")
        await connection.close()

    asyncio.run(make())
    url = server_url.rpartition("/")[0] + "/screenshots"
    upgrade(url)
    return url


@asynccontextmanager
async def _worker(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [EXPORTS], stop=stop))
    try:
        yield
    finally:
        stop.set()
        await working


async def _take(service: Running, browser: Browser) -> None:
    async with service.services.sessions.begin() as session:
        issued = await create_token(session, email="ann@example.org", scopes=["exports", "imports"])
    seed = SeedProject(service.services.bulk)
    made = await seed(owner_id=issued.user_id, entities=ENTITIES, name="The Lighthouse Keepers")
    async with _worker(service):
        await _export_before(service.url, made.project_id, issued.token)
        for theme in THEMES:
            await _picture(service.url, browser, theme, made.project_id, issued.token)
        await _choosing(service.url, browser, made.project_id, issued.token)


async def _choosing(url: str, browser: Browser, project_id: int, token: str) -> None:
    """What someone sees who picks a flow, on a phone."""
    page = await browser.new_page(
        base_url=url, viewport=PHONE, color_scheme="light", device_scale_factor=2, locale="en-GB"
    )
    await page.goto(f"/#/projects/{project_id}/export")
    await page.get_by_label("Token").fill(token)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("Flows: all").click()
    choices = page.get_by_role("list", name="Flows", exact=True).get_by_role("checkbox")
    await choices.nth(1).check()
    await page.locator(".flow-graph").wait_for()
    await page.locator(".picker", has_text="Flows:").screenshot(path=PICTURES / "console-picker.png")
    await page.close()


async def _picture(url: str, browser: Browser, theme: Theme, project_id: int, token: str) -> None:
    page = await browser.new_page(
        base_url=url, viewport=SIZE, color_scheme=theme, device_scale_factor=1.5, locale="en-GB"
    )
    await page.goto(f"/#/projects/{project_id}/export")
    await page.get_by_label("Token").fill(token)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("It runs in the queue").wait_for()
    await page.get_by_role("button", name="Start export").click()
    await page.evaluate("scrollTo(0, 0)")
    await page.locator("article.running", has_text=HALF_WAY).wait_for()
    await page.screenshot(path=PICTURES / f"console-{theme}.png")
    await page.locator("article.running").wait_for(state="detached")
    await page.close()


async def _export_before(url: str, project_id: int, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Prefer": "respond-async, wait=30"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        for options in BEFORE:
            body = {"format": "storyarn", "options": options}
            (await client.post(f"/api/projects/{project_id}/exports", json=body)).raise_for_status()


if __name__ == "__main__":
    finder = subprocess.run([FINDER], check=True, capture_output=True, text=True)
    asyncio.run(main(finder.stdout.splitlines()[-1]))
