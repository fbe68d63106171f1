"""The application: state, routes, middleware and what answers errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from storyarn_export.api import problems
from storyarn_export.api.documented import DocumentedApi, operation_id
from storyarn_export.api.failed_logins import FailedLogins
from storyarn_export.api.guards import refuse_unguarded
from storyarn_export.api.metering import AppMetrics
from storyarn_export.api.middleware import BodyLimit, HeadAsGet, RequestContext
from storyarn_export.api.observing import Metered, Traced
from storyarn_export.api.rate_limits import RateLimits
from storyarn_export.api.readiness import Readiness
from storyarn_export.api.routes import (
    assets,
    browsing,
    console,
    download,
    events,
    exports,
    formats,
    import_events,
    imports,
    localization,
    metrics,
    projects,
    quick,
    service,
    tickets,
    validation,
    verification,
)
from storyarn_export.api.state import ApiState
from storyarn_export.api.streams.gate import StreamGate
from storyarn_export.api.streams.kinds import EXPORT, IMPORT
from storyarn_export.api.streams.reader import JobReader
from storyarn_export.bootstrap import Services
from storyarn_export.domain.errors import StoryarnError
from storyarn_export.progress.broadcaster import Broadcaster
from storyarn_export.progress.listener import JobListener

ROUTERS = (
    service,
    metrics,
    projects,
    browsing,
    formats,
    exports,
    events,
    tickets,
    download,
    validation,
    verification,
    quick,
    imports,
    import_events,
    assets,
    localization,
    console,
)
# Projects counted at a time for lists; a count of a large one keeps a connection for a while.
MAX_COUNTING = 4
DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
)
METHOD_NOT_ALLOWED = 405
log = structlog.get_logger(__name__)
EXPOSED_HEADERS = (
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "Preference-Applied",
    "RateLimit",
    "RateLimit-Policy",
    "Repr-Digest",
    "Retry-After",
    "X-Request-ID",
)
DESCRIPTION = """\
Streams whole Storyarn projects out of PostgreSQL and back in. Every error is `application/problem+json` (RFC 9457)
with a stable `code`; docs/problems.md explains each. Lists are paginated with `limit` and `cursor`. An entity is one
row that an export writes.
"""


def create_app(services: Services, *, broadcaster: Broadcaster, listener: JobListener) -> FastAPI:
    """The application; `app.state.api` holds its ApiState.

    Args:
        services: the use cases and what they stand on; they outlive the application.
        broadcaster: wakes streams up.
        listener: feeds the broadcaster; runs as long as the application does.

    Raises:
        UnguardedRouteError: a route is not guarded as the table of `permissions` says.
    """
    settings = services.settings
    gate = StreamGate(
        broadcaster, per_token=settings.streams_per_caller, longest_seconds=settings.stream_max_seconds
    )
    measured = AppMetrics(gate, listener)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        listening = asyncio.create_task(listener.run())
        listening.add_done_callback(_report_listener)
        with measured.registered(services.metrics):
            yield
        listening.cancel()
        await asyncio.wait([listening])

    app = DocumentedApi(
        title="storyarn-export",
        version=version("storyarn-export"),
        description=DESCRIPTION,
        lifespan=lifespan,
        middleware=_middleware(services, measured),
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.state.api = ApiState(
        services=services,
        broadcaster=broadcaster,
        readers={kind.name: JobReader(services.sessions, kind) for kind in (EXPORT, IMPORT)},
        gate=gate,
        readiness=Readiness(services),
        limits=RateLimits(settings.rate_limit_per_minute),
        failed_logins=FailedLogins(settings.failed_logins_per_minute),
        places=asyncio.Semaphore(MAX_COUNTING),
    )
    for module in ROUTERS:
        app.include_router(module.router)
    refuse_unguarded(app)
    _answer_errors(app)
    return app


def _report_listener(listening: asyncio.Task[None]) -> None:
    # Streams go on without it by looking now and then, which would hide that it is gone.
    if not listening.cancelled():
        log.error("job listener has ended", exc_info=listening.exception())


def _middleware(services: Services, measured: AppMetrics) -> list[Middleware]:
    """What requests pass through, outermost first."""
    cors = []
    if services.settings.cors_origins:
        cors.append(
            Middleware(
                CORSMiddleware,
                allow_origins=services.settings.cors_origins,
                allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
                allow_headers=[
                    "Authorization",
                    "Content-Digest",
                    "Content-Type",
                    "Idempotency-Key",
                    "Last-Event-ID",
                    "Prefer",
                    "Range",
                    "If-Range",
                ],
                expose_headers=EXPOSED_HEADERS,
            )
        )
    traced = [Middleware(Traced, services.tracing)] if services.tracing.on else []
    return [
        # Log lines of a request are within its span, and what is counted is what a route has answered.
        *traced,
        Middleware(RequestContext),
        *cors,
        Middleware(HeadAsGet),
        Middleware(Metered, measured.requests),
        Middleware(BodyLimit, max_seconds=services.settings.request_body_seconds),
    ]


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(StoryarnError)
    async def _ours(request: Request, error: StoryarnError) -> Response:
        return problems.from_error(request.scope, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return problems.from_validation(request.scope, error)

    @app.exception_handler(HTTPException)
    async def _framework(request: Request, error: HTTPException) -> Response:
        answer = problems.from_http_exception(request.scope, error)
        if error.status_code == METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(sorted(_methods_of(app, request.scope["path"])))
        return answer

    async def _away(request: Request, _: Exception) -> Response:
        return problems.problem_response(request.scope, "service-unavailable")

    for kind in DATABASE_AWAY:
        app.add_exception_handler(kind, _away)


def _methods_of(app: FastAPI, path: str) -> set[str]:
    # The framework names only the methods of the first route that fits the path. Of those that fit, a path of more
    # words says what it is; `/exports/validate` is no export.
    fitting = [route for route in iter_route_contexts(app.routes) if route.path_regex.match(path)]
    fewest = min((_variables(route) for route in fitting), default=0)
    methods = {method for route in fitting if _variables(route) == fewest for method in route.methods or ()}
    return methods | ({"HEAD"} if "GET" in methods else set())


def _variables(route: RouteContext) -> int:
    return (route.path or "").count("{")
