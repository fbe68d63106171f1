"""`api`: the HTTP API alone."""

import asyncio

from storyarn_export.api.server import serve_api
from storyarn_export.bootstrap import open_services
from storyarn_export.cli.logs import configure_logging
from storyarn_export.cli.output import say, say_json
from storyarn_export.cli.parameters import AsJson, DataDir, Host, Port, UntilStdinCloses
from storyarn_export.cli.running import run, stop_event
from storyarn_export.cli.server_side import database_beside_loop, prepare_schema
from storyarn_export.settings import Settings, load_settings


def api(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Run the HTTP API alone.

    Prints `ready http://…` when requests are answered.
    """
    settings = load_settings(data_dir=data_dir)
    configure_logging(settings)
    run(_api(settings, host, port, as_json=as_json, until_stdin_closes=until_stdin_closes))


async def _api(settings: Settings, host: str, port: int, *, as_json: bool, until_stdin_closes: bool) -> None:
    stop = stop_event(until_stdin_closes=until_stdin_closes)

    def announce(address: str) -> None:
        say(f"ready {address}")
        if as_json:
            say_json({"url": address})

    async with database_beside_loop(settings) as url:
        await asyncio.to_thread(prepare_schema, settings, url)
        async with open_services(settings, database_url=url, role="api") as services:
            await serve_api(services, host=host, port=port, stop=stop, on_ready=announce)
