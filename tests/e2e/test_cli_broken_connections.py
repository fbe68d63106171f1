"""An export reaches its file although connections break."""

import asyncio
import hashlib
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.breaking_proxy import breaking_proxy
from tests.factories.program import Done, Program, Up, data_dir

pytestmark = pytest.mark.xdist_group("cli-broken")
ENTITIES = 4000
LIMIT_SECONDS = 60


@pytest.fixture(scope="module")
def up_and_program() -> Iterator[tuple[Up, Program]]:
    with data_dir() as home:
        program = Program(home, {"STORYARN_DATA_DIR": str(home / "data")})
        with Up(program, "up", "--port", "0") as up:
            client = program.having({"STORYARN_TOKEN": up.token})
            client.run("projects", "seed", "--entities", str(ENTITIES), "--name", "Breaking")
            yield up, client


async def _export(program: Program, url: str, *arguments: str, ok: bool = True) -> Done:
    return await asyncio.to_thread(
        program.having({"STORYARN_SERVER": url}).run, "export", "breaking", "--json", *arguments, ok=ok
    )


def _wait_for_bytes(path: Path) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_a_broken_download_goes_on_where_it_ended(
    up_and_program: tuple[Up, Program], tmp_path: Path
) -> None:
    up, program = up_and_program
    target = tmp_path / "story.json"
    async with breaking_proxy(up.url, {"/download": [150_000, 0, 200_000]}) as proxy:
        job = (await _export(program, proxy.url, "-o", str(target))).json
        downloads = [request.lower() for request in proxy.requests if "/download" in request]
    assert hashlib.sha256(target.read_bytes()).hexdigest() == job["sha256"]
    assert len(downloads) == 4
    assert "range:" not in downloads[0]
    assert all("range: bytes=" in request for request in downloads[1:])
    assert all(f'if-range: "{job["sha256"]}"' in request for request in downloads[1:])
    assert not target.with_name("story.json.part").exists()


async def test_progress_is_asked_for_when_the_stream_does_not_come_through(
    up_and_program: tuple[Up, Program], tmp_path: Path
) -> None:
    up, program = up_and_program
    async with breaking_proxy(up.url, {"/events": [0] * 20}) as proxy:
        job = (await _export(program, proxy.url, "-o", str(tmp_path / "story.json"))).json
    assert job["status"] == "completed"
    assert json.loads((tmp_path / "story.json").read_bytes())["project"]["name"] == "Breaking"


async def test_an_interrupted_download_is_taken_up_by_its_job(
    up_and_program: tuple[Up, Program], tmp_path: Path
) -> None:
    up, program = up_and_program
    target = tmp_path / "story.json"
    part = tmp_path / "story.json.part"
    async with breaking_proxy(up.url, {"/download": [200_000]}, stalls=True) as proxy:
        client = program.having({"STORYARN_SERVER": proxy.url})
        process = client.start("export", "breaking", "-o", str(target))
        await asyncio.wait_for(proxy.proxy.broken.wait(), LIMIT_SECONDS)
        await asyncio.to_thread(_wait_for_bytes, part)
        process.send_signal(signal.SIGINT)
        _, said = await asyncio.to_thread(process.communicate)
    assert (process.returncode, target.exists()) == (130, False)
    kept = part.stat().st_size
    job_id = said.split("--job ")[1].split("`")[0]
    async with breaking_proxy(up.url, {}) as proxy:
        job = (await _export(program, proxy.url, "-o", str(target), "--job", job_id)).json
        (request,) = [one.lower() for one in proxy.requests if "/download" in one]
    assert f"range: bytes={kept}-" in request
    assert hashlib.sha256(target.read_bytes()).hexdigest() == job["sha256"]


async def test_what_an_earlier_export_left_is_not_mixed_in(
    up_and_program: tuple[Up, Program], tmp_path: Path
) -> None:
    up, program = up_and_program
    first = (await _export(program, up.url, "-o", str(tmp_path / "first"))).json
    part = tmp_path / "story.json.part"
    part.write_bytes(b"of something else" * 1000)
    again = (
        await _export(program, up.url, "-o", str(tmp_path / "story.json"), "--job", first["job_id"])
    ).json
    assert hashlib.sha256((tmp_path / "story.json").read_bytes()).hexdigest() == again["sha256"]
    assert not part.exists()
