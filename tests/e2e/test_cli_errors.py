"""What goes wrong is one clear line, and the exit code says whose fault it is."""

import re
import signal
import socket
import time
from pathlib import Path

import psycopg
import pytest

from storyarn_export.settings import Settings
from tests.conftest import with_database
from tests.factories.program import Program, Up

STATEMENT_LIMIT_SECONDS = 30.0
RUNNING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'storyarn-cli%' AND state = 'active'
"""


@pytest.fixture
def program(tmp_path: Path, database_url: str) -> Program:
    return Program(tmp_path, {"STORYARN_DATABASE_URL": database_url})


@pytest.fixture
def alone(tmp_path: Path) -> Program:
    return Program(tmp_path, {})


@pytest.fixture
def nobody_listens() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("up", "--port", "http"),
        ("up", "--workers", "-1"),
        ("worker", "--queues", "exports,dreams"),
        ("token", "create"),
        ("token", "create", "--email", "a@example.org", "--scopes", "everything"),
        ("projects", "seed", "--entities", "0"),
        ("projects", "load", "no-such-file.json"),
        ("export", "1"),
        ("export", "1", "--token", "sa_x", "--option", "include_flows"),
        ("export", "1", "--token", "sa_x", "--option", "languages=en", "--option", "languages=de"),
        ("export", "1", "--token", "sa_x", "--json", "-o", "-"),
    ],
)
def test_wrong_arguments_exit_with_2(alone: Program, arguments: tuple[str, ...]) -> None:
    done = alone.run(*arguments, ok=False)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("exprot", "1"), "'export'"),
        (("exports", "lsit", "1"), "'list'"),
        (("export", "1", "--token", "sa_x", "--sever", "x"), "--server"),
        (("export", "1", "--token", "sa_x", "--option", "include_flow=false"), "'include_flows'"),
        (("token", "create", "--email", "a@example.org", "--scopes", "export"), "'exports'"),
        (("worker", "--queues", "export"), "'exports'"),
    ],
)
def test_a_slip_is_asked_about(alone: Program, arguments: tuple[str, ...], meant: str) -> None:
    done = alone.run(*arguments, ok=False)
    assert (done.code, done.stdout) == (2, "")
    assert re.search("Did you mean|Possible options", done.stderr.splitlines()[-1])
    assert meant in done.stderr.splitlines()[-1]


def test_a_variable_that_is_nearly_a_setting_is_asked_about(alone: Program) -> None:
    done = alone.having({"STORYARN_SYNC_TRESHOLD": "7"}).run("doctor", "--json", ok=False)
    settings = done.json["checks"][0]
    assert "STORYARN_SYNC_TRESHOLD" in settings["detail"]
    assert "STORYARN_SYNC_THRESHOLD" in settings["hint"]
    quiet = alone.having({"STORYARN_SYNC_THRESHOLD": "7", "STORYARN_TOKEN": "sa_x"})
    assert quiet.run("doctor", "--json", ok=False).json["checks"][0]["hint"] is None


@pytest.mark.parametrize("command", ["up", "worker"])
def test_a_wrong_setting_stops_the_start_with_one_line(alone: Program, command: str) -> None:
    done = alone.having({"STORYARN_SYNC_THRESHOLD": "many"}).run(command, ok=False)
    assert (done.code, done.stdout) == (1, "")
    assert "STORYARN_SYNC_THRESHOLD held 'many'" in done.error
    assert str(Settings.model_fields["sync_threshold"].description) in done.error


def test_a_database_that_is_away_is_one_line_without_its_password(
    alone: Program, nobody_listens: str
) -> None:
    url = f"postgresql://me:hidden@{nobody_listens}/mine"
    for arguments in (("up",), ("token", "list")):
        done = alone.having({"STORYARN_DATABASE_URL": url}).run(*arguments, ok=False)
        assert (done.code, done.stdout) == (1, "")
        assert nobody_listens in done.error
        assert "hidden" not in done.stderr


def test_a_server_that_is_away_is_one_line(alone: Program, nobody_listens: str) -> None:
    done = alone.run("export", "1", "--token", "sa_x", "--server", f"http://{nobody_listens}", ok=False)
    assert done.code == 1
    assert nobody_listens in done.error


def test_an_empty_configured_database_is_migrated_on_demand(
    program: Program, server_url: str, database_url: str
) -> None:
    name = f"{database_url.rpartition('/')[2]}_empty"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        empty = program.having({"STORYARN_DATABASE_URL": with_database(server_url, name)})
        refused = empty.run("api", "--port", "0", ok=False)
        assert (refused.code, "storyarn-export migrate" in refused.error) == (1, True)
        sick = empty.run("doctor", "--json", ok=False)
        (schema,) = [check for check in sick.json["checks"] if check["name"] == "schema"]
        assert (sick.code, sick.json["ok"], schema["ok"]) == (1, False, False)
        migrated = empty.run("migrate", "--json").json
        assert (migrated["before"], migrated["migrated"]) == (None, True)
        assert not empty.run("migrate", "--json").json["migrated"]
        assert empty.run("doctor", "--json").json["ok"]
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_doctor_says_which_setting_is_wrong(alone: Program) -> None:
    done = alone.having({"STORYARN_LOG_LEVEL": "loud"}).run("doctor", "--json", ok=False)
    (check,) = done.json["checks"]
    assert (done.code, done.json["ok"], check["name"]) == (1, False, "settings")
    assert "STORYARN_LOG_LEVEL" in check["detail"]
    assert check["hint"]


def test_doctor_finds_a_directory_that_cannot_be_written(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = program.having({"STORYARN_STORAGE_DIR": str(tmp_path / "file")}).run("doctor", "--json", ok=False)
    (wrong,) = [check for check in done.json["checks"] if not check["ok"]]
    assert (done.code, wrong["name"], bool(wrong["hint"])) == (1, "storage", True)


def test_doctor_makes_no_database_of_its_own(alone: Program, tmp_path: Path) -> None:
    done = alone.run("doctor", "--json", ok=False)
    (wrong,) = [check for check in done.json["checks"] if not check["ok"]]
    assert (done.code, wrong["name"], wrong["database_url"]) == (1, "database", None)
    assert not (tmp_path / ".data" / "postgres").exists()


def test_doctor_shows_every_setting_and_no_password(program: Program, database_url: str) -> None:
    shown = (
        program.having({"STORYARN_SYNC_THRESHOLD": "7"})
        .run("doctor", "--settings", "--json")
        .json["settings"]
    )
    by_name = {row["name"]: row for row in shown}
    assert set(by_name) == {f"STORYARN_{name.upper()}" for name in Settings.model_fields}
    assert (by_name["STORYARN_SYNC_THRESHOLD"]["value"], by_name["STORYARN_SYNC_THRESHOLD"]["default"]) == (
        "7",
        "1000",
    )
    masked = by_name["STORYARN_DATABASE_URL"]["value"]
    assert masked.rpartition("@")[2] == database_url.rpartition("@")[2]
    assert "***" in masked or "@" not in database_url
    for line in program.run("doctor", "--settings").stdout.splitlines()[1:]:
        assert line.startswith("STORYARN_")


def test_formats_lists_the_native_one(alone: Program) -> None:
    (native,) = [one for one in alone.run("formats", "--json").json["formats"] if one["name"] == "storyarn"]
    assert "sheets" in native["sections"]
    assert "storyarn" in alone.run("formats").stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_command_exits_with_130(program: Program, number: signal.Signals) -> None:
    # As a shell does for its background jobs, which SIGTERM has to end all the same.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if number == signal.SIGTERM else None
    process = program.start("projects", "seed", "--entities", "5000000")
    if before is not None:
        signal.signal(signal.SIGINT, before)
    with process:
        _wait_for_statement(program.settings["STORYARN_DATABASE_URL"])
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said


def _wait_for_statement(url: str) -> None:
    deadline = time.monotonic() + STATEMENT_LIMIT_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(RUNNING).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_api_alone_ends_with_0(program: Program, number: signal.Signals) -> None:
    with Up(program, "api", "--port", "0") as api:
        assert api.stop(number) == 0
