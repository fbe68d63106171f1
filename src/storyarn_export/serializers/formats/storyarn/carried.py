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

    def validation(self) -> dict[str, Any] | None:
        """The `validation` of a document whose project nobody has validated; None when no bytes are missing."""
        if not self._total:
            return None
        said: dict[str, Any] = {
            "status": "not_run",
            "errors": [],
            "warnings": [_finding(asset_id) for asset_id in self._first],
            "info": [],
        }
        return said | ({"truncated": True} if self._total > MAX_FINDINGS else {})

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
