"""The bytes of assets through the API: taken in whole or not at all, given back, replaced."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from storyarn_export.domain.contents import MAX_ASSET_BYTES
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.contents import png

PICTURE = png(700_000)
INSERT = """
INSERT INTO assets (filename, content_type, size, key, is_external, project_id)
VALUES ($1::text, $2, 1, $1::text, true, $3) RETURNING id
"""


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def new_asset(service: Running, project: str, name: str = "a.png", kind: str = "image/png") -> str:
    return str(await service.services.bulk.fetchval(INSERT, name, kind, int(project)))


def address(project: str, asset: str) -> str:
    return f"/api/projects/{project}/assets/{asset}/content"


async def put(member: Member, project: str, asset: str, content: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await member.client.put(address(project, asset), content=content, headers=named)


async def in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 50_000):
        yield content[start : start + 50_000]


def stored(service: Running) -> list[Path]:
    top = service.services.settings.local_storage_dir / "assets"
    return [path for path in top.rglob("*") if path.is_file()]


async def test_bytes_come_in_and_go_out(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project, "Bär.png")
    assert_problem(await ann.get(address(project, asset)), 404, "not-found")
    answer = await put(ann, project, asset, in_pieces(PICTURE), content_type="image/png")
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert answer.status_code == 200
    assert answer.json() == {
        "id": asset,
        "filename": "Bär.png",
        "content_type": "image/png",
        "size": len(PICTURE),
        "sha256": digest,
        "content_url": address(project, asset),
    }
    listed = (await ann.get(f"/api/projects/{project}/assets")).json()
    assert listed == {"items": [answer.json()], "next_cursor": None}
    got = await ann.get(address(project, asset))
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, PICTURE, "image/png")
    assert got.headers["etag"] == f'"{digest}"'
    assert got.headers["content-disposition"].startswith('attachment; filename="Bar.png"')
    part = await ann.client.get(address(project, asset), headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, PICTURE[10:20])
    again = await ann.client.get(address(project, asset), headers={"If-None-Match": f'"{digest}"'})
    assert again.status_code == 304


async def test_lists_are_paged(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    made = [await new_asset(service, project, name) for name in ("a.png", "b.png", "c.png")]
    first = (await ann.get(f"/api/projects/{project}/assets?limit=2")).json()
    cursor = first["next_cursor"]
    rest = (await ann.get(f"/api/projects/{project}/assets?limit=2&cursor={cursor}")).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None
    assert_problem(await ann.get(f"/api/projects/{project}/assets?cursor=!"), 422, "invalid-request")


async def test_new_bytes_take_the_place_of_old_ones(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project)
    old, new = png(1000, 1), png(2000, 2)
    await put(ann, project, asset, old)
    # Someone reads on while they are replaced, and reads the old ones to their end.
    (path,) = stored(service)
    assert (await put(ann, project, asset, new)).json()["size"] == 2000
    assert path.read_bytes() == old
    assert (await ann.get(address(project, asset))).content == new
    await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert [one.read_bytes() for one in stored(service)] == [new]


async def test_replaced_bytes_stay_while_an_export_may_read_them(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project)
    await put(ann, project, asset, png(1000, 1))
    await put(ann, project, asset, png(1000, 2))
    pool = service.services.bulk
    job = await pool.fetchval(
        "INSERT INTO export_jobs (id, project_id, user_id, format, options, options_sha256, mode, status)"
        " VALUES (gen_random_uuid(), $1, $2, 'storyarn', '{\"include_assets\": \"bundled\"}', '', 'async', 'pending')"
        " RETURNING id",
        int(project),
        ann.user_id,
    )
    later = datetime.now(UTC) + timedelta(hours=2)
    await service.services.clean_up(later)
    assert len(stored(service)) == 2
    await pool.execute("DELETE FROM export_jobs WHERE id = $1", job)
    await service.services.clean_up(later)
    assert len(stored(service)) == 1


async def test_bytes_of_deleted_assets_go(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project)
    await put(ann, project, asset, PICTURE)
    await service.services.bulk.execute("DELETE FROM assets WHERE id = $1", int(asset))
    await service.services.clean_up(datetime.now(UTC))
    assert len(stored(service)) == 1
    await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert stored(service) == []


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", {}, 422, "asset-mismatch"),
        (b"MZ\x90\x00 not a picture", {}, 422, "asset-mismatch"),
        (png(100), {"content_type": "image/jpeg"}, 415, "unsupported-media-type"),
        (png(100), {"content_digest": f"sha-256=:{b64encode(bytes(32)).decode()}:"}, 422, "asset-mismatch"),
    ],
    ids=["empty", "other type inside", "other type said", "other digest"],
)
async def test_what_is_not_the_asset_is_refused(
    service: Running,
    ann: Member,
    projects: Projects,
    content: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project)
    good = png(300)
    digest = f"sha-512=:AAAA:, sha-256=:{b64encode(hashlib.sha256(good).digest()).decode()}:"
    assert (await put(ann, project, asset, good, content_digest=digest)).status_code == 200
    assert_problem(await put(ann, project, asset, content, **headers), status, code)
    assert (await ann.get(address(project, asset))).content == good
    assert len(stored(service)) == 1


@pytest.mark.parametrize("declared", [True, False])
async def test_too_many_bytes_are_refused(
    service: Running, ann: Member, projects: Projects, *, declared: bool
) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project)
    content = png(MAX_ASSET_BYTES + 1)
    answer = await put(ann, project, asset, content if declared else in_pieces(content))
    assert_problem(answer, 413, "asset-too-large")
    assert stored(service) == []
    assert (await put(ann, project, asset, in_pieces(content[:-1]))).status_code == 200


async def test_a_connection_that_ends_too_early_leaves_nothing(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    asset = await new_asset(service, project)

    async def broken() -> AsyncIterator[bytes]:
        yield PICTURE
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await put(ann, project, asset, broken())
    for _ in range(100):
        if not stored(service):
            break
        await asyncio.sleep(0.05)
    assert stored(service) == []


async def test_who_may(service: Running, ann: Member, bob: Member, projects: Projects, join: Any) -> None:
    project, other = await projects.make(ann), await projects.make(ann)
    asset = await new_asset(service, project)
    assert_problem(await put(bob, project, asset, PICTURE), 404, "not-found")
    await projects.admit(bob, project, "viewer")
    assert_problem(await put(bob, project, asset, PICTURE), 403, "forbidden")
    reader = await join(ann.email, ["exports"])
    assert_problem(await put(reader, project, asset, PICTURE), 403, "insufficient-scope")
    for wrong in ("0", "x", "99999999999999999999", str(int(asset) + 1)):
        assert_problem(await put(ann, project, wrong, PICTURE), 404, "not-found")
    assert_problem(await put(ann, other, asset, PICTURE), 404, "not-found")
    assert (await put(ann, project, asset, PICTURE)).status_code == 200
    assert (await bob.get(address(project, asset))).content == PICTURE
    assert_problem(await ann.get(address(other, asset)), 404, "not-found")
    assert stored(service) != []
