"""Bytes of assets, and assets that have them."""

import hashlib
import io
import random
import zipfile
from base64 import b64encode
from typing import Any

from tests.factories.documents import asset, encode

PNG = b"\x89PNG\r\n\x1a\n"
SEED = 20261126


def png(size: int, seed: int = 0) -> bytes:
    """Bytes that look like a picture from outside, incompressible, other ones for each seed."""
    chance = random.Random(SEED + seed)  # noqa: S311 - bytes, no secrets
    return PNG + chance.randbytes(size - len(PNG))


def carried(*contents: bytes, mode: str, **changes: Any) -> dict[str, Any]:
    """The section of assets that brings these bytes; `changes` are put over every item."""
    items = []
    for number, content in enumerate(contents, start=1):
        item = asset(number, f"{number}.png", content_type="image/png", size=len(content))
        item["sha256"] = hashlib.sha256(content).hexdigest()
        if mode == "embedded":
            item["data"] = b64encode(content).decode()
        else:
            item["path"] = f"assets/{number}-{number}.png"
        items.append(item | changes)
    return {"mode": mode, "base_url": None, "items": items}


def bundle(document_: dict[str, Any] | bytes, *contents: bytes, **more: bytes) -> bytes:
    """An archive with a document and the files that `carried` names, deflated; `more` members by name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents, start=1):
            archive.writestr(f"assets/{number}-{number}.png", content)
        for name, content in more.items():
            archive.writestr(name, content)
        archive.writestr("project.json", document_ if isinstance(document_, bytes) else encode(document_))
    return made.getvalue()
