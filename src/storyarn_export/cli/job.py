"""An export or import as the API shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TERMINAL = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """An export as the API shows it.

    Attributes:
        raw: the whole resource.
    """

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its UUID."""
        return str(self.raw["job_id"])

    @property
    def url(self) -> str:
        """Its address on the server."""
        return f"/api/projects/{self.raw['project_id']}/exports/{self.id}"

    @property
    def status(self) -> str:
        """Where it stands."""
        return str(self.raw["status"])

    @property
    def is_over(self) -> bool:
        """Whether it will not change any more."""
        return self.status in TERMINAL

    @property
    def progress(self) -> int:
        """0 to 100; 100 only when the file is there."""
        return int(self.raw["progress"])

    @property
    def entities(self) -> tuple[int, int]:
        """Processed, and all of them as far as they are known."""
        return int(self.raw["entities"]["processed"]), int(self.raw["entities"]["total"] or 0)

    @property
    def left_seconds(self) -> float | None:
        """How long it will still take, as the server reckons; None when it does not."""
        reckoned = self.raw.get("eta_seconds")
        return None if reckoned is None else float(reckoned)

    @property
    def sha256(self) -> str:
        """Of the finished file, lowercase hex."""
        return str(self.raw["sha256"])

    @property
    def file_size(self) -> int:
        """Of the finished file, bytes."""
        return int(self.raw["file_size"])

    @property
    def filename(self) -> str:
        """That the server suggests; never more than a name."""
        name = str(self.raw["filename"]).replace("\\", "/").rpartition("/")[2]
        return name if name not in ("", ".", "..") else f"{self.id}.export"
