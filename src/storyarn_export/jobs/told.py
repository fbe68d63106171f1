"""A fault in the words of a job's row."""

from typing import Any

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.domain.errors import DocumentError, StoryarnError


def told(error: Exception) -> tuple[str, str, dict[str, Any] | None]:
    """Code, message and details of a fault, for whoever asked for the job.

    Args:
        error: what ended the run.
    """
    match error:
        case DocumentError():
            return error.document_code, error.message, {"hint": error.hint, **error.extra}
        case StoryarnError():
            return error.code, error.message, {"hint": error.hint, **error.extra}
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | SQLAlchemyError() | OSError():
            return "service-unavailable", f"The database was not there for it ({type(error).__name__}).", None
        case _:
            return "internal-error", "Something went wrong that should not have.", None
