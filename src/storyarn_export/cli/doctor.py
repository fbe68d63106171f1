"""`doctor`: what is wrong, and how to mend it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Annotated

import typer

from storyarn_export.cli.checks import (
    Check,
    check_bucket,
    check_database,
    check_disk_space,
    check_queue,
    check_schema,
    check_storage,
    check_variables,
)
from storyarn_export.cli.failures import ExitCode
from storyarn_export.cli.output import say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, DataDir
from storyarn_export.cli.settings_table import setting_rows
from storyarn_export.db.embedded import EmbeddedServer, EmbeddedServerError
from storyarn_export.settings import PREFIX, Settings, SettingsError, StorageKind, load_settings


def doctor(
    show_settings: Annotated[
        bool, typer.Option("--settings", help="Show every setting: value, default, meaning.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong and how to mend it.

    Checks settings, database, schema, queue, storage and disk; exit code 1 if something is wrong. An embedded server
    that does not run is started for that and stopped again.
    """
    try:
        settings = load_settings(data_dir=data_dir)
    except SettingsError as error:
        hint = "change or unset the variable; docs/configuration.md lists all"
        _report([Check("settings", ok=False, detail=str(error), hint=hint)], None, as_json=as_json)
        raise typer.Exit(ExitCode.FAILED) from error
    found = [check_variables(os.environ)]
    if show_settings:
        _show_settings(settings, found[0], as_json=as_json)
        return
    with _database(settings) as (database, url):
        found.append(database)
        if database.ok and url:
            found += [check_schema(url), check_queue(url, settings)]
    if settings.storage is StorageKind.LOCAL:
        found += [check_storage(settings.local_storage_dir), check_disk_space(settings.local_storage_dir)]
    else:
        found += [check_bucket(settings), check_disk_space(settings.data_dir)]
    _report(found, database.facts.get("database_url"), as_json=as_json)
    if not all(check.ok for check in found):
        raise typer.Exit(ExitCode.FAILED)


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Check, str | None]]:
    if settings.database_url:
        url = settings.database_url
        check = check_database(url, how=f"from {PREFIX}DATABASE_URL")
        yield replace(check, facts={**check.facts, "embedded": False, "database_url": url}), url
        return
    server = EmbeddedServer(settings.data_dir)
    running = server.status()
    how = "embedded" if running else "embedded, started for this check"
    # Once stopped again, the URL leads nowhere.
    facts = {"embedded": True, "database_url": running.url if running else None}
    if running is None and not (settings.data_dir / "postgres").exists():
        hint = f"`storyarn-export up` makes one; or set {PREFIX}DATABASE_URL"
        detail = f"there is no database in {settings.data_dir} yet"
        yield Check("database", ok=False, detail=detail, hint=hint, facts=facts), None
        return
    try:
        url = server.start().url
    except EmbeddedServerError as error:
        hint = f"see server.log beside the cluster in {settings.data_dir / 'postgres'}"
        yield Check("database", ok=False, detail=str(error), hint=hint, facts=facts), None
        return
    try:
        check = check_database(url, how=how)
        yield replace(check, facts={**check.facts, **facts}), url
    finally:
        server.stop()


def _report(found: list[Check], database_url: object, *, as_json: bool) -> None:
    ok = all(check.ok for check in found)
    if as_json:
        checks = [check.as_json() for check in found]
        say_json({"ok": ok, "checks": checks, "database_url": database_url})
        return
    for check in found:
        say(f"{'ok    ' if check.ok else 'WRONG '} {check.name}: {check.detail}")
        if check.hint:
            say(f"       to mend it: {check.hint}")


def _show_settings(settings: Settings, check: Check, *, as_json: bool) -> None:
    rows = list(setting_rows(settings))
    if as_json:
        say_json({"ok": True, "checks": [check.as_json()], "settings": [asdict(row) for row in rows]})
        return
    columns = ("variable", "value", "default", "meaning")
    say_table(columns, [(row.name, row.value or "-", row.default or "-", row.description) for row in rows])
