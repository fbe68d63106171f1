"""From where a run can go on when the process that runs it dies."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from storyarn_export.collector.census import Census
from storyarn_export.domain.story import Kind
from storyarn_export.exports.document import Stop
from storyarn_export.storage.contract import Upload


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place in a file up to which the bytes are durable.

    Attributes:
        key: of the file.
        name: of the upload, so that the clean-up knows it as one in use.
        size_bytes: how many bytes are durable.
        upload: what the store needs to go on.
        stop: where in the document that is; None when the document is complete and only has to be published.
        serializer: what the serializer needs to go on.
        census: what the file holds when it is complete.
    """

    key: str
    name: str
    size_bytes: int
    upload: Mapping[str, Any]
    stop: Stop | None
    serializer: Mapping[str, Any]
    census: Census

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for the row."""
        return {
            "key": self.key,
            "name": self.name,
            "size_bytes": self.size_bytes,
            "upload": dict(self.upload),
            "stop": None if self.stop is None else self.stop.to_json(),
            "serializer": dict(self.serializer),
            "census": {
                "counts": self.census.counts,
                "dead_connections": self.census.dead_connections,
                "ownerless_texts": self.census.ownerless_texts,
            },
        }

    @classmethod
    def from_json(cls, stored: Any) -> Self | None:
        """What `to_json` gave; None when the run had not come to a checkpoint."""
        if stored is None or "upload" not in stored:
            return None
        census = stored["census"]
        return cls(
            key=stored["key"],
            name=stored["name"],
            size_bytes=stored["size_bytes"],
            upload=stored["upload"],
            stop=None if stored["stop"] is None else Stop.from_json(stored["stop"]),
            serializer=stored["serializer"],
            census=Census(
                {Kind(kind): count for kind, count in census["counts"].items()},
                dead_connections=census["dead_connections"],
                ownerless_texts=census["ownerless_texts"],
            ),
        )


def no_checkpoint(upload: Upload) -> dict[str, Any]:
    """What a row holds before the first checkpoint: which upload is the run's."""
    return {"key": upload.key, "name": upload.name, "size_bytes": 0}


@dataclass(frozen=True, slots=True)
class _Marked:
    """A place whose bytes are on their way to the store."""

    size_bytes: int
    stop: Stop
    serializer: Mapping[str, Any]
    durable: "asyncio.Future[Mapping[str, Any]]"


class Checkpoints:
    """Marks places in an upload as it grows, and says when one is durable.

    One mark is on its way at a time. The document goes on while the store makes its bytes durable, and waits for the
    store where more than `every_bytes` would have to be written again.

    Args:
        upload: the file being written.
        every_bytes: bytes that are written again after a crash at most; half as many lie between two marks.
        start_bytes: where the run began: its upload's size then.
    """

    def __init__(self, upload: Upload, *, every_bytes: int, start_bytes: int) -> None:
        self._upload = upload
        self._every_bytes = every_bytes
        self._kept_bytes = self._last_bytes = start_bytes
        self._marked: _Marked | None = None

    @property
    def due(self) -> bool:
        """Whether a place should be marked now; where the store cannot cut, the next place is as good."""
        return (
            self._marked is None
            and self._upload.size - self._last_bytes >= self._every_bytes // 2
            and self._upload.markable
        )

    def waits(self, more_bytes: int) -> bool:
        """Whether a mark has to become durable before so many more bytes are written."""
        ahead_bytes = self._upload.size + more_bytes - self._kept_bytes
        return self._marked is not None and ahead_bytes > self._every_bytes

    async def mark(self, stop: Stop, serializer: Mapping[str, Any]) -> None:
        """Mark the place after what has been written.

        Args:
            stop: the place in the document.
            serializer: the serializer's state there.

        Raises:
            StorageError: the store did not take the bytes before.
        """
        self._last_bytes = self._upload.size
        self._marked = _Marked(self._upload.size, stop, serializer, await self._upload.mark())

    async def durable(self, census: Census, *, wait: bool) -> Checkpoint | None:
        """The marked place once its bytes are durable, once; None until then.

        Args:
            census: of the run's snapshot.
            wait: for the store, if it has not made them so yet.

        Raises:
            StorageError: the bytes could not be made durable.
        """
        marked = self._marked
        if marked is None or not (wait or marked.durable.done()):
            return None
        state = await marked.durable
        self._marked = None
        self._kept_bytes = marked.size_bytes
        return Checkpoint(
            key=self._upload.key,
            name=self._upload.name,
            size_bytes=marked.size_bytes,
            upload=state,
            stop=marked.stop,
            serializer=marked.serializer,
            census=census,
        )
