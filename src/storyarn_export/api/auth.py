"""Who a request comes from: bearer tokens, in the header and nowhere else."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from storyarn_export.accounts.tokens import TOKEN_PATTERN, Caller, authenticate
from storyarn_export.api.errors import (
    BAD_TOKEN_CHALLENGE,
    CHALLENGE,
    InsufficientScopeError,
    TokenInUrlError,
    UnauthenticatedError,
)
from storyarn_export.api.permissions import has_scope
from storyarn_export.api.state import State

# Names under which clients put tokens into URLs.
TOKEN_PARAMETERS = ("token", "access_token", "api_key", "apikey")
BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", bearerFormat="sa_<id>_<secret>", description="A token `sa_…`."
)


async def authenticated(
    request: Request,
    state: State,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """The caller of a request.

    Raises:
        TokenInUrlError: the URL holds a token, whatever the header says.
        UnauthenticatedError: there is no token, or it is malformed, unknown, revoked or expired.
    """
    _refuse_tokens_in(request)
    if credentials is None:
        raise UnauthenticatedError(
            "The request has no bearer token.",
            hint="send the header `Authorization: Bearer sa_…`",
            headers=CHALLENGE,
        )
    async with state.services.sessions.begin() as session:
        caller = await authenticate(session, credentials.credentials)
    if caller is None:
        raise UnauthenticatedError(
            "The token is unknown, revoked or expired.",
            hint="make one with `storyarn-export token create`",
            headers=BAD_TOKEN_CHALLENGE,
        )
    return caller


class Scoped:
    """A dependency: the caller, if their token has a scope.

    Args:
        scope: the scope; None: any good token will do.
    """

    def __init__(self, scope: str | None) -> None:
        self._scope = scope

    async def __call__(self, caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        """The caller.

        Raises:
            InsufficientScopeError: the token does not have the scope.
        """
        require_scope(caller, self._scope)
        return caller


def require_scope(caller: Caller, scope: str | None) -> None:
    """Nothing, if the caller's token has the scope.

    Raises:
        InsufficientScopeError: it does not.
    """
    if not has_scope(caller.scopes, scope):
        raise InsufficientScopeError(
            f"This needs a token with the scope `{scope}`.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )


def _refuse_tokens_in(request: Request) -> None:
    named = any(name in request.query_params for name in TOKEN_PARAMETERS)
    if named or any(TOKEN_PATTERN.search(value) for value in request.query_params.values()):
        raise TokenInUrlError(
            "A token in a URL ends up in logs and histories; consider this one known to others.",
            hint="revoke it, and send the new one in the header `Authorization: Bearer sa_…`",
            headers=CHALLENGE,
        )
