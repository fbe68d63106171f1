"""Files on their way into the service."""

import random
import string
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from tests.factories.documents import block, document, encode, sheet

BOUNDARY = "files-and-nothing-else"
PIECE_BYTES = 64 * 1024
SEED = 20261125


def tale(*names: str, **sections: Any) -> bytes:
    """A document with a sheet of each name, each with a block, and with a shortcut like its name."""
    made = [
        sheet(number, name, shortcut=name.lower(), blocks=[block(1_000_000 + number)])
        for number, name in enumerate(names, start=1)
    ]
    return encode(document(sheets=made, **sections))


def long_tale(sheets: int) -> bytes:
    """A document of twice so many entities; it does not compress to nothing."""
    chance = random.Random(SEED)  # noqa: S311 - text, no secrets
    text = "".join(chance.choices(string.ascii_letters, k=400))
    made = [
        sheet(n, f"Sheet {n}", shortcut=f"s-{n}", description=text, blocks=[block(1_000_000 + n)])
        for n in range(1, sheets + 1)
    ]
    return encode(document(sheets=made))


async def bring(
    client: httpx.AsyncClient,
    project: str,
    content: bytes,
    filename: str = "tale.json",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Upload a file as browsers do."""
    url = f"/api/projects/{project}/imports"
    sent = {"file": (filename, content, "application/json")}
    return await client.post(url, files=sent, headers=headers)


def form(content: bytes, *, name: str = "file", filename: str | None = "tale.json") -> bytes:
    """The body of a form with one field."""
    named = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body without a length."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]


async def post_form(
    client: httpx.AsyncClient, project: str, body: bytes | AsyncIterator[bytes]
) -> httpx.Response:
    """Upload a body that a test has made."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return await client.post(f"/api/projects/{project}/imports", content=body, headers=headers)
