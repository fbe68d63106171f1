"""`worker`: runs queued jobs."""

import asyncio
from typing import Annotated

import typer

from storyarn_export.bootstrap import open_services
from storyarn_export.cli.failures import usage_error
from storyarn_export.cli.logs import configure_logging
from storyarn_export.cli.output import say_json
from storyarn_export.cli.parameters import AsJson, DataDir, UntilStdinCloses
from storyarn_export.cli.running import run, stop_event
from storyarn_export.cli.server_side import database_beside_loop, prepare_schema
from storyarn_export.cli.suggestions import did_you_mean
from storyarn_export.settings import Settings, load_settings
from storyarn_export.worker.process import serve_worker

QUEUES = ("exports", "imports", "maintenance")


def worker(
    queues: Annotated[
        str, typer.Option(metavar="NAMES", help="Queues to work on, separated by commas.")
    ] = ",".join(QUEUES),
    data_dir: DataDir = None,
    as_json: AsJson = False,
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Run queued jobs until told to stop.

    Jobs that run then have STORYARN_SHUTDOWN_SECONDS to end; after that they go back to the queue.
    """
    names = tuple(name.strip() for name in queues.split(","))
    unknown = sorted(set(names) - set(QUEUES))
    if unknown:
        question = did_you_mean(unknown[0], QUEUES)
        raise usage_error(
            "--queues", f"there is no queue {unknown[0]!r}; queues are {', '.join(QUEUES)}.{question}"
        )
    settings = load_settings(data_dir=data_dir)
    configure_logging(settings)
    run(_worker(settings, names, until_stdin_closes=until_stdin_closes))
    if as_json:
        say_json({"queues": names, "drained": True})


async def _worker(settings: Settings, queues: tuple[str, ...], *, until_stdin_closes: bool) -> None:
    stop = stop_event(until_stdin_closes=until_stdin_closes)
    async with database_beside_loop(settings) as url:
        await asyncio.to_thread(prepare_schema, settings, url)
        async with open_services(settings, database_url=url, role="worker") as services:
            await serve_worker(services, queues, stop=stop)
