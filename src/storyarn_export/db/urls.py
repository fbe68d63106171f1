"""One database URL, three drivers: each wants it spelt its own way."""

from urllib.parse import urlsplit, urlunsplit

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg")


def plain_url(url: str) -> str:
    """The URL as libpq and asyncpg take it.

    Args:
        url: `postgresql://…`, with or without a SQLAlchemy driver in the scheme.

    Raises:
        ValueError: the scheme is not one of PostgreSQL's.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"not a PostgreSQL URL (scheme {parts.scheme!r})")
    return urlunsplit(parts._replace(scheme="postgresql"))


def psycopg_url(url: str) -> str:
    """The URL as SQLAlchemy takes it for psycopg."""
    return urlunsplit(urlsplit(plain_url(url))._replace(scheme="postgresql+psycopg"))
