"""`up`: database, migrations, API and workers in one go."""

import asyncio
import sys
from typing import Annotated

import typer

from storyarn_export.api.server import serve_api
from storyarn_export.bootstrap import open_services
from storyarn_export.cli.admin import ADMIN_EMAIL, first_admin_token
from storyarn_export.cli.logs import configure_logging
from storyarn_export.cli.output import note, say, say_json
from storyarn_export.cli.parameters import AsJson, DataDir, Host, Port, UntilStdinCloses
from storyarn_export.cli.running import run, stop_event
from storyarn_export.cli.server_side import bring_to_head, database_beside_loop
from storyarn_export.cli.worker_processes import WorkerProcesses
from storyarn_export.settings import Settings, load_settings

DRAIN_MARGIN_SECONDS = 4.5
"""For a worker to have its jobs handed back and to close its connections; with 15 s to drain still under 20 s."""
MAX_WORKERS = 64


def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: DataDir = None,
    workers: Annotated[
        int, typer.Option(min=0, max=MAX_WORKERS, help="Worker processes; 0: the API alone.")
    ] = 1,
    as_json: AsJson = False,
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Run database, migrations, API and workers.

    Prints `admin token: …` on the first start and `ready http://…` when requests are answered. Ctrl-C and SIGTERM
    let running work end and exit with 0.
    """
    settings = load_settings(data_dir=data_dir)
    configure_logging(settings)
    run(_up(settings, host, port, workers, as_json=as_json, until_stdin_closes=until_stdin_closes))


async def _up(
    settings: Settings, host: str, port: int, workers: int, *, as_json: bool, until_stdin_closes: bool
) -> None:
    stop = stop_event(until_stdin_closes=until_stdin_closes)
    async with database_beside_loop(settings) as url:
        await asyncio.to_thread(bring_to_head, url)
        if stop.is_set():
            return
        async with open_services(settings, database_url=url, role="api") as services:
            token = await first_admin_token(services)
            if token:
                say(f"admin token: {token}")

            def announce(address: str) -> None:
                say(f"ready {address}")
                if sys.stdin.isatty():
                    note(_what_now(address, first=token is not None))
                if as_json:
                    say_json({"url": address, "admin_token": token, "data_dir": str(settings.data_dir)})

            drain_seconds = settings.shutdown_seconds + DRAIN_MARGIN_SECONDS
            async with WorkerProcesses(
                _worker_command(settings), count=workers, stop=stop, drain_seconds=drain_seconds
            ):
                await serve_api(services, host=host, port=port, stop=stop, on_ready=announce)


def _what_now(address: str, *, first: bool) -> str:
    """For whoever has typed the command and looks at what it prints."""
    key = (
        "the admin token above"
        if first
        else f"a token of `storyarn-export token create --email {ADMIN_EMAIL}`"
    )
    return f"The console is at {address}/; sign in with {key}. Ctrl-C ends the service."


def _worker_command(settings: Settings) -> tuple[str, ...]:
    program = (sys.executable, "-m", "storyarn_export")
    return (*program, "worker", "--data-dir", str(settings.data_dir), "--until-stdin-closes")
