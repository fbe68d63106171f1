"""Who a request comes from: bearer tokens, in the header and nowhere else; tickets where a header cannot be sent."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from storyarn_export.accounts.tickets import redeem_ticket
from storyarn_export.accounts.tokens import TOKEN_PATTERN, Caller, authenticate
from storyarn_export.api.errors import (
    BAD_TOKEN_CHALLENGE,
    CHALLENGE,
    InsufficientScopeError,
    TokenInUrlError,
    UnauthenticatedError,
)
from storyarn_export.api.middleware import QUOTA_HEADERS
from storyarn_export.api.permissions import RULES, Action, has_scope
from storyarn_export.api.state import ApiState, State

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
        LoginThrottledError: too many wrong tokens have come from the client's address.
        RateLimitedError: it has sent too many requests.
    """
    _refuse_tokens_in(request)
    if credentials is None:
        raise UnauthenticatedError(
            "The request has no bearer token.",
            hint="send the header `Authorization: Bearer sa_…`",
            headers=CHALLENGE,
        )
    address, token = _address(request), credentials.credentials
    await state.failed_logins.admit(address, token)
    async with state.services.sessions.begin() as session:
        caller = await authenticate(session, token)
    if caller is None:
        await state.failed_logins.failed(address, token)
        raise UnauthenticatedError(
            "The token is unknown, revoked or expired.",
            hint="make one with `storyarn-export token create`",
            headers=BAD_TOKEN_CHALLENGE,
        )
    state.failed_logins.succeeded(token)
    await _admit(request, state, caller)
    return caller


async def by_ticket(
    request: Request,
    state: State,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    ticket: Annotated[
        str | None,
        Query(max_length=100, description="A ticket instead of the header; see `POST /api/stream-tickets`."),
    ] = None,
) -> Caller:
    """The caller of a request for an event stream or a file, by token or by ticket.

    Raises:
        TokenInUrlError: the URL holds a token, whatever the header says.
        UnauthenticatedError: there is neither, or what there is is not good; a ticket is good once.
        LoginThrottledError: too many wrong tokens have come from the client's address.
        RateLimitedError: the token has sent too many requests.
    """
    if credentials is not None or ticket is None:
        return await authenticated(request, state, credentials)
    _refuse_tokens_in(request)
    address = _address(request)
    await state.failed_logins.admit(address, ticket)
    async with state.services.sessions.begin() as session:
        caller = await redeem_ticket(session, ticket)
    if caller is None:
        await state.failed_logins.failed(address, ticket)
        raise UnauthenticatedError(
            "The ticket is unknown, used or expired.",
            hint="get one for each stream or file by `POST /api/stream-tickets`",
            headers=CHALLENGE,
        )
    await _admit(request, state, caller)
    return caller


def _address(request: Request) -> str:
    # Behind a proxy that is trusted the server has put the client's address here.
    return request.client.host if request.client is not None else ""


async def _admit(request: Request, state: ApiState, caller: Caller) -> None:
    quota = await state.limits.admit(caller.token_id)
    if quota is not None:
        setattr(request.state, QUOTA_HEADERS, quota.headers())


class Guard:
    """A dependency that lets a caller through for one action; `guards` looks for it in every route.

    Args:
        action: what is to be done.

    Attributes:
        action: likewise.
        takes_ticket: a ticket will do in the place of a token.
    """

    takes_ticket = False

    def __init__(self, action: Action) -> None:
        self.action = action
        self._rule = RULES[action]


class Scoped(Guard):
    """The caller, if their token has the scope that the action needs. For what is not about one project."""

    async def __call__(self, caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        """The caller.

        Raises:
            InsufficientScopeError: the token does not have the scope.
        """
        require_scope(caller, self._rule.scope)
        return caller


class ScopedByTicket(Scoped):
    """The same for an event stream, which a ticket may open, too."""

    takes_ticket = True

    async def __call__(self, caller: Annotated[Caller, Depends(by_ticket)]) -> Caller:
        """The caller; see `Scoped`."""
        return await super().__call__(caller)


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
    places = (request.url.path, *request.query_params.values())
    if named or any(TOKEN_PATTERN.search(place) for place in places):
        raise TokenInUrlError(
            "A token in a URL ends up in logs and histories; consider this one known to others.",
            hint="revoke it, and send the new one in the header `Authorization: Bearer sa_…`",
            headers=CHALLENGE,
        )


SignedIn = Annotated[Caller, Depends(Scoped(Action.USE_ACCOUNT))]
FollowingExports = Annotated[Caller, Depends(ScopedByTicket(Action.FOLLOW_EXPORTS))]
FollowingImports = Annotated[Caller, Depends(ScopedByTicket(Action.FOLLOW_IMPORTS))]
