"""A real PostgreSQL for every test: one server, one migrated template a run, one database a test."""

import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psycopg
import pytest

from storyarn_export.db.embedded import EmbeddedServer
from storyarn_export.db.migrate import upgrade
from storyarn_export.db.session import create_bulk_pool
from tests.factories.logs import DIRECTORY, keep_records, leaks
from tests.factories.object_store import CREDENTIALS, OwnBucket, new_bucket, running_store

ROOT = Path(__file__).parents[1]
SERVER_DIR = ROOT / ".data" / "tests"
# Nothing in a test database has to outlive a crash of the machine.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def with_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session", autouse=True)
def log_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where everything that is logged in this run is kept. At its end no line of it may hold a secret."""
    directory = tmp_path_factory.mktemp("logs")
    handler = keep_records(directory / "libraries.log")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(DIRECTORY, str(directory))
        yield directory
    logging.getLogger().removeHandler(handler)
    handler.close()
    found = leaks(directory, [CREDENTIALS["AWS_SECRET_ACCESS_KEY"]])
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of a server on which databases may be made."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedServer(SERVER_DIR, settings=FAST) as server:
        yield server.url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """Name of a migrated, empty database that others are copied from."""
    name = f"template_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    upgrade(with_database(server_url, name))
    yield name
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """URL of a migrated, empty database of this test's own."""
    name = f"test_{os.getpid()}_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield with_database(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def bulk(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool of asyncpg connections to this test's database."""
    pool = await create_bulk_pool(database_url, size=8, application_name="tests")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def object_store_url() -> Iterator[str]:
    """URL of an S3-compatible store, with credentials for it in the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with running_store() as url:
            yield url


@pytest.fixture
async def bucket(object_store_url: str) -> AsyncIterator[OwnBucket]:
    """An empty bucket of this test's own."""
    async with new_bucket(object_store_url) as made:
        yield made
