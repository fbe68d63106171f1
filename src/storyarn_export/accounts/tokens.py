"""Bearer tokens `sa_<id>_<secret>`. The secret is shown once; only its SHA-256 is kept."""

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.users import ensure_user
from storyarn_export.db.models import ApiToken, User
from storyarn_export.domain.errors import InvalidRequestError

SCOPES = ("exports", "imports", "admin")
ID_BYTES = 10
SECRET_BYTES = 32
TOKEN_PATTERN = re.compile(r"sa_(?P<id>[a-z2-7]{16})_(?P<secret>[A-Za-z0-9_-]{43})")
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token: the only time its text is known."""

    id: str
    token: str
    user_id: int
    email: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What may be shown of a token."""

    id: str
    email: str
    scopes: tuple[str, ...]
    inserted_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from."""

    user_id: int
    token_id: str
    scopes: frozenset[str]


async def create_token(
    session: AsyncSession, *, email: str, scopes: Sequence[str], name: str | None = None
) -> IssuedToken:
    """A new token for the user of an address, who is made, with a workspace of their own, when new.

    Args:
        session: whose transaction takes the rows; not committed here.
        email: address of the user.
        scopes: at least one of SCOPES; `admin` implies all.
        name: what the token is for.

    Raises:
        InvalidRequestError: not an address, no scope, or an unknown one.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        said = f"unknown scope {unknown[0]!r}" if unknown else "a token needs a scope"
        raise InvalidRequestError(said, hint=f"scopes are {', '.join(SCOPES)}")
    user = await ensure_user(session, email)
    token_id = b32encode(secrets.token_bytes(ID_BYTES)).decode().lower()
    secret = secrets.token_urlsafe(SECRET_BYTES)
    ordered = [scope for scope in SCOPES if scope in scopes]
    row = ApiToken(id=token_id, user_id=user.id, name=name, secret_sha256=_digest(secret), scopes=ordered)
    session.add(row)
    await session.flush()
    return IssuedToken(token_id, f"sa_{token_id}_{secret}", user.id, user.email)


async def list_tokens(session: AsyncSession) -> list[TokenRow]:
    """All tokens, oldest first, without their secrets."""
    query = (
        select(ApiToken, User.email)
        .join(User, User.id == ApiToken.user_id)
        .order_by(ApiToken.inserted_at, ApiToken.id)
    )
    return [
        TokenRow(
            id=row.id,
            email=email,
            scopes=tuple(row.scopes),
            inserted_at=row.inserted_at.astimezone(UTC),
            last_used_at=_utc(row.last_used_at),
            revoked_at=_utc(row.revoked_at),
        )
        for row, email in await session.execute(query)
    ]


async def revoke_token(session: AsyncSession, token_id: str) -> bool:
    """Make a token useless from now on; False when there is none of this id, or it was revoked before."""
    query = (
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiToken.id)
    )
    return await session.scalar(query) is not None


async def authenticate(session: AsyncSession, token: str) -> Caller | None:
    """The caller a token stands for; None when it is malformed, unknown, wrong, revoked or expired.

    Notes the use, at most once every USE_NOTED_EVERY, in the session's transaction.
    """
    parts = TOKEN_PATTERN.fullmatch(token)
    if parts is None:
        return None
    row = await session.get(ApiToken, parts["id"], populate_existing=True)
    stored = row.secret_sha256 if row is not None else bytes(sha256().digest_size)
    # Compared even when the id is unknown, so that time does not tell which ids exist.
    right = hmac.compare_digest(stored, _digest(parts["secret"]))
    now = datetime.now(UTC)
    if row is None or not right or not _is_good(row, now):
        return None
    if row.last_used_at is None or row.last_used_at < now - USE_NOTED_EVERY:
        await _note_use(session, row.id)
    return Caller(row.user_id, row.id, frozenset(row.scopes))


async def caller_by(session: AsyncSession, token_id: str) -> Caller | None:
    """The caller of a token that has been checked before; None when it is revoked or expired by now."""
    row = await session.get(ApiToken, token_id, populate_existing=True)
    if row is None or not _is_good(row, datetime.now(UTC)):
        return None
    return Caller(row.user_id, row.id, frozenset(row.scopes))


def _is_good(row: ApiToken, now: datetime) -> bool:
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > now)


async def _note_use(session: AsyncSession, token_id: str) -> None:
    # Requests that arrive together do not queue for the row: whoever finds it locked leaves it to the other.
    stale = (
        select(ApiToken.id)
        .where(
            ApiToken.id == token_id,
            or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < func.now() - USE_NOTED_EVERY),
        )
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        update(ApiToken)
        .where(ApiToken.id.in_(stale))
        .values(last_used_at=func.now())
        .execution_options(synchronize_session=False)
    )


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
