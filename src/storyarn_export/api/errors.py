"""Errors that only HTTP knows. Their codes stand in `problems` beside those of the domain."""

from collections.abc import Mapping
from typing import Any

from storyarn_export.domain.errors import StoryarnError

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="storyarn-export"'}
BAD_TOKEN_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="storyarn-export", error="invalid_token"'}


class HttpError(StoryarnError):
    """An answer with headers of its own.

    Args:
        message: one sentence for the person who asked.
        hint: what they can do about it.
        extra: fields of their own that the answer carries.
        headers: headers of the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, extra=extra)
        self.headers = dict(headers or {})


class UnauthenticatedError(HttpError):
    """No token, or one that is not good."""

    code = "unauthenticated"


class TokenInUrlError(HttpError):
    """A token came in the URL, where logs and histories keep it."""

    code = "token-in-url"


class InsufficientScopeError(HttpError):
    """The token is good, but not for this."""

    code = "insufficient-scope"


class LoginThrottledError(HttpError):
    """Too many wrong tokens or tickets have come from the client's address."""

    code = "login-throttled"


class TooManyStreamsError(HttpError):
    """The token has as many event streams open as it may have."""

    code = "too-many-streams"


class RateLimitedError(HttpError):
    """The token has used up its requests for the moment."""

    code = "rate-limited"


class RangeNotSatisfiableError(HttpError):
    """The range that was asked for lies outside the file."""

    code = "range-not-satisfiable"


class UnsupportedMediaTypeError(HttpError):
    """The body says that it is of a type that is not taken here."""

    code = "unsupported-media-type"


class NotAcceptableError(HttpError):
    """Nothing that can be given is what the client takes."""

    code = "not-acceptable"


class NotReadyError(HttpError):
    """Something the service stands on does not work."""

    code = "not-ready"
