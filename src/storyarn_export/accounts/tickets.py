"""Tickets for event streams and files: browsers cannot send a header with those, and a token does not belong in a URL.

A ticket is good for one of them, for a minute; only its SHA-256 is kept.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.tokens import Caller, caller_by
from storyarn_export.db.models import StreamTicket

LIFETIME = timedelta(seconds=60)
SECRET_BYTES = 32
TICKET_PATTERN = re.compile(r"st_[A-Za-z0-9_-]{43}")
# Expired tickets that a new one removes, so that none are left for long.
SWEPT = 100


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A new ticket: the only time its text is known."""

    ticket: str
    expires_at: datetime


async def issue_ticket(session: AsyncSession, caller: Caller) -> IssuedTicket:
    """A ticket that stands for the caller's token.

    Args:
        session: whose transaction takes the row; not committed here.
        caller: whose streams and files it opens.
    """
    expired = (
        select(StreamTicket.secret_sha256)
        .where(StreamTicket.expires_at <= func.now())
        .limit(SWEPT)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        delete(StreamTicket)
        .where(StreamTicket.secret_sha256.in_(expired))
        .execution_options(synchronize_session=False)
    )
    ticket = f"st_{secrets.token_urlsafe(SECRET_BYTES)}"
    expires_at = datetime.now(UTC) + LIFETIME
    session.add(StreamTicket(secret_sha256=_digest(ticket), token_id=caller.token_id, expires_at=expires_at))
    await session.flush()
    return IssuedTicket(ticket, expires_at)


async def redeem_ticket(session: AsyncSession, ticket: str) -> Caller | None:
    """The caller a ticket stands for; None when it is malformed, unknown, used or expired, or its token is not good.

    It is used up in the session's transaction.
    """
    if not TICKET_PATTERN.fullmatch(ticket):
        return None
    used = (
        delete(StreamTicket)
        .where(StreamTicket.secret_sha256 == _digest(ticket), StreamTicket.expires_at > func.now())
        .returning(StreamTicket.token_id)
        .execution_options(synchronize_session=False)
    )
    token_id = await session.scalar(used)
    return None if token_id is None else await caller_by(session, token_id)


def _digest(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()
