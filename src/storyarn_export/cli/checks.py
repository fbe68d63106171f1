"""What `doctor` looks at. Each check says what it found, and how to mend it if that is wrong."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from storyarn_export.bootstrap_storage import open_store
from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.server_side import connection_errors
from storyarn_export.cli.settings_table import shown_url
from storyarn_export.cli.suggestions import meant
from storyarn_export.db.migrate import revisions
from storyarn_export.db.session import CONNECT_TIMEOUT_SECONDS
from storyarn_export.settings import PREFIX, Settings

OLDEST_SERVER = 140000
"""PostgreSQL 14, as `server_version_num` gives it."""
LEAST_FREE_BYTES = 1024**3
"""A large export and the log that its reading writes fit in this."""
BUCKET_SECONDS = 15
"""A bucket that does not answer for longer is of no use to a run either."""
PROBE_BYTES = b"storyarn-export doctor"
QUEUE_HEALTH = (Path(__file__).parent / "queries" / "queue_health.sql").read_text()


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        name: of the check.
        ok: whether the service can work with it.
        detail: what was found, one sentence.
        hint: how to mend it.
        facts: more of what was found, for machines.
    """

    name: str
    ok: bool
    detail: str
    hint: str | None = None
    facts: Mapping[str, str | int | bool | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """All of it in one object."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "hint": self.hint, **self.facts}


def check_variables(environment: Mapping[str, str]) -> Check:
    """Whether a variable is nearly a setting: it would have no effect, and nobody would say so.

    Args:
        environment: of this process, whose settings have been read.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    slips = {
        name: likely[0]
        for name in sorted(environment.keys() - known)
        # Without the prefix, which makes all of them alike.
        if name.startswith(PREFIX)
        and (likely := meant(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known]))
    }
    if not slips:
        return Check("settings", ok=True, detail="every setting has a value that it takes")
    hint = "; ".join(f"did you mean {PREFIX}{likely} by {name}?" for name, likely in slips.items())
    return Check("settings", ok=True, detail=f"no setting is called {', '.join(slips)}", hint=hint)


def check_database(url: str, *, how: str) -> Check:
    """Whether a server answers and is new enough.

    Args:
        url: of the database.
        how: where the URL comes from, for the detail.
    """
    try:
        with (
            connection_errors(url),
            psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection,
        ):
            number = connection.info.server_version
            version = connection.info.parameter_status("server_version") or str(number)
    except CommandError as error:
        return Check(
            "database",
            ok=False,
            detail=str(error),
            hint=f"start the server, or set {PREFIX}DATABASE_URL to one that runs",
        )
    if number < OLDEST_SERVER:
        hint = f"use PostgreSQL {OLDEST_SERVER // 10000} or newer"
        return Check("database", ok=False, detail=f"PostgreSQL {version} is too old", hint=hint)
    detail = f"PostgreSQL {version} at {shown_url(url)}, {how}"
    return Check("database", ok=True, detail=detail, facts={"version": version})


def check_schema(url: str) -> Check:
    """Whether all migrations are applied."""
    current, head = revisions(url)
    if current == head:
        return Check("schema", ok=True, detail=f"at its newest revision, {head}")
    detail = f"at {current or 'nothing'}, has to be at {head}"
    hint = "run `storyarn-export migrate`; if it is newer than this program, install the newer program"
    return Check("schema", ok=False, detail=detail, hint=hint)


def check_queue(url: str, settings: Settings) -> Check:
    """Whether the queue's tables answer, and what is in them."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            row = connection.execute(
                QUEUE_HEALTH, {"stalled_after_seconds": settings.stalled_after_seconds}
            ).fetchone()
    except psycopg.Error as error:
        detail = f"the queue's tables cannot be read: {' '.join(str(error).split())}"
        return Check("queue", ok=False, detail=detail, hint="run `storyarn-export migrate`")
    waiting, running, workers = row or (0, 0, 0)
    detail = f"{waiting} jobs wait, {running} run, {workers} queue workers are alive"
    facts = {"waiting": waiting, "running": running, "workers": workers}
    if waiting and not workers:
        hint = "start one with `storyarn-export worker`, or use `storyarn-export up`"
        return Check("queue", ok=False, detail=detail, hint=hint, facts=facts)
    return Check("queue", ok=True, detail=detail, facts=facts)


def check_storage(directory: Path) -> Check:
    """Whether files can be made, written and removed in the directory of the artifacts."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".doctor-") as probe:
            probe.write(PROBE_BYTES)
            probe.flush()
    except OSError as error:
        hint = f"give this user the right to write there, or set {PREFIX}STORAGE_DIR to another directory"
        return Check("storage", ok=False, detail=f"cannot write in {directory}: {error.strerror}", hint=hint)
    return Check("storage", ok=True, detail=f"files can be written in {directory}")


def check_bucket(settings: Settings) -> Check:
    """Whether files can be written to the bucket of the artifacts and removed from it."""
    if asyncio.run(_bucket_takes_files(settings)):
        return Check("storage", ok=True, detail=f"files can be written in the bucket {settings.s3_bucket}")
    where = f"the bucket {settings.s3_bucket}{f' at {settings.s3_endpoint_url}' if settings.s3_endpoint_url else ''}"
    hint = (
        f"look at {PREFIX}S3_BUCKET, {PREFIX}S3_ENDPOINT_URL and {PREFIX}S3_REGION, at the credentials"
        " (AWS_* variables, AWS's own files, or the role of the machine), and at their rights;"
        " docs/operations.md lists those"
    )
    return Check("storage", ok=False, detail=f"cannot write in {where}", hint=hint)


async def _bucket_takes_files(settings: Settings) -> bool:
    try:
        async with asyncio.timeout(BUCKET_SECONDS), open_store(settings) as storage:
            return await storage.writable()
    except TimeoutError:
        return False


def check_disk_space(directory: Path) -> Check:
    """Whether there is room where the files go."""
    there = next(
        parent for parent in (directory.absolute(), *directory.absolute().parents) if parent.exists()
    )
    free_bytes = shutil.disk_usage(there).free
    facts = {"free_bytes": free_bytes}
    detail = f"{free_bytes / 1024**3:.1f} GiB are free in {there}"
    if free_bytes < LEAST_FREE_BYTES:
        hint = f"make room, or set {PREFIX}DATA_DIR or {PREFIX}STORAGE_DIR to another disk"
        return Check("disk", ok=False, detail=detail, hint=hint, facts=facts)
    return Check("disk", ok=True, detail=detail, facts=facts)
