"""What the routes work with. The application holds one, built in `app`."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from storyarn_export.api.failed_logins import FailedLogins
from storyarn_export.api.rate_limits import RateLimits
from storyarn_export.api.readiness import Readiness
from storyarn_export.api.streams.gate import StreamGate
from storyarn_export.api.streams.reader import JobReader
from storyarn_export.bootstrap import Services
from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.progress.broadcaster import Broadcaster


@dataclass(frozen=True, slots=True)
class ApiState:
    """Everything a route may need.

    Attributes:
        services: the use cases and what they stand on.
        broadcaster: wakes streams up when a job has changed.
        readers: read rows of jobs for many streams at once, by the name of the kind.
        gate: counts the open streams and ends them when the server stops.
        readiness: looks at database, schema and storage.
        limits: how often a token may ask.
        failed_logins: how often an address may come with a wrong one.
        places: for counting at a time; the rest of the pool is for exports.
    """

    services: Services
    broadcaster: Broadcaster
    readers: Mapping[str, JobReader]
    gate: StreamGate
    readiness: Readiness
    limits: RateLimits
    failed_logins: FailedLogins
    places: asyncio.Semaphore

    @property
    def counting(self) -> AbstractAsyncContextManager[None]:
        """A place to count or look something up in the pool of the exports, for so long as any small query may take.

        Raises:
            ServiceUnavailableError: the time is over.
        """
        return _for_so_long(self.places, self.services.settings.statement_timeout_seconds)


@asynccontextmanager
async def _for_so_long(places: asyncio.Semaphore, seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds), places:
            yield
    except TimeoutError as error:
        raise ServiceUnavailableError("Counting takes too long for the moment.") from error


def api_state(request: Request) -> ApiState:
    """The state of the application that the request came to."""
    state: ApiState = request.app.state.api
    return state


State = Annotated[ApiState, Depends(api_state)]
