"""Connections of clients that are slow, or pretend to be: how long they may take, and how many there may be."""

import asyncio
import secrets
import socket
from dataclasses import dataclass
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from storyarn_export.api.middleware import SECURITY_HEADERS
from storyarn_export.api.problems import problem_response

# Of the head of a request; a URL or header that is longer is refused while it arrives.
MAX_HEAD_BYTES = 32 * 1024
KEEP_ALIVE_SECONDS = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """What is put up with.

    Attributes:
        connections: open at a time; more are closed as they come.
        head_seconds: from a connection, or the end of an answer, to the end of the next request's head.
        stall_seconds: in which a client that has 64 KiB to read has to take three quarters of it.
    """

    connections: int
    head_seconds: float
    stall_seconds: float


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 that waits for nobody for ever. `protocol_with` makes it a class of its own for a `Patience`.

    Bodies have limits of their own, in `middleware` and `uploads`.
    """

    patience: Patience

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # narrower, as uvicorn's own is
        """A client has come."""
        super().connection_made(transport)
        if len(self.connections) > self.patience.connections:
            log.warning("connection refused", open=len(self.connections) - 1)
            transport.abort()
            return
        # An answer is written in pieces; the loop of the standard library would keep the second of them back until the
        # client has acknowledged the first, which takes 40 ms on a connection that is used again.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._head_timer = self._without(self._head_timer)
        self._stall_timer = self._without(self._stall_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request has come."""
        super().data_received(data)
        self._wait_for_head()

    def on_response_complete(self) -> None:
        """An answer is over; the connection stays for the next request."""
        super().on_response_complete()
        self._wait_for_head()

    def pause_writing(self) -> None:
        """The client does not take what it is sent."""
        super().pause_writing()
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(self.patience.stall_seconds, self._give_up)

    def resume_writing(self) -> None:
        """It has taken most of it."""
        self._stall_timer = self._without(self._stall_timer)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as everything else is answered.

        Args:
            msg: of the server; it says nothing that ours does not.
        """
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            # An answer is on its way already; only breaking off says that something is wrong.
            self.transport.abort()
            return
        request_id = secrets.token_hex(16)
        log.info("request refused", request_id=request_id, reason=msg)
        scope = {"path": "", "state": {"request_id": request_id}}
        answer = problem_response(scope, "bad-request", "The request breaks HTTP.")
        answer.headers.update({**SECURITY_HEADERS, "X-Request-ID": request_id, "Connection": "close"})
        output = self.conn.send(
            h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request")
        )
        output += self.conn.send(h11.Data(data=bytes(answer.body)))
        self.transport.write(output + self.conn.send(h11.EndOfMessage()))
        self.transport.close()

    def _wait_for_head(self) -> None:
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._head_timer = self._without(self._head_timer)
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.patience.head_seconds, self._give_up)

    @staticmethod
    def _without(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
        if timer is not None:
            timer.cancel()
        return None

    def _give_up(self) -> None:
        # Closing would wait until the client has taken what is still to be sent.
        self.transport.abort()


def protocol_with(patience: Patience) -> type[BoundedProtocol]:
    """The protocol, for a server whose clients are given so much patience."""
    return type("PatientProtocol", (BoundedProtocol,), {"patience": patience})
