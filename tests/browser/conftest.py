"""A real browser in front of a service of the test's own, and a person who uses it."""

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.e2e.conftest import (  # noqa: F401 - fixtures
    Member,
    Projects,
    Running,
    _plain_log_lines,
    ann,
    join,
    own_service,
    projects,
    worker,
)

FINDER = Path(__file__).parent / "chromium.sh"
# It runs as root in containers, where it has no sandbox, and is not to call home.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STEP_MS = 15_000
expect.set_options(timeout=STEP_MS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; installed where that can be done."""
    found = subprocess.run([FINDER], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()[-1]


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        await launched.close()


@pytest.fixture
def service(own_service: Running) -> Running:  # noqa: F811 - the fixture of this name
    return own_service


@pytest.fixture
async def context(browser: Browser, service: Running) -> AsyncIterator[BrowserContext]:
    """A profile of its own; whatever a page says against its policy or throws fails the test."""
    wrong: list[str] = []
    made = await browser.new_context(base_url=service.url, accept_downloads=True, locale="en-GB")
    made.set_default_timeout(STEP_MS)
    made.on("weberror", lambda error: wrong.append(str(error.error)))
    made.on(
        "console",
        lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None,
    )
    yield made
    await made.close()
    assert wrong == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


SignIn = Callable[[str], Awaitable[None]]


@pytest.fixture
def sign_in(page: Page, ann: Member) -> SignIn:  # noqa: F811 - the fixture of this name
    """Opens the address, signs Ann in, and waits for the heading."""

    async def act(address: str = "/") -> None:
        await page.goto(address)
        await page.get_by_label("Token").fill(ann.token)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Sign out").wait_for()

    return act
