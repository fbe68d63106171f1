"""Headers of every page, and what clients may not put into headers, queries and waits."""

from pathlib import Path

import httpx

from storyarn_export.api.routes.console import PAGES
from tests.e2e.conftest import Member, Projects, run_service
from tests.e2e.problems import assert_problem

ORIGIN = "https://tales.example"
ASKING = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
EVIL = 'Tale"\r\nSet-Cookie: a=b\r\n\r\n<script>\\ ../../ü🐉'
FIXED = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def assert_secured(answer: httpx.Response) -> None:
    headers = answer.headers
    assert {name: headers.get(name) for name in FIXED} == FIXED, answer.request.url
    policy = headers["content-security-policy"]
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= {
        part.strip() for part in policy.split(";")
    }
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-request-id"]
    assert headers["cache-control"]
    assert not {"server", "x-powered-by", "set-cookie"} & set(headers)


async def test_headers_of_every_page(anyone: httpx.AsyncClient) -> None:
    document = (await anyone.get("/openapi.json")).json()
    paths = [path for path in document["paths"] if path != "/metrics"]
    pages = ["/", "/docs", "/openapi.json", "/metrics", "/nowhere", *(f"/console/{name}" for name in PAGES)]
    for path in [*paths, *pages]:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
            assert_secured(await anyone.request(method, path))


async def test_headers_of_answers_to_those_who_may(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    job = (await ann.post(f"/api/projects/{project}/exports", {"format": "storyarn"})).json()
    for url in (
        "/api/projects",
        f"/api/projects/{project}",
        f"/api/projects/{project}/export",
        f"/api/projects/{project}/exports/{job['job_id']}",
        job["download_url"],
        job["events_url"],
    ):
        answer = await ann.get(url)
        assert answer.status_code == 200
        assert_secured(answer)


async def test_names_stay_in_their_header(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1, name=EVIL)
    job = (await ann.post(f"/api/projects/{project}/exports", {"format": "storyarn"})).json()
    for url in (job["download_url"], f"/api/projects/{project}/export"):
        answer = await ann.get(url)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        disposition = answer.headers["content-disposition"]
        assert disposition.isascii()
        assert not {"\r", "\n", "\\", "/", "<"} & set(disposition)
        assert disposition.count('"') == 2
    assert (await ann.get(f"/api/projects/{project}")).json()["name"] == EVIL


async def test_a_request_id_is_not_what_clients_like(anyone: httpx.AsyncClient) -> None:
    for odd in (b"a\tb", b"a;b", b"<script>", b'"', b"\xff", b"a" * 129):
        headers: dict[str, bytes] = {"X-Request-ID": odd}
        answer = await anyone.get("/healthz", headers=headers)  # type: ignore[arg-type]
        assert len(answer.headers["x-request-id"]) == 32


async def test_origins(anyone: httpx.AsyncClient, database_url: str, tmp_path: Path) -> None:
    assert_problem(await anyone.options("/api/projects", headers=ASKING), 405, "method-not-allowed")
    async with (
        run_service(database_url, tmp_path, cors_origins=(ORIGIN,)) as running,
        httpx.AsyncClient(base_url=running.url) as client,
    ):
        allowed = await client.options("/api/projects", headers=ASKING)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == ORIGIN
        # Tokens come in a header that only a script can set; nothing is taken from cookies.
        assert "access-control-allow-credentials" not in allowed.headers
        for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "null", "http://tales.example"):
            refused = await client.options("/api/projects", headers={**ASKING, "Origin": origin})
            assert refused.status_code == 400
            assert "access-control-allow-origin" not in refused.headers
            assert_secured(refused)
