"""A reader of Server-Sent Events that a test can look into."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

EVENT_SECONDS = 30


@dataclass(frozen=True)
class Event:
    """One event."""

    id: str
    name: str
    data: dict[str, Any]


class EventReader:
    """Reads one stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.comments = 0
        self._lines = response.aiter_lines()

    async def next(self) -> Event | None:
        """The next event; None at the end of the stream."""
        async with asyncio.timeout(EVENT_SECONDS):
            fields: dict[str, str] = {}
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    fields[name] = value
                elif "data" in fields:
                    return Event(fields["id"], fields["event"], orjson.loads(fields["data"]))
                else:
                    fields = {}
        return None

    async def comment(self) -> None:
        """Wait for a comment."""
        async with asyncio.timeout(EVENT_SECONDS):
            async for line in self._lines:
                if line.startswith(":"):
                    return

    async def all(self) -> list[Event]:
        """Everything up to the end of the stream."""
        return [event async for event in self._rest()]

    async def _rest(self) -> AsyncIterator[Event]:
        while (event := await self.next()) is not None:
            yield event
