"""A real PostgreSQL server for a machine that has none, shared by all processes on one data dir.

Beside the cluster in `data_dir/postgres` are its lock, password, port, log and the register of its users.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from storyarn_export.db.embedded_binaries import EmbeddedServerError, choose_account, find_programs, make_home
from storyarn_export.db.embedded_cluster import ClusterHome, ServerInfo

__all__ = ["EmbeddedServer", "EmbeddedServerError", "ServerInfo"]


class EmbeddedServer:
    """The server of one data dir, started by the first process that needs it and stopped by the last.

    Uses are counted by process, not by object: `stop` releases whatever this process has started.
    Calls block, for seconds at a first start.

    Args:
        data_dir: The service's data dir; made if missing.
        settings: PostgreSQL settings over our own, for a server that this object starts; a server that
            runs already keeps those it has.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._link = data_dir.absolute() / "postgres"
        self._settings = dict(settings or {})

    def __enter__(self) -> ServerInfo:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> ServerInfo:
        """Starts the server or joins the one that runs, and registers this process as a user of it.

        Returns:
            The server, ready for connections, the same for every process on the data dir.

        Raises:
            EmbeddedServerError: It does not start; the message carries the last lines of its log.
        """
        with _os_errors_of(self._link):
            account = choose_account(self._link / "cluster", self._link)
            with ClusterHome(make_home(self._link, account)).locked() as home:
                postmaster = home.settled_postmaster() or home.launch(
                    find_programs(home.path, account), self._settings
                )
                home.register()
                return home.info(postmaster)

    def stop(self) -> bool:
        """Releases this process's use, and stops the server (fast) if no other live process uses it.

        Returns:
            Whether the server was running and was stopped.

        Raises:
            EmbeddedServerError: It does not stop within `STOP_LIMIT_SECONDS`.
        """
        with _os_errors_of(self._link):
            if not self._link.exists():
                return False
            with ClusterHome(self._link.resolve()).locked() as home:
                home.release()
                if home.has_users() or home.settled_postmaster() is None:
                    return False
                home.shut_down(find_programs(home.path, choose_account(home.cluster)))
                return True

    def status(self) -> ServerInfo | None:
        """The server if it runs and takes connections; starts, waits for and registers nothing."""
        with _os_errors_of(self._link):
            home = ClusterHome(self._link.resolve())
            postmaster = home.postmaster()
            return home.info(postmaster) if postmaster and postmaster.is_ready else None


@contextmanager
def _os_errors_of(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedServerError(f"cannot use the embedded PostgreSQL in {place}: {error}") from error
