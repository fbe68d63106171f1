"""A client in Python that is made from /openapi.json, and a program that uses it."""

import asyncio
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Member, Projects, Running

MAKE = (sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none")
# What makes the code prettier takes longer than the rest.
CONFIG = "post_hooks: []\n"
LIMIT_SECONDS = 90
PROGRAM = '''\
"""Exports a project and saves the file: URL, token and project come as arguments."""

import sys
from pathlib import Path

from storyarn_client import AuthenticatedClient
from storyarn_client.api.exports import download, get_export, list_exports, post_export
from storyarn_client.models import ExportJobOut, ExportOptionsIn, ExportRequest, JobStatus, Problem, RequestedExport

url, token, project, target = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token)

options = ExportOptionsIn(include_flows=False, pretty_print=True)
asked = post_export.sync(project, client=client, body=ExportRequest(format_="storyarn", options=options))
assert isinstance(asked, RequestedExport)
assert asked.status is JobStatus.COMPLETED

shown = get_export.sync(project, asked.job_id, client=client)
assert isinstance(shown, ExportJobOut)
listed = list_exports.sync(project, client=client)
assert listed is not None and not isinstance(listed, Problem)
assert [one.job_id for one in listed.items] == [shown.job_id]

file = download.sync_detailed(project, asked.job_id, client=client)
assert file.status_code == 200
Path(target).write_bytes(file.content)

refused = post_export.sync(project, client=client, body=ExportRequest(format_="papyrus"))
assert isinstance(refused, Problem)
assert refused.code == "unknown-format"
print(shown.sha256)
'''


@pytest.fixture(scope="module")
async def client_dir(service: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the package `storyarn_client`."""
    place = tmp_path_factory.mktemp("client")
    async with httpx.AsyncClient(base_url=service.url) as http:
        (place / "openapi.json").write_bytes((await http.get("/openapi.json")).content)
    (place / "config.yaml").write_text(CONFIG)
    files = ("--path", "openapi.json", "--config", "config.yaml", "--output-path", "storyarn_client")
    await asyncio.to_thread(run, place, *MAKE, *files)
    (place / "program.py").write_text(PROGRAM)
    return place


def run(place: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_a_program_exports_with_it(
    client_dir: Path, service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=5, flows=1)
    said = await asyncio.to_thread(
        run, client_dir, sys.executable, "program.py", service.url, ann.token, project, "story.json"
    )
    content = (client_dir / "story.json").read_bytes()
    assert said.strip() == hashlib.sha256(content).hexdigest()
    assert len(json.loads(content)["sheets"]) == 5


def test_its_types_are_those_that_the_program_relies_on(client_dir: Path) -> None:
    run(client_dir, sys.executable, "-m", "mypy", "--strict", "--cache-dir", "mypy", "program.py")
