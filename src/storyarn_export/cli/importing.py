"""Imports as the client commands see them: sending the file, and following what becomes of it."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.job import Job

PIECE_BYTES = 256 * 1024
OVER = frozenset({"completed", "failed", "cancelled", "expired"})


@dataclass(frozen=True, slots=True)
class Import(Job):
    """An import as the API shows it."""

    @property
    def id(self) -> str:
        """Its UUID."""
        return str(self.raw["import_id"])

    @property
    def url(self) -> str:
        """Its address on the server."""
        return f"/api/projects/{self.raw['project_id']}/imports/{self.id}"

    @property
    def is_over(self) -> bool:
        """Whether it will not change any more, or waits for a person."""
        return self.status in OVER or self.status == "ready"

    @property
    def entities(self) -> tuple[int, int]:
        """Processed, and all of them as far as they are known."""
        counted = self.raw["entities"]
        return int(counted["processed"]), int(counted["total"] or 0)

    @property
    def preview(self) -> Mapping[str, Any]:
        """What it would meet."""
        preview: Mapping[str, Any] = self.raw["preview"]
        return preview

    def refuse_failed(self) -> None:
        """Nothing, unless it came to a bad end.

        Raises:
            CommandError: It failed, expired or was cancelled.
        """
        if self.status not in OVER - {"completed"}:
            return
        error = self.raw.get("error") or {}
        place = error.get("path") or (f"byte {error['offset']}" if "offset" in error else "")
        hint = f" ({error['hint']})" if error.get("hint") else ""
        said = (
            f": {error['code']}{f' at {place}' if place else ''}: {error['message']}{hint}" if error else ""
        )
        raise CommandError(f"the import {self.id} {self.status}{said}")


class FormFile:
    """The body of a request that brings one file, read as it is sent.

    Args:
        path: of the file.
        sent: is told how many of how many bytes are on their way.
    """

    def __init__(self, path: Path, sent: Callable[[int, int], None]) -> None:
        self._path = path
        self._sent = sent
        self._boundary = token_hex(16)
        try:
            self._size = path.stat().st_size
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        name = path.name.encode("utf-8", "replace").translate(None, b'"\r\n\\')
        disposition = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
        self._head = b"--" + self._boundary.encode() + b"\r\n" + disposition
        self._tail = b"\r\n--" + self._boundary.encode() + b"--\r\n"

    @property
    def headers(self) -> dict[str, str]:
        """Of the request."""
        return {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(len(self._head) + self._size + len(self._tail)),
        }

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        done = 0
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_size != self._size:
                    raise CommandError(f"{self._path} changes while it is read")
                while piece := file.read(PIECE_BYTES):
                    yield piece
                    done += len(piece)
                    self._sent(done, self._size)
        except OSError as error:
            raise CommandError(f"{self._path} cannot be read: {error.strerror}") from error
        yield self._tail
