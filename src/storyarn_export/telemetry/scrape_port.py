"""Metrics of a process on a port of its own, for processes that serve nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import CollectorRegistry, start_http_server

# Several processes of one machine may be told the same port; one has it, the others wait for it.
TRY_AGAIN_SECONDS = 5.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def scrape_port(registry: CollectorRegistry, *, host: str, port: int | None) -> AsyncIterator[None]:
    """Serve the metrics of a registry while the block lasts.

    They are served from a thread: a process whose event loop hangs still tells. A port that is taken is waited for,
    because a worker without metrics is better than none.

    Args:
        registry: what to serve.
        host: address to listen on.
        port: None: nothing is served.
    """
    if port is None:
        yield
        return
    serving = asyncio.create_task(_serve(registry, host, port))
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def _serve(registry: CollectorRegistry, host: str, port: int) -> None:
    server, thread = await _start(registry, host, port)
    log.info("metrics are served", host=host, port=port)
    try:
        await asyncio.Event().wait()
    finally:
        # Its loop looks every half a second whether it is to end; nothing waits for that.
        Thread(target=_stop, args=(server, thread), name="end of metrics", daemon=True).start()


async def _start(registry: CollectorRegistry, host: str, port: int) -> tuple[WSGIServer, Thread]:
    told = False
    while True:
        try:
            return start_http_server(port, host, registry)
        except OSError as error:
            if not told:
                log.warning("metrics cannot be served", host=host, port=port, error=error.strerror)
            told = True
            await asyncio.sleep(TRY_AGAIN_SECONDS)


def _stop(server: WSGIServer, thread: Thread) -> None:
    server.shutdown()
    thread.join()
    server.server_close()
