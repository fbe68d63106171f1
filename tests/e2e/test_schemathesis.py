"""The API keeps to its OpenAPI document, whatever it is asked."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.authorization_ground import Ground, opened
from tests.e2e.conftest import run_service

HERE = Path(__file__).parent
# Of each operation, beside some forty that do not depend on it.
FEW = 5
EXAMPLES = int(os.environ.get("STORYARN_CONTRACT_EXAMPLES", str(FEW)))
# A minute on a machine that has nothing else to do.
LIMIT_SECONDS = 300 if EXAMPLES <= FEW else 3600
SPARES = 12
# A document, a table of texts, a picture: nobody makes one up. Others test these.
NEED_GOOD_FILES = {
    ("POST", "/api/projects/{project_id}/imports"),
    ("POST", "/api/projects/{project_id}/localization"),
}
# Bytes of no type in particular are good for some assets.
MAY_NEED_ONE = {("PUT", "/api/projects/{project_id}/assets/{asset_id}/content")}
COUNTED = re.compile(
    r'^storyarn_http_requests_total\{method="(?P<method>\w+)",route="(?P<path>[^"]+)",status="2\w+"\} (?P<times>\S+)',
    re.MULTILINE,
)
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.fixture
async def ground(database_url: str, tmp_path: Path) -> AsyncIterator[Ground]:
    """A service that lets everyone ask as often as they like, and whose streams soon end."""
    async with (
        run_service(
            database_url,
            tmp_path / "data",
            rate_limit_per_minute=0,
            failed_logins_per_minute=0,
            stream_max_seconds=0.1,
        ) as running,
        opened(running) as made,
    ):
        yield made


@pytest.fixture
async def known(ground: Ground) -> Mapping[str, str]:
    """What is there to be asked for, and what may be ended in its place."""
    place = ground.place = await ground.new_place()
    kept = {"project_id": place.id, "job_id": place.export, "import_id": place.ready, "asset_id": place.asset}
    kept |= {"section": "flows", "flow_id": place.flow, "format_name": "csv"}
    spare = {
        "job_id": [await ground.new_export(ground.owner) for _ in range(SPARES)],
        "import_id": [await ground.new_import() for _ in range(SPARES)],
    }
    return {"CONTRACT_KNOWN_IDS": json.dumps({"kept": kept, "spare": spare})}


async def run(ground: Ground, known: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        str(SCHEMATHESIS),
        "--config-file",
        str(HERE / "schemathesis.toml"),
        "--no-color",
        "run",
        str(ground.client.base_url.join("/openapi.json")),
        "--checks=all",
        f"--max-examples={EXAMPLES}",
        *arguments,
        cwd=ROOT,
        env={**os.environ, **known, "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said.decode()


@pytest.mark.timeout(LIMIT_SECONDS + 30)
async def test_with_a_token(ground: Ground, known: Mapping[str, str]) -> None:
    """Examples, edge cases, chance and sequences; ids that are there and ids that are not."""
    before = await done(ground)
    code, said = await run(ground, known, f"--header=Authorization: Bearer {ground.owner.token}")
    assert code == 0, said
    # Refusals alone would show nothing: every operation has also done what it is for.
    document = (await ground.client.get("/openapi.json")).json()
    documented = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    after = await done(ground)
    without_success = {one for one in documented if after.get(one, 0) <= before.get(one, 0)}
    assert without_success - MAY_NEED_ONE == NEED_GOOD_FILES


async def done(ground: Ground) -> dict[tuple[str, str], float]:
    """How often each operation has been answered with a success."""
    metrics = (await ground.client.get("/metrics")).text
    found: dict[tuple[str, str], float] = {}
    for one in COUNTED.finditer(metrics):
        key = one["method"], one["path"]
        found[key] = found.get(key, 0) + float(one["times"])
    return found


@pytest.mark.timeout(LIMIT_SECONDS + 30)
async def test_without_a_token(ground: Ground, known: Mapping[str, str]) -> None:
    """The same, by a stranger."""
    code, said = await run(ground, known)
    assert code == 0, said
