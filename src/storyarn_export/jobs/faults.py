"""Which faults pass by themselves, so that the run may be tried again."""

import asyncpg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storyarn_export.domain.errors import StoryarnError

# Connections lost or refused, servers that start, stop or are full, transactions that stood in each other's way. A
# connection that breaks at the wrong moment also leaves the driver at odds with itself.
PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ObjectInUseError,
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    OSError,
    TimeoutError,
)


def is_passing(error: BaseException) -> bool:
    """Whether the same run may succeed a little later."""
    if isinstance(error, StoryarnError):
        return error.retryable
    return isinstance(error, PASSING)
