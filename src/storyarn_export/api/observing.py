"""Counts and traces requests. Plain ASGI, so that streams stay streams."""

import time
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storyarn_export.api.middleware import QUIET_PATHS
from storyarn_export.telemetry.process import RequestMeter
from storyarn_export.telemetry.spans import Tracing, name_request

# Of whatever was sent to a path that is none of ours.
UNMATCHED = "unmatched"
BROKEN = 500


class Traced:
    """Makes a span of each request, part of the trace that the client names; probes and scrapes are left out.

    Args:
        app: what comes after.
        tracing: makes the spans.
    """

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"] in QUIET_PATHS:
            await self._app(scope, receive, send)
            return
        with self._tracing.request_span(scope["method"], Headers(scope=scope)):
            await self._app(scope, receive, send)


class Metered:
    """Counts each request under the template of its route, and measures the time until the answer begins.

    Args:
        app: what comes after.
        meter: counts.
    """

    def __init__(self, app: ASGIApp, meter: RequestMeter) -> None:
        self._app = app
        self._meter = meter
        self._templates: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        # What comes out of the application without an answer is answered with 500 further out.
        status, seconds = BROKEN, None

        async def send_measured(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.monotonic() - begun
            await send(message)

        try:
            await self._app(scope, receive, send_measured)
        finally:
            route = self._template(scope)
            self._meter.answered(
                route=route,
                method=scope["method"],
                status=status,
                seconds=time.monotonic() - begun if seconds is None else seconds,
            )
            name_request(route, scope["method"], status)

    def _template(self, scope: Scope) -> str:
        if not self._templates:
            # The routes are known by now. A route of the framework knows only the part of its path that is its own.
            contexts = iter_route_contexts(scope["app"].routes)
            self._templates = {one.endpoint: one.path for one in contexts if one.path is not None}
        return self._templates.get(scope.get("endpoint"), UNMATCHED)
