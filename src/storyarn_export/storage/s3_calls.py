"""Calls to an object store: tried again while that may help, and failing with errors of our own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from storyarn_export.domain.backoff import Backoff
from storyarn_export.domain.errors import StorageError, StorageRefusedError, UploadLostError

# What a connection, a TLS handshake or a redirect in between can go wrong with, beside answers of the store.
BROKEN = (BotoCoreError, aiohttp.ClientError, ResponseParserError, TimeoutError, OSError)
PASSING_CODES = frozenset(
    {
        "BadDigest",
        "ExpiredToken",
        "IncompleteBody",
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "XAmzContentSHA256Mismatch",
    }
)
LOST_CODES = frozenset({"NoSuchUpload", "InvalidPart", "InvalidPartOrder"})
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an object store is asked again.

    Attributes:
        tries: of one call, the first among them.
        first_seconds: the longest that the first wait between two tries can be.
        longest_seconds: the longest that any wait can be.
        try_seconds: for one try, its body sent and its answer read: 80 MiB, the largest part, in steps of 0.7 MiB/s.
        connect_seconds: for a connection.
        read_seconds: without a byte.
    """

    tries: int = 8
    first_seconds: float = 0.2
    longest_seconds: float = 5.0
    try_seconds: float = 120.0
    connect_seconds: float = 5.0
    read_seconds: float = 30.0

    def backoff(self) -> Backoff:
        """The waits between the tries of one call."""
        return Backoff(first_seconds=self.first_seconds, longest_seconds=self.longest_seconds)


class Caller:
    """Makes calls.

    Args:
        patience: how long each is tried.
    """

    def __init__(self, patience: Patience) -> None:
        self.patience = patience

    async def __call__(
        self,
        what: str,
        call: Callable[[], Awaitable[Result]],
        *,
        looked_up: Callable[[], Awaitable[Result | None]] | None = None,
    ) -> Result:
        """Try a call until it succeeds, within the patience.

        Args:
            what: it does, for messages.
            call: makes one try.
            looked_up: finds out, after a try without an answer, whether it has worked all the same; None if not.

        Raises:
            UploadLostError: the upload or a part of it is not there.
            StorageRefusedError: the store does not do it, however often it is asked.
            StorageError: the store did not do it in time.
        """
        backoff = self.patience.backoff()
        began = time.monotonic()
        for left in reversed(range(self.patience.tries)):
            try:
                async with asyncio.timeout(self.patience.try_seconds):
                    return await call()
            except (ClientError, *BROKEN) as error:
                told = explain(what, error)
                if not told.retryable or isinstance(told, UploadLostError):
                    raise told from error
                # A store that swallows each try whole must not hold a run for tries times its longest.
                if not left or time.monotonic() - began > self.patience.try_seconds:
                    raise told from error
            await asyncio.sleep(backoff.next())
            if looked_up is not None and (found := await looked_up()) is not None:
                return found
        raise AssertionError("the last try returns or raises")


def code_of(error: BaseException) -> str:
    """The store's own name for an error; empty where it did not answer."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def explain(what: str, error: BaseException) -> StorageError:
    """What an error means for whoever wanted something stored.

    Args:
        what: the store was to do.
        error: one of ClientError and BROKEN.
    """
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return StorageRefusedError(f"The object store cannot {what}: there are no credentials.")
    if isinstance(error, ParamValidationError):
        return StorageRefusedError(f"The object store cannot {what}: no bucket can have this name.")
    if not isinstance(error, ClientError):
        return StorageError(f"The object store did not {what} ({type(error).__name__}).")
    code = code_of(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_ERROR))
    if code in LOST_CODES:
        return UploadLostError(f"The object store cannot {what}: what was stored is gone ({code}).")
    if code in PASSING_CODES or status >= SERVER_ERROR or status == TOO_MANY_REQUESTS:
        return StorageError(f"The object store did not {what} ({code}).")
    return StorageRefusedError(f"The object store refuses to {what} ({code}).")
