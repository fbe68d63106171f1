"""Every setting with its value, default and meaning, without secrets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from storyarn_export.settings import PREFIX, Settings

SECRET_WORDS = ("secret", "password", "token", "access_key")
MASK = "***"
PASSWORD_PARAMETER = re.compile(r"(?<=[?&])(password=|sslpassword=)[^&]*")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as it is shown.

    Attributes:
        name: of the environment variable.
        value: in force; passwords are masked.
        default: in force when the variable is not set.
        description: what it is for.
    """

    name: str
    value: str
    default: str
    description: str


def setting_rows(settings: Settings) -> Iterator[SettingRow]:
    """Every setting, in the order in which they are declared."""
    for name, field in Settings.model_fields.items():
        yield SettingRow(
            name=f"{PREFIX}{name.upper()}",
            value=_masked(name, as_text(getattr(settings, name))),
            default=as_text(field.default),
            description=field.description or "",
        )


def as_text(value: object) -> str:
    """The value as the environment variable would hold it; unset is empty."""
    match value:
        case None:
            return ""
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case tuple() | list():
            return ",".join(as_text(one) for one in value)
        case Path() | _:
            return str(value)


def shown_url(url: str) -> str:
    """A database URL without its password, wherever in it that is."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    if parts.password is not None:
        parts = parts._replace(netloc=f"{parts.username or ''}:{MASK}@{place}")
    return PASSWORD_PARAMETER.sub(rf"\1{MASK}", parts.geturl())


def _masked(name: str, text: str) -> str:
    if text and any(word in name for word in SECRET_WORDS):
        return MASK
    return shown_url(text) if name.endswith("_url") else text
