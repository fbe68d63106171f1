"""Texts to translators and back over HTTP."""

import csv
import io
from collections.abc import Awaitable, Callable
from hashlib import sha256

import httpx
import openpyxl
import pytest

from storyarn_export.localization import limits
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.bringing import BOUNDARY, form

HASH = sha256(b"Hello").hexdigest()


@pytest.fixture
async def project(service: Running, ann: Member, projects: Projects) -> str:
    """A project of Ann's with a sheet whose name has a translation into German."""
    made = await projects.make(ann, sheets=1)
    rows = service.services.bulk
    sheet = await rows.fetchval("SELECT min(id) FROM sheets WHERE project_id = $1", int(made))
    await rows.execute(
        "INSERT INTO project_languages (project_id, locale_code, name) VALUES ($1, 'de', 'Deutsch')",
        int(made),
    )
    await rows.execute(
        "INSERT INTO localized_texts (project_id, source_type, source_id, source_field, source_text, locale_code)"
        " VALUES ($1, 'sheet', $2, 'name', 'Hello', 'de')",
        int(made),
        sheet,
    )
    return made


async def bring(
    member: Member, project: str, content: bytes, name: str = "texts.csv", query: str = ""
) -> httpx.Response:
    url = f"/api/projects/{project}/localization{query}"
    return await member.client.post(url, files={"file": (name, content, "text/csv")})


def translated(content: bytes, text: str) -> bytes:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    rows[1][rows[0].index("translation:de")] = text
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


async def test_out_and_back_in(ann: Member, project: str) -> None:
    got = await ann.get(f"/api/projects/{project}/localization.csv")
    assert got.status_code == 200, got.text
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.headers["content-disposition"].startswith('attachment; filename="tale.csv"')
    assert int(got.headers["content-length"]) == len(got.content)
    head = await ann.client.head(f"/api/projects/{project}/localization.csv")
    assert (head.status_code, head.content) == (200, b"")
    content = translated(got.content, "Hallo")
    seen = await bring(ann, project, content, query="?preview=true")
    assert seen.status_code == 200, seen.text
    done = await bring(ann, project, content)
    assert done.json() == seen.json() | {"preview": False}
    assert done.json()["updated"]["total"] == 1
    assert [one["locale"] for one in done.json()["updated"]["listed"]] == ["de"]
    again = await bring(ann, project, content)
    assert (again.json()["updated"]["total"], again.json()["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "kind", "filename"),
    [
        ("po", "text/x-gettext-translation; charset=utf-8", "tale-de.po"),
        ("xliff", "application/xliff+xml", "tale-de.xliff"),
    ],
)
async def test_one_language(ann: Member, project: str, name: str, kind: str, filename: str) -> None:
    url = f"/api/projects/{project}/localization.{name}"
    got = await ann.get(f"{url}?language=de")
    assert (got.status_code, got.headers["content-type"]) == (200, kind)
    assert f'filename="{filename}"' in got.headers["content-disposition"]
    done = await bring(ann, project, got.content, filename)
    assert (done.json()["format"], done.json()["errors"]["total"]) == (name, 0)
    assert_problem(await ann.get(url), 422, "invalid-options")
    assert_problem(await ann.get(f"{url}?languages=de"), 422, "invalid-options")
    assert_problem(await ann.get(f"{url}?language=fr"), 422, "invalid-options")
    assert_problem(await bring(ann, project, b"what", filename), 422, f"invalid-{name}")


async def test_workbooks(ann: Member, project: str) -> None:
    got = await ann.get(f"/api/projects/{project}/localization.xlsx?languages=de,de")
    book = openpyxl.load_workbook(io.BytesIO(got.content))
    assert book.sheetnames == ["localization"]
    done = await bring(ann, project, got.content, "Texts (2).XLSX")
    assert (done.json()["format"], done.json()["unchanged"]) == ("xlsx", 1)
    assert_problem(await bring(ann, project, b"PK\x03\x04", "a.xlsx"), 422, "invalid-xlsx")


async def test_who_may(
    ann: Member,
    bob: Member,
    project: str,
    join: Callable[..., Awaitable[Member]],
    projects: Projects,
) -> None:
    url = f"/api/projects/{project}/localization"
    content = (await ann.get(f"{url}.csv")).content
    assert_problem(await bob.get(f"{url}.csv"), 404, "not-found")
    assert_problem(await bring(bob, project, content), 404, "not-found")
    await projects.admit(bob, project, "viewer")
    assert (await bob.get(f"{url}.csv")).status_code == 200
    assert_problem(await bring(bob, project, content), 403, "forbidden")
    importer = await join(ann.email, ["imports"])
    assert_problem(await importer.get(f"{url}.csv"), 403, "insufficient-scope")
    assert (await bring(importer, project, content)).status_code == 200
    exporter = await join(ann.email, ["exports"])
    assert_problem(await bring(exporter, project, content), 403, "insufficient-scope")


async def test_wrong_requests(ann: Member, project: str) -> None:
    url = f"/api/projects/{project}/localization"
    body = assert_problem(await ann.get(f"{url}.doc"), 422, "unknown-format")
    assert "csv" in body["known"]
    assert_problem(await ann.get(f"{url}.csv?languages=fr"), 422, "invalid-options")
    assert_problem(await ann.get(f"{url}.csv?language=de"), 422, "invalid-options")
    assert_problem(await ann.get(f"{url}.csv?lang=de"), 422, "invalid-request")
    assert_problem(await bring(ann, project, b"x", "texts.doc"), 422, "unknown-format")
    assert_problem(await bring(ann, project, b"x", "texts.csv"), 422, "invalid-csv")
    assert_problem(await bring(ann, project, b"x", query="?preview=perhaps"), 422, "invalid-request")
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    other = await ann.client.post(url, content=form(b"x", name="other"), headers=headers)
    assert_problem(other, 422, "bad-upload")


async def test_files_that_are_too_large_are_refused_while_they_arrive(ann: Member, project: str) -> None:
    body = assert_problem(
        await bring(ann, project, b"x" * (limits.MAX_READ_BYTES + 1)), 413, "file-too-large"
    )
    assert body["offset"] == limits.MAX_READ_BYTES


async def test_no_more_files_than_the_disk_is_to_hold(service: Running, ann: Member, project: str) -> None:
    spool = service.services.localization.spool
    held = [spool.open() for _ in range(limits.MAX_FILES)]
    url = f"/api/projects/{project}/localization.csv"
    assert_problem(await ann.get(url), 503, "service-unavailable")
    for file in held:
        file.close()
    assert (await ann.get(url)).status_code == 200
