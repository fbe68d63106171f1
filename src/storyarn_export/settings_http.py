"""The settings of the HTTP API, a part of `settings`: what it lets in, and how long it waits."""

from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

ANY_ORIGIN = "*"
Listed = Annotated[tuple[str, ...], NoDecode]


class HttpSettings(BaseSettings):
    """What only the API needs."""

    rate_limit_per_minute: int = Field(
        3000,
        ge=0,
        le=1_000_000,
        description="requests a minute that one API process answers to one token; 0: any number",
    )
    failed_logins_per_minute: int = Field(
        60,
        ge=0,
        le=1_000_000,
        description="wrong tokens and tickets a minute that one API process looks at from one address; 0: any number",
    )
    trusted_proxies: Listed = Field(
        (),
        description="addresses or networks, separated by commas, of proxies whose `X-Forwarded-For` says where a"
        " request comes from; empty: none",
    )
    cors_origins: Listed = Field(
        (), description="origins, separated by commas, that browsers may call from; empty: none"
    )
    max_connections: int = Field(
        5000, ge=1, le=1_000_000, description="connections that one API process keeps open at a time"
    )
    request_head_seconds: float = Field(
        15, ge=0.1, le=600, description="time that a client has to send the line and the headers of a request"
    )
    request_body_seconds: float = Field(
        30,
        ge=0.1,
        le=600,
        description="time that a client has to send a JSON body; files have their own limits",
    )
    send_stall_seconds: float = Field(
        600,
        ge=0.1,
        le=86_400,
        description="time in which a client has to take 48 KiB of what waits for it, or is cut off",
    )
    statement_timeout_seconds: float = Field(
        30,
        ge=0.1,
        le=3600,
        description="time that a small query or a count of an API process may take; not the reading and writing of"
        " stories",
    )
    streams_per_caller: int = Field(
        100, ge=1, le=10_000, description="event streams that one token may have open at one API process"
    )
    stream_max_seconds: float = Field(
        3600,
        ge=0.1,
        le=86_400,
        description="time after which an event stream ends, so that its reader comes again with a good token",
    )
    sse_keepalive_seconds: float = Field(
        15, ge=1, le=15, description="time between two comment lines on an idle event stream"
    )

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            parts = urlsplit(value)
            if value != ANY_ORIGIN and (
                parts.scheme not in {"http", "https"} or value != f"{parts.scheme}://{parts.netloc}"
            ):
                raise ValueError(f"{value!r} is no origin: scheme and host, such as https://tales.example")
        return values

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            ip_network(value)
        return values
