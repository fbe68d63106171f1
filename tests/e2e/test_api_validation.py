"""The validator over HTTP and by the command line: alone, before an export, and what is kept of it."""

import asyncio
import json

from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.factories.program import PROGRAM

NATIVE = {"format": "storyarn"}
SUMMARY = {"status": "errors", "errors": 2, "warnings": 0, "info": 0}
NOTHING = {"errors": [], "warnings": [], "info": [], "truncated": False}


async def test_alone(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=2)
    found = await ann.post(f"/api/projects/{project}/exports/validate")
    assert found.status_code == 200
    report = found.json()
    assert (report["status"], report["truncated"]) == ("errors", False)
    first = report["errors"][0]
    assert first["message"] == f'Flow {first["source_id"]} "Root 1" has no entry.'
    assert {name: value for name, value in first.items() if name not in ("message", "source_id")} == {
        "rule": "missing_entry",
        "severity": "error",
        "source_type": "flow",
        "target_type": None,
        "target_id": None,
    }
    assert report["statistics"]["by_rule"] == {"missing_entry": 2}
    again = await ann.post(f"/api/projects/{project}/exports/validate", {"options": {}})
    assert again.content == found.content
    part = await ann.post(f"/api/projects/{project}/exports/validate", {"options": {"include_flows": False}})
    assert part.json()["status"] == "passed"
    assert (await ann.get(f"/api/projects/{project}/exports")).json()["items"] == []


async def test_filters_are_looked_at_as_for_an_export(ann: Member, bob: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=1)
    url = f"/api/projects/{project}/exports/validate"
    refused = await ann.post(url, {"options": {"flow_ids": ["77777777"]}})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-options")
    assert (await bob.post(url)).status_code == 404


async def test_errors_stop_an_export_inside_the_request(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=2)
    refused = await ann.post(f"/api/projects/{project}/exports", NATIVE)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "validation-failed")
    assert problem["validation"] == SUMMARY
    assert problem["detail"] == "The project has 2 errors, so it was not exported."
    job = (await ann.get(problem["export_url"])).json()
    assert (job["status"], job["error"]["code"], job["validation"]) == (
        "failed",
        "validation-failed",
        SUMMARY,
    )
    report = (await ann.get(problem["report_url"])).json()
    assert [one["rule"] for one in report["errors"]] == ["missing_entry", "missing_entry"]
    assert report["losses"] == []
    assert (await ann.get(f"{problem['export_url']}/download")).status_code == 404


async def test_errors_stop_an_export_in_the_queue(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, flows=2)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE, headers={"Prefer": "respond-async"})
    url = made.headers["location"]
    early = await ann.get(f"{url}/report")
    assert (early.status_code, early.json()["code"]) == (409, "export-not-ready")
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [EXPORTS], stop=stop))
    async with ann.events(f"{url}/events") as events:
        last = (await events.all())[-1]
    stop.set()
    await working
    assert (last.name, last.data["error"]["code"]) == ("failed", "validation-failed")
    assert last.data["validation"] == SUMMARY
    assert (await ann.get(f"{url}/report")).json()["statistics"]["errors"] == 2


async def test_warnings_stop_nothing_and_stand_in_the_file(
    ann: Member, projects: Projects, service: Running
) -> None:
    project = await projects.make(ann, sheets=1)
    await service.services.bulk.execute(
        "INSERT INTO project_languages (project_id, locale_code, name) VALUES ($1, 'de', 'Deutsch')",
        int(project),
    )
    await service.services.bulk.execute(
        "INSERT INTO localized_texts (project_id, source_type, source_id, source_field, locale_code)"
        " SELECT project_id, 'sheet', id, 'name', 'de' FROM sheets WHERE project_id = $1",
        int(project),
    )
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    assert job["validation"] == {"status": "warnings", "errors": 0, "warnings": 1, "info": 0}
    report = (await ann.get(f"/api/projects/{project}/exports/{job['job_id']}/report")).json()
    document = (await ann.get(job["download_url"])).json()
    stated = document["metadata"]["validation"]
    assert stated == {name: report[name] for name in ("status", "errors", "warnings", "info")}
    quick = (await ann.get(f"/api/projects/{project}/export")).json()
    assert quick["metadata"]["validation"] == stated


async def test_told_not_to_look_an_export_takes_errors_along(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=1)
    options = {"validate_before_export": False}
    job = (await ann.post(f"/api/projects/{project}/exports", {**NATIVE, "options": options})).json()
    assert (job["status"], job["validation"]) == ("completed", None)
    report = (await ann.get(f"/api/projects/{project}/exports/{job['job_id']}/report")).json()
    assert (report["status"], {name: report[name] for name in NOTHING}) == ("not_run", NOTHING)
    assert (await ann.get(job["download_url"])).json()["metadata"]["validation"] is None


async def test_a_quick_export_stops_before_the_first_byte(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, flows=2)
    refused = await ann.get(f"/api/projects/{project}/export")
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["validation"]) == (
        422,
        "validation-failed",
        SUMMARY,
    )
    assert (await ann.post(problem["validate_url"])).json()["statistics"]["errors"] == 2
    taken = await ann.get(f"/api/projects/{project}/export?validate_before_export=false")
    assert taken.status_code == 200


async def test_the_command(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, flows=1)

    async def run(*arguments: str) -> tuple[int | None, str, str]:
        command = ("validate", project, "--server", service.url, "--token", ann.token, *arguments)
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, noted = await process.communicate()
        return process.returncode, said.decode(), noted.decode()

    code, said, noted = await run()
    assert code == 1
    assert said.splitlines()[0].startswith("error: missing_entry: Flow ")
    assert (
        said.splitlines()[-1] == "errors: errors 1, warnings 0, info 0; looked at sheets 0, flows 1, nodes 0"
    )
    assert noted == "error: the project has errors: 1\n"
    code, said, _ = await run("--json", "--option", "include_flows=false")
    assert (code, json.loads(said)["status"]) == (0, "passed")
