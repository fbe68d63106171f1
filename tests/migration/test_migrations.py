"""Migrations lead to the schema of the models, on every way, and back."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import procrastinate
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from storyarn_export.db import migrate
from storyarn_export.db.migrate import downgrade, revisions, upgrade
from storyarn_export.db.models import Base
from storyarn_export.db.urls import psycopg_url
from tests.migration.catalogue import catalogue, of_tables

ROOT = Path(__file__).parents[2]
VENDORED = ROOT / "migrations" / "procrastinate"
LAST_VENDORED = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
INSTALLED = Path(procrastinate.__file__).parent / "sql"
UPGRADE = "import sys; from storyarn_export.db.migrate import upgrade; upgrade(sys.argv[1])"
TOO_LONG_SECONDS = 120

NewDatabase = Callable[[], str]


def _steps() -> list[str]:
    """All revisions, oldest first."""
    scripts = ScriptDirectory.from_config(migrate._config("postgresql://"))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def test_there_is_one_line_of_revisions() -> None:
    scripts = ScriptDirectory.from_config(migrate._config("postgresql://"))
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1


def test_all_the_way_up_is_the_newest_revision(new_database: NewDatabase) -> None:
    url = new_database()
    assert revisions(url) == (None, _steps()[-1])
    upgrade(url)
    assert revisions(url) == (_steps()[-1], _steps()[-1])
    before = catalogue(url)
    upgrade(url)
    assert catalogue(url) == before


def test_all_the_way_down_leaves_nothing(new_database: NewDatabase) -> None:
    url, untouched = new_database(), catalogue(new_database())
    upgrade(url)
    first = catalogue(url)
    downgrade(url)
    left = catalogue(url)
    assert [row[0] for row in left["tables"]] == ["alembic_version"]
    for part in ("sequences", "routines", "triggers", "extensions"):
        assert left[part] == untouched[part]
    assert {row[0] for row in left["types"]} == {"alembic_version", "_alembic_version"}
    upgrade(url)
    assert catalogue(url) == first


def test_step_by_step_leads_to_the_same_schema_and_back(new_database: NewDatabase) -> None:
    fresh, stepwise = new_database(), new_database()
    upgrade(fresh)
    seen = []
    for revision in _steps():
        seen.append(catalogue(stepwise))
        upgrade(stepwise, revision)
    assert catalogue(stepwise) == catalogue(fresh)
    for revision, before in zip(_steps()[-2::-1], seen[:0:-1], strict=True):
        downgrade(stepwise, revision)
        assert catalogue(stepwise) == before


def test_alembic_finds_nothing_to_migrate(new_database: NewDatabase) -> None:
    url = new_database()
    upgrade(url)
    command.check(migrate._config(url))


def test_the_models_make_the_tables_that_the_migrations_make(new_database: NewDatabase) -> None:
    migrated, modelled = new_database(), new_database()
    upgrade(migrated)
    engine = create_engine(psycopg_url(modelled), poolclass=pool.NullPool)
    Base.metadata.create_all(engine)
    engine.dispose()
    names = set(Base.metadata.tables)
    assert of_tables(catalogue(migrated), names) == of_tables(catalogue(modelled), names)


def test_the_migrations_make_no_table_that_is_nobody_s(new_database: NewDatabase) -> None:
    url = new_database()
    upgrade(url)
    made = {str(row[0]) for row in catalogue(url)["tables"]}
    others = {name for name in made if name.startswith("procrastinate_")} | {"alembic_version"}
    assert made - others == set(Base.metadata.tables)


def test_processes_that_migrate_at_once_all_succeed(new_database: NewDatabase) -> None:
    url, alone = new_database(), new_database()
    upgrade(alone)
    processes = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=TOO_LONG_SECONDS)
        assert process.returncode == 0, errors
    assert catalogue(url) == catalogue(alone)


def test_every_migration_of_the_installed_queue_library_is_vendored() -> None:
    newer = sorted(
        path.name for path in (INSTALLED / "migrations").glob("*.sql") if path.name > LAST_VENDORED
    )
    assert not newer, (
        f"procrastinate {procrastinate.__version__} brings migrations that we have not vendored: {newer}."
        " Copy each into migrations/procrastinate/, add a revision that executes them in order (those named _pre_"
        " before those named _post_), and set LAST_VENDORED here to the last one. Then go through"
        " tests/integration/test_worker.py: it holds what we rely on."
    )


def test_the_installed_queue_library_has_the_schema_that_we_vendored() -> None:
    vendored = (VENDORED / "3.4.0.sql").read_text(encoding="utf-8")
    installed = (INSTALLED / "schema.sql").read_text(encoding="utf-8")
    assert vendored == installed, (
        "schema.sql of the installed procrastinate is not migrations/procrastinate/3.4.0.sql any more. Never edit the"
        " vendored file, databases have it: vendor the library's newer migrations as further revisions, and compare"
        " with the catalogue of its new schema.sql instead."
    )


@pytest.mark.parametrize("revision", _steps())
def test_each_revision_says_what_it_is_for(revision: str) -> None:
    script = ScriptDirectory.from_config(migrate._config("postgresql://")).get_revision(revision)
    assert script is not None
    assert script.doc
