"""The pages for people: what is served, and under which policy."""

import re
from importlib.resources import files

import httpx
import pytest

from storyarn_export.api import console
from tests.e2e.problems import assert_problem

NAMES = sorted(file.name for file in files(console).iterdir() if not file.name.startswith("_"))
REFERENCE = re.compile(r'(?:src|href)="([^"#]+)"|from "\./([^"]+)"')


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_pages(anyone: httpx.AsyncClient, path: str) -> None:
    answer = await anyone.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    again = await anyone.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await anyone.head(path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("name", NAMES)
async def test_all_that_pages_refer_to_is_there(anyone: httpx.AsyncClient, name: str) -> None:
    answer = await anyone.get(f"/console/{name}")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    for address, module in REFERENCE.findall(answer.text):
        found = await anyone.get(address or f"/console/{module}")
        assert found.status_code == 200, address or module


@pytest.mark.parametrize("name", NAMES)
def test_modules_are_small_and_come_from_nowhere_else(name: str) -> None:
    text = (files(console) / name).read_text()
    assert len(text.splitlines()) < 200
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert not re.search(r"<script>|<style>|\son\w+=|\sstyle=|innerHTML|eval\(", text)


@pytest.mark.parametrize("name", ["nothing.js", "__init__.py", "..%2Fapp.py", "%2e%2e", "index.html%00"])
async def test_nothing_else_is_served(anyone: httpx.AsyncClient, name: str) -> None:
    assert_problem(await anyone.get(f"/console/{name}"), 404, "not-found")
