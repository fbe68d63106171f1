"""Says in our words what the database refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from storyarn_export.materializer.materialize import content_refused


@contextmanager
def content_refusals() -> Iterator[None]:
    """Turn what the database says of content into a DocumentError; whatever else it says passes."""
    try:
        yield
    except asyncpg.PostgresError as error:
        refused = content_refused(error)
        if refused is None:
            raise
        raise refused from error
