"""What scenarios stand on: a server that they may stop, and a database with stories to copy theirs from."""

import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg

from storyarn_export.accounts.users import ensure_user
from storyarn_export.bootstrap import open_services
from storyarn_export.db.embedded import EmbeddedServer, ServerInfo
from storyarn_export.db.embedded_binaries import choose_account, find_programs
from storyarn_export.db.migrate import upgrade
from storyarn_export.seeding.seed import SeedProject
from storyarn_export.settings import load_settings
from tests.factories.object_store import CREDENTIALS, running_store

ROOT = Path(__file__).parents[2]
DATA_DIR = ROOT / ".data" / "chaos"
PEOPLE = 24
SMALL_ENTITIES = 2_000
STOP_LIMIT_SECONDS = 60.0

StopMode = Literal["fast", "immediate"]


@dataclass(frozen=True, slots=True)
class Story:
    """What is in every database.

    Attributes:
        project_id: of a project whose export takes a while.
        small_id: of one whose export is over at once.
        people: ids of users, so that many equal exports can be under way.
    """

    project_id: int
    small_id: int
    people: tuple[int, ...]


@dataclass(slots=True)
class Ground:
    """A running server, which may be stopped and started, and what databases are copied from.

    Attributes:
        undisturbed: digests of undisturbed files, by project.
    """

    directory: Path
    server: EmbeddedServer
    info: ServerInfo
    template: str
    story: Story
    undisturbed: dict[int, str] = field(default_factory=dict)
    _later: ExitStack = field(default_factory=ExitStack)
    _store_url: str | None = None

    def store_url(self) -> str:
        """URL of an object store, which runs from the first call on as long as the ground is there."""
        if self._store_url is None:
            self._later.enter_context(_in_environment(CREDENTIALS))
            self._store_url = self._later.enter_context(running_store())
        return self._store_url

    def close(self) -> None:
        """End the object store."""
        self._later.close()

    def stop_server(self, mode: StopMode) -> None:
        """Stop it: `fast` as an operator does, `immediate` as a crash does."""
        cluster = self.info.data_dir
        arguments = ("stop", "-D", str(cluster), "-m", mode, "-w", "-t", f"{STOP_LIMIT_SECONDS:.0f}")
        programs = find_programs(cluster.parent, choose_account(cluster))
        programs.run("pg_ctl", *arguments, cwd=cluster.parent, limit_seconds=STOP_LIMIT_SECONDS)

    def start_server(self) -> None:
        """Start it again, at the same port."""
        port = self.info.port
        self.info = self.server.start()
        if self.info.port != port:
            raise RuntimeError(f"port {port} was taken while the server was away; run it again")

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database with the stories, while the block lasts; its URL."""
        name = f"chaos_{secrets.token_hex(6)}"
        with psycopg.connect(self.info.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        try:
            yield _with_database(self.info.url, name)
        finally:
            self.start_server()
            with psycopg.connect(self.info.url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A directory while the block lasts."""
        made = Path(tempfile.mkdtemp(prefix="site-", dir=self.directory))
        try:
            yield made
        finally:
            shutil.rmtree(made)


@asynccontextmanager
async def open_ground(entities: int) -> AsyncIterator[Ground]:
    """A server of this run's own with its durable settings; all of it is removed with the block.

    Args:
        entities: of the larger project.
    """
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="run-", dir=DATA_DIR))
    server = EmbeddedServer(directory)
    try:
        info = server.start()
        template = f"template_{secrets.token_hex(4)}"
        story = await _tell_stories(info.url, template, directory, entities)
        with closing(Ground(directory, server, info, template, story)) as ground:
            yield ground
    finally:
        server.stop()
        shutil.rmtree((directory / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(directory)


async def _tell_stories(server_url: str, name: str, directory: Path, entities: int) -> Story:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = _with_database(server_url, name)
    upgrade(url)
    settings = load_settings(database_url=url, data_dir=directory)
    async with open_services(settings, database_url=url, role="tests") as services:
        async with services.sessions.begin() as session:
            people = [(await ensure_user(session, f"p{n}@storyarn.invalid")).id for n in range(PEOPLE)]
        seed = SeedProject(services.bulk)
        large = await seed(owner_id=people[0], entities=entities)
        small = await seed(owner_id=people[0], entities=SMALL_ENTITIES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return Story(large.project_id, small.project_id, tuple(people))


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def _in_environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables of this process and its children, while the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
