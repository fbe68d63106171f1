"""What is logged in a run of the tests, kept in one directory and looked through for secrets at the end."""

import logging
import os
import re
import secrets
import traceback
from collections.abc import Iterable
from pathlib import Path

from structlog.typing import EventDict, WrappedLogger

DIRECTORY = "TESTS_LOG_DIRECTORY"
# Each by its shape, so that none has to be known: tokens, tickets, passwords in URLs, signatures of URLs.
SHAPES = {
    "token": re.compile(r"sa_[a-z2-7]{16}_[A-Za-z0-9_-]{43}"),
    "ticket": re.compile(r"st_[A-Za-z0-9_-]{43}"),
    "password in a URL": re.compile(r"postgres(?:ql)?(?:\+\w+)?://[^:@/\s]*:[^@*\s]+@"),
    "signature of a URL": re.compile(r"X-Amz-Signature=[0-9a-f]{16}"),
    "header": re.compile(r"(?i)authorization['\"]?\s*[:=,]\s*b?['\"]?(?:bearer|aws4)"),
}


def log_path(name: str) -> Path | None:
    """A new file of the run's directory; None where nobody looks through it."""
    directory = os.environ.get(DIRECTORY)
    return None if directory is None else Path(directory) / f"{name}-{secrets.token_hex(6)}.log"


def keep(name: str, text: str) -> None:
    """Put something that was logged into the directory."""
    path = log_path(name)
    if path is not None and text:
        path.write_text(text, encoding="utf-8")


class KeepEvents:
    """A step of structlog that keeps every event of this process as it came, before it is made readable."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        shown = traceback.format_exc() if event.get("exc_info") else ""
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{event!r}\n{shown}")
        return event


def keep_records(path: Path) -> logging.Handler:
    """A handler that keeps what libraries log."""
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace", delay=True)
    logging.getLogger().addHandler(handler)
    return handler


def leaks(directory: Path, known: Iterable[str]) -> list[str]:
    """Every line that holds a secret: file, kind and the line, the secret itself cut out.

    Args:
        directory: of log files.
        known: secrets of no shape.
    """
    shapes = {**SHAPES, **{f"known secret {n}": re.compile(re.escape(one)) for n, one in enumerate(known)}}
    found = []
    for path in sorted(directory.iterdir()):
        text = path.read_text(encoding="utf-8", errors="backslashreplace")
        # Nearly always there is none: looked for at once, which takes a fifth of the time.
        for kind, shape in shapes.items():
            if shape.search(text):
                lines = [line for line in text.splitlines() if shape.search(line)]
                found += [f"{path.name}: {kind}: {shape.sub('…', line)[:300]}" for line in lines]
    return found
