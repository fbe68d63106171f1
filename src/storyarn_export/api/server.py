"""Runs the API on a socket until it is told to stop."""

import asyncio
import gc
import math
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn

from storyarn_export.api.app import create_app
from storyarn_export.api.connections import KEEP_ALIVE_SECONDS, MAX_HEAD_BYTES, Patience, protocol_with
from storyarn_export.api.state import ApiState
from storyarn_export.bootstrap import Services
from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.progress.broadcaster import Broadcaster
from storyarn_export.progress.listener import JobListener

BACKLOG = 2048


class ApiServer(uvicorn.Server):
    """A server that leaves signals to its caller and says when requests are answered.

    Args:
        config: of the server.
        on_started: called once, when requests are answered.
    """

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the command that runs us."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._on_started()


async def serve_api(
    services: Services, *, host: str, port: int, stop: asyncio.Event, on_ready: Callable[[str], None]
) -> None:
    """Answer requests until told to stop; then open streams end and other requests get time to finish.

    Args:
        services: the use cases and what they stand on.
        host: name or address to listen on.
        port: 0 picks a free one.
        stop: set to stop; running requests have `shutdown_seconds` of the settings.
        on_ready: called once with `http://HOST:PORT`, when requests are answered.

    Raises:
        ServiceUnavailableError: the address cannot be listened on, or the application does not start.
    """
    broadcaster = Broadcaster()
    app = create_app(
        services, broadcaster=broadcaster, listener=JobListener(services.database_url, broadcaster)
    )
    api: ApiState = app.state.api
    with closing(_listen(host, port)) as listening:
        address = f"http://{_shown(host)}:{listening.getsockname()[1]}"
        settings = services.settings
        patience = Patience(
            connections=settings.max_connections,
            head_seconds=settings.request_head_seconds,
            stall_seconds=settings.send_stall_seconds,
        )
        config = uvicorn.Config(
            app,
            http=protocol_with(patience),
            ws="none",
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
        )
        server = ApiServer(config, lambda: on_ready(address))
        # What is loaded by now stays for good: looking through all of it for cycles keeps every answer waiting.
        gc.collect()
        gc.freeze()
        serving = asyncio.create_task(_serve(server, listening))
        told = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            api.gate.close()
            server.should_exit = True
            await serving


async def _serve(server: ApiServer, listening: socket.socket) -> None:
    try:
        await server.serve(sockets=[listening])
    except SystemExit as error:
        raise ServiceUnavailableError("The API did not start; the log says why.") from error


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ServiceUnavailableError(
            f"Cannot listen on {_shown(host)}:{port}: {error.strerror or error}.",
            hint="choose another port with --port; 0 picks a free one",
        ) from error


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
