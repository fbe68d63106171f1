"""Bundles that are nearly right: each one is read or refused with a code and a place, and leaves no bytes behind.

The long form, as `make fuzz` runs it, takes STORYARN_TEST_BUNDLES of them.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from storyarn_export.domain.lifecycle import ImportStatus
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.test_import_mutations import became, sources, state
from tests.factories.bringing import bring
from tests.factories.bundle_mutations import mutant_bundle

BUNDLES = int(os.environ.get("STORYARN_TEST_BUNDLES", "120"))
BY_HTTP = 24
EXECUTED_ONE_IN = 3


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


def contents(service: Running) -> list[Path]:
    top = service.services.settings.local_storage_dir / "assets"
    return [path for path in top.rglob("*") if path.is_file()]


@pytest.mark.timeout(120 + BUNDLES)
@pytest.mark.filterwarnings("ignore:Duplicate name")
async def test_mutants_are_read_or_refused(service: Running, ann: Member, projects: Projects) -> None:
    project, other = await projects.make(ann, sheets=3), await projects.make(ann)
    before = await state(service, project)
    codes: Counter[str] = Counter()
    for number in range(BUNDLES):
        into = other if number % EXECUTED_ONE_IN == 0 else project
        codes[await became(service, ann, into, mutant_bundle(number), number, execute=into == other)] += 1
    print(f"{BUNDLES} bundles: {codes.most_common()}")  # noqa: T201 - the figures
    assert not [code for code in codes if code.startswith("nowhere")]
    assert await state(service, project) == before
    assert sources(service) == []
    # What is stored is what the assets of the one project have.
    keys = await service.services.bulk.fetch("SELECT content_key FROM assets WHERE content_key IS NOT NULL")
    top = service.services.settings.local_storage_dir
    assert sorted(path.relative_to(top).as_posix() for path in contents(service)) == sorted(
        row["content_key"] for row in keys
    )
    assert codes[ImportStatus.COMPLETED]
    assert codes["invalid-bundle"]
    assert codes["unsafe-name"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
async def test_mutants_by_http(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    for number in range(BY_HTTP):
        answer = await bring(ann.client, project, mutant_bundle(number))
        assert answer.status_code in {201, 202, 413, 422}, (number, answer.text)
        if not answer.is_client_error:
            assert (await ann.client.delete(answer.headers["location"])).status_code == 204
    assert (sources(service), contents(service)) == ([], [])
