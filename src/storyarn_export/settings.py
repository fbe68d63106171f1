"""Every setting of the service: typed, frozen, read from STORYARN_* variables and `.env`."""

from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from storyarn_export.db.urls import plain_url
from storyarn_export.domain.cron import Cron
from storyarn_export.settings_http import HttpSettings

PREFIX = "STORYARN_"
MEBIBYTE = 1024 * 1024
# One sign of life may come late.
LEAST_HEARTBEATS = 2


class StorageKind(StrEnum):
    """Where artifacts lie."""

    LOCAL = "local"
    S3 = "s3"


class DownloadMode(StrEnum):
    """How files leave an object store."""

    PROXY = "proxy"
    REDIRECT = "redirect"


class LogFormat(StrEnum):
    """How log lines look."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least severe level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class SettingsError(Exception):
    """A setting has a wrong value; the message names the variable, what it held and what it takes."""


class Settings(HttpSettings):
    """The settings. Field descriptions are the documentation: docs/configuration.md is made from them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: str | None = Field(
        None, description="PostgreSQL URL; unset: an embedded server in the data directory"
    )
    export_database_url: str | None = Field(
        None, description="PostgreSQL URL of a read replica for the streaming reads"
    )
    data_dir: Path = Field(
        Path(".data"), description="directory of everything this machine keeps: embedded server, files"
    )
    storage: StorageKind = Field(StorageKind.LOCAL, description="where artifacts are kept: local or s3")
    storage_dir: Path | None = Field(
        None, description="directory of local artifacts; unset: `storage` in the data directory"
    )
    s3_bucket: str | None = Field(
        None,
        validate_default=True,
        description="bucket of artifacts; has to be set where they are kept in s3",
    )
    s3_endpoint_url: str | None = Field(
        None, description="URL of an S3-compatible store; unset: that of AWS for the region"
    )
    s3_region: str | None = Field(
        None, description="region of the bucket; unset: that of AWS's own variables"
    )
    s3_prefix: str = Field(
        "", description="what the keys of all artifacts in the bucket begin with, a directory"
    )
    download_mode: DownloadMode = Field(
        DownloadMode.PROXY,
        description="how files leave a bucket: proxy (through the API) or redirect (to a URL good for 5 minutes)",
    )
    sync_threshold: int = Field(
        1000,
        ge=0,
        le=100_000,
        description="entities up to which an export runs inside the request, inclusive",
    )
    export_concurrency: int = Field(
        3, ge=1, le=32, description="exports that run at a time, in all worker processes together"
    )
    import_concurrency: int = Field(
        2, ge=1, le=32, description="imports that run at a time, in all worker processes together"
    )
    maintenance_concurrency: int = Field(
        1,
        ge=1,
        le=8,
        description="clean-ups and verifications that run at a time, in all worker processes together",
    )
    export_max_attempts: int = Field(
        2,
        ge=1,
        le=20,
        description="runs that an export, or its verification, may start before it fails for good",
    )
    retention_hours: int = Field(24, ge=1, le=24 * 365, description="hours that a finished file is kept")
    history_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="days that exports which are over stay in the lists, without their files",
    )
    cleanup_cron: str = Field(
        "0 */6 * * *",
        description="when workers remove what is over: minute, hour, day of month, month, day of week, in UTC",
    )
    progress_every: int = Field(
        50, ge=1, le=100_000, description="entities between two looks at whether progress is due"
    )
    progress_min_interval_seconds: float = Field(
        0.25, ge=0.05, le=60, description="least time between two progress events of one job"
    )
    checkpoint_bytes: int = Field(
        64 * MEBIBYTE,
        ge=64 * 1024,
        le=1024 * MEBIBYTE,
        description="bytes of a file that are written again at most when a run goes on after a crash;"
        " of a compressed one an eighth",
    )
    # The waits between them add up to a minute at least.
    export_max_retries: int = Field(
        8,
        ge=0,
        le=100,
        description="times that an export, or its verification, is tried again because database or storage was away",
    )
    import_max_attempts: int = Field(
        2, ge=1, le=10, description="runs that an import may start before it fails for good"
    )
    import_max_retries: int = Field(
        5,
        ge=0,
        le=100,
        description="times that an import is tried again because database or storage was away",
    )
    heartbeat_seconds: float = Field(
        10, ge=0.5, le=600, description="time between two signs of life of a worker"
    )
    stalled_after_seconds: float = Field(
        30,
        ge=1,
        le=3600,
        validate_default=True,
        description="silence after which a worker counts as dead; at least twice `heartbeat_seconds`",
    )
    shutdown_seconds: float = Field(
        15, ge=1, le=3600, description="time that running work has to end when the process is told to stop"
    )
    max_import_bytes: int = Field(
        2 * 1024 * MEBIBYTE, ge=1, description="largest file that is read in, decompressed bytes"
    )
    max_entity_bytes: int = Field(
        16 * MEBIBYTE, ge=1024, le=256 * MEBIBYTE, description="largest single entity in a file, bytes"
    )
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="port on which a worker serves its metrics; unset: none"
    )
    worker_metrics_host: str = Field("127.0.0.1", description="address on which a worker serves its metrics")
    tracing: bool = Field(
        False, description="whether traces are sent; where to is said by the standard OTEL_* variables"
    )
    log_format: LogFormat = Field(LogFormat.TEXT, description="text or json")
    log_level: LogLevel = Field(LogLevel.INFO, description="debug, info, warning or error")

    @field_validator("database_url", "export_database_url")
    @classmethod
    def _postgres(cls, value: str | None) -> str | None:
        return None if value is None else plain_url(value)

    @field_validator("cleanup_cron")
    @classmethod
    def _cron(cls, value: str) -> str:
        Cron(value)
        return value

    @field_validator("stalled_after_seconds")
    @classmethod
    def _longer_than_a_heartbeat(cls, value: float, others: ValidationInfo) -> float:
        # A worker that lives would be taken for dead, and its jobs would run twice.
        heartbeat_seconds = others.data.get("heartbeat_seconds")
        if heartbeat_seconds is not None and value < LEAST_HEARTBEATS * heartbeat_seconds:
            raise ValueError(
                f"has to be at least {LEAST_HEARTBEATS} times {PREFIX}HEARTBEAT_SECONDS ({heartbeat_seconds:g})"
            )
        return value

    @field_validator("s3_bucket")
    @classmethod
    def _where_needed(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value and info.data.get("storage") is StorageKind.S3:
            raise ValueError(f"{PREFIX}STORAGE is s3, which needs a bucket")
        return value or None

    @field_validator("s3_endpoint_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it is no URL of an HTTP server")
        return value

    @field_validator("s3_prefix")
    @classmethod
    def _directory(cls, value: str) -> str:
        inside = value.strip("/")
        return f"{inside}/" if inside else ""

    @property
    def local_storage_dir(self) -> Path:
        """Where local artifacts lie."""
        return self.storage_dir or self.data_dir / "storage"


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process.

    Args:
        overrides: values that win over the environment, such as command-line options; None is ignored.

    Raises:
        SettingsError: a value is wrong; one line that names the variable, what it held and what it takes.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        field = Settings.model_fields.get(name)
        takes = f" ({field.description})" if field and field.description else ""
        held = "a URL that is not shown" if name.endswith("_url") else repr(first.get("input"))
        message = f"{PREFIX}{name.upper()} held {held}: {first['msg']}{takes}"
        raise SettingsError(" ".join(message.split())) from error
