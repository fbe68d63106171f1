"""What the document says of the bytes of assets, and which could not be had."""

from collections.abc import Mapping
from typing import Any

RULE = "asset_bytes_missing"
MESSAGE = "The bytes of this asset could not be had; it is in the file without them."
# Findings that a document lists; all are counted.
MAX_FINDINGS = 1000


class Missing:
    """Assets that are in the document without their bytes.

    Memory: the ids of MAX_FINDINGS.
    """

    def __init__(self) -> None:
        self._first: list[str] = []
        self._total = 0

    def add(self, asset_id: str) -> None:
        """One more."""
        self._total += 1
        if len(self._first) < MAX_FINDINGS:
            self._first.append(asset_id)

    def validation(self, found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The `validation` of the document.

        Args:
            found: what the validator found, as a document holds it; None where it has nothing to say.

        Returns:
            The same with the missing bytes as warnings; None where there is nothing at all.
        """
        if not self._total:
            return found
        said = found or {"status": "not_run", "errors": [], "warnings": [], "info": []}
        warnings = [*said["warnings"], *map(_finding, self._first)]
        status = "warnings" if said["status"] == "passed" else said["status"]
        cut = "truncated" in said or len(said["warnings"]) + self._total > MAX_FINDINGS
        return {
            "status": status,
            "errors": said["errors"],
            "warnings": warnings[:MAX_FINDINGS],
            "info": said["info"],
        } | ({"truncated": True} if cut else {})

    def state(self) -> dict[str, Any]:
        """Everything, as plain JSON."""
        return {"first": self._first, "total": self._total}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self._first, self._total = list(state["first"]), state["total"]


def _finding(asset_id: str) -> dict[str, str | None]:
    return {
        "rule": RULE,
        "severity": "warning",
        "message": MESSAGE,
        "source_type": "asset",
        "source_id": asset_id,
        "target_type": None,
        "target_id": None,
    }


def with_keys(body: bytes, **values: str | None) -> bytes:
    """An asset's object with more keys at its end; values need no escapes."""
    added = (
        b'"%b":%b' % (name.encode(), b"null" if value is None else b'"%b"' % value.encode())
        for name, value in values.items()
    )
    return body[:-1] + b"," + b",".join(added) + b"}"
