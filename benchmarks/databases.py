"""One database for each size, so that a table's rows are a project's rows."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from storyarn_export.accounts.projects import create_project
from storyarn_export.accounts.users import ensure_user
from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.migrate import upgrade
from storyarn_export.seeding.seed import SeedProject
from storyarn_export.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[1]
DATA_DIR = ROOT / ".data" / "bench"
REAL_PROJECT = ROOT.parent / "shared" / "data" / "endless-sky-0.9.8.storyarn.json.gz"
OWNER = "bench@storyarn.invalid"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A database with one project in it.

    Attributes:
        label: what tables show.
        name: of the database, and of what belongs to it on disk.
        entities: rows of the project; 0 until it is filled.
        variables: what the environment tells the processes that work on it, beside where things are.
    """

    label: str
    name: str
    url: str
    entities: int = 0
    project_id: int = 0
    owner_id: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)


def settings_for(url: str, variables: Mapping[str, str] | None = None) -> Settings:
    """Settings of every process that works on this database."""
    told = {name.removeprefix(PREFIX).lower(): value for name, value in (variables or {}).items()}
    return load_settings(database_url=url, data_dir=DATA_DIR, storage_dir=DATA_DIR / "storage", **told)


def create_database(server_url: str, name: str) -> str:
    """A new, migrated, empty database in place of the one of that name; its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    url = _with_database(server_url, name)
    upgrade(url)
    return url


@contextmanager
def copied(server_url: str, dataset: Dataset, suffix: str, variables: Mapping[str, str]) -> Iterator[Dataset]:
    """A database with the same rows and a queue of its own, while the block lasts.

    Args:
        server_url: of the server.
        dataset: nobody may be connected to it.
        suffix: what sets the copy's name apart.
        variables: of the processes that work on the copy.
    """
    name = f"{dataset.name}_{suffix}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        # File by file, the copy is settled as the original is; through the log it would leave a checkpoint to come.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{dataset.name}" STRATEGY file_copy')
    try:
        yield replace(dataset, name=name, url=_with_database(server_url, name), variables=variables)
    finally:
        _drop(server_url, name)


@asynccontextmanager
async def emptied(server_url: str, dataset: Dataset) -> AsyncIterator[Dataset]:
    """A database with the dataset's owner and project and nothing in it, while the block lasts.

    Ids are those of the dataset, whose rows refer to them.
    """
    name = f"{dataset.name}_empty"
    url = create_database(server_url, name)
    try:
        async with open_services(settings_for(url), database_url=url, role="cli") as services:
            owner_id = await owner(services)
            async with services.sessions.begin() as session:
                project_id = (await create_project(session, owner_id=owner_id, name="Empty")).id
        if (owner_id, project_id) != (dataset.owner_id, dataset.project_id):
            raise RuntimeError(f"{name} counts from elsewhere than {dataset.name}")
        settle(url)
        yield replace(dataset, name=name, url=url)
    finally:
        _drop(server_url, name)


def _drop(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _with_database(server_url: str, name: str) -> str:
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


async def fill(server_url: str, label: str, source: int | Path) -> Dataset:
    """A database with one project, settled: no hint bits, no statistics and no checkpoint left for the first reader.

    Args:
        server_url: of the server.
        label: what tables show.
        source: entities of a synthetic project, or a document.
    """
    name = f"bench_{label}".replace("-", "_").replace(" ", "_")
    url = create_database(server_url, name)
    async with open_services(settings_for(url), database_url=url, role="cli") as services:
        owner_id = await owner(services)
        if isinstance(source, Path):
            loaded = await services.load_project(source, owner_id=owner_id)
            project_id, entities = loaded.project_id, loaded.total
        else:
            seeded = await SeedProject(services.bulk)(owner_id=owner_id, entities=source)
            project_id, entities = seeded.project_id, seeded.total
    settle(url)
    return Dataset(label, name, url, entities, project_id, owner_id)


async def owner(services: Services) -> int:
    """The user that the projects belong to."""
    async with services.sessions.begin() as session:
        return (await ensure_user(session, OWNER)).id


def settle(url: str) -> None:
    """Have the server do now what it would else do during the first measurement."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
