"""`demo`: a project goes out through the queue, from an empty directory to a verified file."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from storyarn_export.cli.admin import ADMIN_EMAIL
from storyarn_export.cli.demo_server import DemoServer
from storyarn_export.cli.export import fetch, wait_for
from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.job import Job
from storyarn_export.cli.output import note, say, say_json
from storyarn_export.cli.parameters import AsJson
from storyarn_export.cli.progress_views import ProgressView, progress_view

DEFAULT_DATA_DIR = Path(".data") / "demo"
DEFAULT_ENTITIES = 60_000
LEAST_ENTITIES = 500
MOST_ENTITIES = 20_000_000


class _Watched:
    """Passes progress on to a view and keeps the percentages, to see that they rose."""

    def __init__(self, view: ProgressView) -> None:
        self._view = view
        self.percentages: list[int] = []

    def exporting(self, job: Job) -> None:
        self.percentages.append(job.progress)
        self._view.exporting(job)

    def downloading(self, done_bytes: int, all_bytes: int) -> None:
        self._view.downloading(done_bytes, all_bytes)


def demo(
    data_dir: Annotated[
        Path, typer.Option("--data-dir", metavar="DIR", help="Directory of the demo, made if missing.")
    ] = DEFAULT_DATA_DIR,
    entities: Annotated[
        int, typer.Option(min=LEAST_ENTITIES, max=MOST_ENTITIES, help="Size of the story.")
    ] = DEFAULT_ENTITIES,
    as_json: AsJson = False,
) -> None:
    """Show all of it in two minutes.

    A server, a story, an export through the queue, a verified file.
    """
    place = data_dir.absolute()
    tell = note if as_json else say
    tell(f"1. starting PostgreSQL, the API and a worker in {place}")
    server = DemoServer(place)
    with server:
        tell(f"   the API answers at {server.url}")
        project_id = _story(server, entities, tell)
        token = server.first_token or str(_new_token(server))
        job, path, percentages = _export(server.url, token, project_id, place, tell)
        _verify(job, path, percentages, tell)
        tell("6. stopping")
        code = server.stop()
    if code != 0:
        raise CommandError(f"`up` ended with exit code {code}")
    tell("   database, API and worker have stopped, exit code 0")
    if as_json:
        say_json({**job.raw, "path": str(path), "percentages": percentages})
    else:
        _say_what_next(place, project_id, token)


def _story(server: DemoServer, entities: int, tell: Callable[[str], None]) -> str:
    name = f"Demo story of {entities} entities"
    tell(f"2. {name}")
    for project in server.run("projects", "list")["projects"]:
        if project["name"] == name:
            tell(f"   project {project['project_id']} is here from an earlier run")
            return str(project["project_id"])
    made = server.run("projects", "seed", "--entities", str(entities), "--name", name)
    tell(f"   project {made['project_id']} now has {made['total']} entities")
    return str(made["project_id"])


def _new_token(server: DemoServer) -> str:
    return str(server.run("token", "create", "--email", ADMIN_EMAIL, "--name", "demo")["token"])


def _export(
    url: str, token: str, project_id: str, place: Path, tell: Callable[[str], None]
) -> tuple[Job, Path, list[int]]:
    stream = sys.stderr if tell is note else sys.stdout
    with ApiClient(url, token) as client, progress_view(stream, tell) as view:
        watched = _Watched(view)
        tell("3. exporting it through the queue")
        asked = client.request_export(project_id, "storyarn", {}, key=str(uuid4()), queued=True)
        tell(f"   202, job {asked.id} is {asked.status} in mode {asked.raw['mode']}; its events:")
        done = wait_for(client, asked, watched)
        tell("4. downloading")
        path = fetch(client, done, str(place / done.filename), watched, keep=False)
    if path is None or asked.raw["mode"] != "async":
        raise CommandError(f"the export did not go through the queue but ran in mode {asked.raw['mode']}")
    return done, path, watched.percentages


def _verify(job: Job, path: Path, percentages: list[int], tell: Callable[[str], None]) -> None:
    tell("5. verifying")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != job.sha256 or path.stat().st_size != job.file_size:
        raise CommandError(f"{path} has the digest {digest}, the export has {job.sha256}")
    if percentages != sorted(percentages) or percentages[-1] != 100:  # noqa: PLR2004 - percent
        raise CommandError(f"progress did not rise to 100: {percentages}")
    processed, total = job.entities
    if processed != total:
        raise CommandError(f"the file holds {processed} of {total} entities")
    tell(f"   sha256 {digest} is what the export says; {total} entities, {job.file_size} bytes")
    tell(f"   file: {path}")


def _say_what_next(place: Path, project_id: str, token: str) -> None:
    program = _from_here(Path(sys.executable).with_name("storyarn-export"))
    say("")
    say("Go on from here:")
    served = "http://127.0.0.1:8000"
    for command, meaning in (
        (f"{program} up --data-dir {_from_here(place)}", f"serves this story on {served} until Ctrl-C"),
        (served, "then is the console, and /docs the API; sign in with the token below"),
        (f"export STORYARN_TOKEN={token}", "is the key to this story, for another shell"),
        (f"{program} export {project_id} -o story.json", "exports it once more there"),
        ("make serve", "instead of the first line serves an empty database, for stories of your own"),
    ):
        say(f"  {command}\n      {meaning}")


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
