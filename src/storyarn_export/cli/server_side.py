"""The database of server commands: the configured one, or the embedded server of the data dir."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

import psycopg
from alembic.util import CommandError as MigrationError
from sqlalchemy.exc import OperationalError

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.cli.embedded_keeper import kept_running
from storyarn_export.cli.failures import CommandError, one_line
from storyarn_export.cli.running import run
from storyarn_export.cli.settings_table import shown_url
from storyarn_export.db.embedded import EmbeddedServer
from storyarn_export.db.migrate import revisions, upgrade
from storyarn_export.db.session import CONNECT_TIMEOUT_SECONDS
from storyarn_export.settings import PREFIX, Settings, load_settings

Result = TypeVar("Result")


def with_services(data_dir: Path | None, work: Callable[[Services], Awaitable[Result]]) -> Result:
    """Runs a short command on the database, which is started for it and migrated if need be.

    Args:
        data_dir: from the command line; None: as the settings say.
        work: the command.

    Raises:
        CommandError: The database cannot be reached or migrated.
    """
    settings = load_settings(data_dir=data_dir)
    with database(settings) as url, connection_errors(url):
        bring_to_head(url)
        return run(_serve(settings, url, work))


async def _serve(settings: Settings, url: str, work: Callable[[Services], Awaitable[Result]]) -> Result:
    async with open_services(settings, database_url=url, role="cli") as services:
        return await work(services)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The URL of a database that takes connections; the embedded server is joined or started, and left again.

    Blocks, for seconds when the embedded server starts for the first time.

    Raises:
        CommandError: A configured database cannot be reached.
        EmbeddedServerError: The embedded server does not start.
    """
    if settings.database_url:
        check_reachable(settings.database_url)
        yield settings.database_url
        return
    with EmbeddedServer(settings.data_dir) as server:
        yield server.url


@asynccontextmanager
async def database_beside_loop(settings: Settings) -> AsyncIterator[str]:
    """As `database`, for a process that stays.

    Its event loop hears signals meanwhile, and the embedded server is started again when it dies.
    """
    holder = database(settings)
    url = await asyncio.to_thread(holder.__enter__)
    try:
        async with AsyncExitStack() as stack:
            if not settings.database_url:
                await stack.enter_async_context(kept_running(EmbeddedServer(settings.data_dir), url))
            with connection_errors(url):
                yield url
    finally:
        await asyncio.to_thread(holder.__exit__, None, None, None)


def check_reachable(url: str) -> None:
    """Connects once.

    Raises:
        CommandError: That did not work; names the server, never the password.
    """
    with (
        connection_errors(url),
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection,
    ):
        connection.execute("SELECT 1")


def bring_to_head(url: str) -> tuple[str | None, str | None]:
    """Applies the migrations that are missing.

    Returns:
        The revisions before and after.

    Raises:
        CommandError: The schema is newer than this program.
    """
    before, head = revisions(url)
    if before != head:
        try:
            upgrade(url)
        except MigrationError as error:
            raise CommandError(f"the schema cannot be migrated from {before} to {head}: {error}") from error
    return before, head


def prepare_schema(settings: Settings, url: str) -> None:
    """Makes sure that the schema fits; a configured database is left for `migrate` to change.

    Several hosts share a configured database, and which of them changes it when is not for each to decide.

    Raises:
        CommandError: The schema of a configured database is not at the newest revision.
    """
    if not settings.database_url:
        bring_to_head(url)
        return
    current, head = revisions(url)
    if current != head:
        raise CommandError(
            f"the schema of {shown_url(url)} is at {current or 'nothing'} and has to be at {head}: "
            "run `storyarn-export migrate` first"
        )


@contextmanager
def connection_errors(url: str) -> Iterator[None]:
    """Translates what the drivers raise when the database is away.

    Raises:
        CommandError: With the driver's reason on one line.
    """
    try:
        yield
    except (psycopg.OperationalError, OperationalError) as error:
        reason = error.orig if isinstance(error, OperationalError) and error.orig else error
        message = f"cannot use the database {shown_url(url)}: {one_line(Exception(str(reason)))}"
        raise CommandError(
            f"{message} (see {PREFIX}DATABASE_URL, or run `storyarn-export doctor`)"
        ) from error
