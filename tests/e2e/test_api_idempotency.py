"""A request that is sent again makes one job."""

import asyncio
from datetime import timedelta

from sqlalchemy import update

from storyarn_export.db.models import IdempotencyKey
from tests.e2e.conftest import Member, Projects, Running
from tests.factories.bringing import bring, tale

NATIVE = {"format": "storyarn"}


def under(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def test_the_same_request_gives_the_same_job(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    first = await ann.post(url, NATIVE, headers=under("k-1"))
    again = await ann.post(url, NATIVE, headers=under("k-1"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    other = await ann.post(url, NATIVE, headers=under("k-2"))
    assert other.status_code == 201
    assert other.json()["job_id"] != first.json()["job_id"]


async def test_a_queued_job_is_given_again_while_it_waits(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    headers = {**under("q"), "Prefer": "respond-async"}
    first, again = [await ann.post(url, NATIVE, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["job_id"] == first.json()["job_id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["retry-after"] == "1"


async def test_another_request_under_the_key_is_refused(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    other_url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    assert (await ann.post(url, NATIVE, headers=under("k"))).status_code == 201
    pretty = {**NATIVE, "options": {"pretty_print": True}}
    for refused in (
        await ann.post(url, pretty, headers=under("k")),
        await ann.post(other_url, NATIVE, headers=under("k")),
    ):
        assert refused.status_code == 422
        assert refused.json()["code"] == "idempotency-key-reused"
    # Written otherwise, it asks for the same.
    same = {"options": {"pretty_print": False}, "format": "storyarn"}
    assert (await ann.post(url, same, headers=under("k"))).headers["idempotent-replayed"] == "true"


async def test_a_refused_request_leaves_its_key_free(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    bad = {**NATIVE, "options": {"sheet_ids": ["999999999"]}}
    assert (await ann.post(url, bad, headers=under("f"))).json()["code"] == "invalid-options"
    assert (await ann.post(url, NATIVE, headers=under("f"))).status_code == 201


async def test_two_at_the_same_time_make_one_job(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=30)}/exports"
    answers = await asyncio.gather(*(ann.post(url, NATIVE, headers=under("same")) for _ in range(8)))
    assert len({answer.json()["job_id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert {answer.status_code for answer in answers} <= {200, 201, 202}


async def test_keys_are_each_users_own_and_end(
    ann: Member, bob: Member, projects: Projects, service: Running
) -> None:
    mine = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    theirs = f"/api/projects/{await projects.make(bob, sheets=3)}/exports"
    first = await ann.post(mine, NATIVE, headers=under("shared"))
    assert (await bob.post(theirs, NATIVE, headers=under("shared"))).status_code == 201
    async with service.services.sessions.begin() as session:
        old = IdempotencyKey.inserted_at - timedelta(hours=25)
        await session.execute(
            update(IdempotencyKey).where(IdempotencyKey.user_id == ann.user_id).values(inserted_at=old)
        )
    later = await ann.post(mine, NATIVE, headers=under("shared"))
    assert later.status_code == 201
    assert later.json()["job_id"] != first.json()["job_id"]


async def test_a_deleted_job_takes_its_key_along(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    first = await ann.post(url, NATIVE, headers=under("d"))
    assert (await ann.client.delete(first.headers["location"])).status_code == 204
    again = await ann.post(url, NATIVE, headers=under("d"))
    assert (again.status_code, again.json()["job_id"] != first.json()["job_id"]) == (201, True)


async def test_a_key_is_a_short_word(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    for key in ("", "two words", "k" * 256):
        refused = await ann.post(url, NATIVE, headers=under(key))
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request"), key


def sources(service: Running, project: str) -> int:
    top = service.services.settings.local_storage_dir / "imports" / project
    return sum(path.is_file() for path in top.rglob("*"))


async def test_the_same_file_gives_the_same_import(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann)
    content = tale("Jon")
    first = await bring(ann.client, project, content, headers=under("i"))
    again = await bring(ann.client, project, content, headers=under("i"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert sources(service, project) == 1
    for other in (
        await bring(ann.client, project, tale("Arya"), headers=under("i")),
        await bring(ann.client, project, content, "other.json", headers=under("i")),
        await ann.post(f"/api/projects/{project}/exports", NATIVE, headers=under("i")),
    ):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert sources(service, project) == 1
    assert len((await ann.get(f"/api/projects/{project}/imports")).json()["items"]) == 1


async def test_two_equal_files_at_the_same_time_make_one_import(
    ann: Member, projects: Projects, service: Running
) -> None:
    project = await projects.make(ann)
    sent = (bring(ann.client, project, tale("Jon"), headers=under("both")) for _ in range(4))
    answers = await asyncio.gather(*sent)
    assert len({answer.json()["import_id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert sources(service, project) == 1
