"""What every request passes through: request id, log line, security headers, HEAD, body limit.

Plain ASGI, so that streams stay streams.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storyarn_export.api.problems import problem_response

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
MAX_BODY_BYTES = 1024 * 1024
# Of a token or a ticket that someone has put into a path.
SECRET = re.compile(r"\b(sa|st)(?:_|%5[fF])[A-Za-z0-9_%-]{16,}")
# Their routes take bodies piece by piece, with limits of their own.
UPLOADS = re.compile(
    r"POST /api/projects/[^/]+/(?:imports|localization)|PUT /api/projects/[^/]+/assets/[^/]+/content"
)
CONTENT_TOO_LARGE = 413
REQUEST_TIMEOUT = 408
# Probed every few seconds; their lines would bury the others.
QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
# Name in the request's state of what every answer to a caller who is known says.
QUOTA_HEADERS = "quota_headers"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "private, no-cache",
}

log = structlog.get_logger(__name__)


class RequestContext:
    """Names each request, logs it, puts the headers on that every answer has, and answers for what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        status: int | None = None

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _decorate(message, {"X-Request-ID": request_id, **scope["state"].get(QUOTA_HEADERS, {})})
            await send(message)

        begun = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_named)
            except Exception:
                log.exception("request failed", method=scope["method"], path=_shown_path(scope))
                # Once bytes are out, only breaking off tells the client that the rest is missing.
                if status is not None:
                    raise
                await problem_response(scope, "internal-error")(scope, receive, send_named)
            finally:
                _log_request(scope, status, time.monotonic() - begun)


# In the scope of a GET that was a HEAD.
WAS_HEAD = "storyarn_export.was_head"


class HeadAsGet:
    """Answers HEAD as GET without a body, for every GET there is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            # Ending the answer here tells a stream that its reader is gone, so that it stops by itself.
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app({**scope, "method": "GET", WAS_HEAD: True}, receive, send_head)


class BodyLimit:
    """Refuses bodies that are too long, whether or not they say so, or too slow; those of files have other limits.

    Args:
        app: what comes after.
        max_seconds: from the first look at the body to its end.
        max_bytes: the limit, inclusive.
    """

    def __init__(self, app: ASGIApp, *, max_seconds: float, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or UPLOADS.fullmatch(f"{scope['method']} {scope['path']}"):
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._max_bytes:
            detail = f"The body has {declared} bytes; at most {self._max_bytes} are read."
            await problem_response(scope, "body-too-large", detail)(scope, receive, send)
            return
        received = 0
        complete = False
        until: float | None = None

        async def receive_limited() -> Message:
            nonlocal received, complete, until
            if complete:
                # What comes now is that the client has gone, and that may take as long as it likes.
                return await receive()
            until = until or asyncio.get_running_loop().time() + self._max_seconds
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(REQUEST_TIMEOUT) from error
            complete = not message.get("more_body", False)
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self._max_bytes:
                    raise HTTPException(CONTENT_TOO_LARGE)
            return message

        await self._app(scope, receive_limited, send)


def _decorate(message: Message, own: Mapping[str, str]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in own.items():
        headers[name] = value
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)


def _shown_path(scope: Scope) -> str:
    # As it was sent, percent-encoded: a decoded path may hold line breaks, and a query may hold secrets.
    raw: bytes = scope.get("raw_path") or scope["path"].encode("ascii", "backslashreplace")
    return SECRET.sub(r"\1_***", raw.partition(b"?")[0].decode("ascii", "backslashreplace"))


def _log_request(scope: Scope, status: int | None, seconds: float) -> None:
    say = log.debug if scope["path"] in QUIET_PATHS else log.info
    milliseconds = round(seconds * 1000, 1)
    say("request", method=scope["method"], path=_shown_path(scope), status=status, duration_ms=milliseconds)
