"""Bytes that stand in a document: taken out in pieces, compared, kept or dropped."""

import io
import json
from base64 import b64encode
from typing import Any

import pytest

from storyarn_export.domain.contents import MAX_ASSET_BYTES
from storyarn_export.domain.document import DocumentRow
from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.baggage import Baggage
from storyarn_export.parsers.guard import MIB, Limits
from storyarn_export.parsers.registry import open_document
from tests.factories.contents import carried, png
from tests.factories.documents import document, encode

LIMITS = Limits(max_bytes=64 * MIB)
PICTURE = png(400_001)
ITEM = "$.assets.items[0]"


class Kept:
    """Keeps bytes in memory."""

    def __init__(self) -> None:
        self.written = b""
        self.kept = self.dropped = False

    def write(self, piece: bytes) -> None:
        self.written += piece

    def keep(self) -> str:
        self.kept = True
        return "here"

    def drop(self) -> None:
        self.dropped = True


def read(text: bytes, baggage: Baggage | None) -> list[DocumentRow]:
    return list(open_document(io.BytesIO(text), LIMITS, baggage=baggage).rows())


def embedded(content: bytes = PICTURE, **changes: Any) -> bytes:
    return encode(document(assets=carried(content, mode="embedded", **changes)))


def test_bytes_come_out_as_they_went_in() -> None:
    kept = Kept()
    (row,) = read(embedded(), Baggage(keeper=lambda: kept))
    assert (kept.written, kept.kept, kept.dropped) == (PICTURE, True, False)
    sha256, crc32, key, path = row.values[-4:]
    assert (len(str(sha256)), isinstance(crc32, int), key, path) == (64, True, "here", None)


def test_bytes_are_looked_at_without_being_kept() -> None:
    (row,) = read(embedded(), Baggage())
    assert row.values[-2:] == (None, None)


@pytest.mark.parametrize("size", [8, 9, 10, 11])
def test_padding(size: int) -> None:
    kept = Kept()
    read(embedded(png(size)), Baggage(keeper=lambda: kept))
    assert kept.written == png(size)


def test_slashes_may_be_escaped() -> None:
    kept = Kept()
    text = embedded()
    data = b64encode(PICTURE)
    assert b"/" in data
    read(text.replace(data, data.replace(b"/", b"\\/")), Baggage(keeper=lambda: kept))
    assert kept.written == PICTURE


def test_members_may_come_in_any_order() -> None:
    item = carried(PICTURE, mode="embedded")["items"][0]
    turned = {"items": [dict(reversed(item.items()))], "mode": "embedded"}
    (row,) = read(json.dumps(document(assets=turned)).encode(), Baggage())
    assert row.values[2] == len(PICTURE)


GOOD = b64encode(PICTURE).decode()


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"sha256": "0" * 64}, "asset-mismatch", "data"),
        ({"sha256": "ABC"}, "invalid-value", "sha256"),
        ({"sha256": 1}, "invalid-value", "sha256"),
        ({"size": len(PICTURE) + 1}, "asset-mismatch", "data"),
        ({"content_type": "image/gif"}, "asset-mismatch", "data"),
        ({"data": ""}, "asset-mismatch", "data"),
        ({"data": 5}, "invalid-field-types", "data"),
        ({"data": GOOD[:-1]}, "invalid-base64", "data"),
        ({"data": GOOD[:400] + "\n" + GOOD[400:]}, "invalid-value", "data"),
        ({"data": GOOD[:400] + " " + GOOD[400:]}, "invalid-base64", "data"),
        ({"data": GOOD[:400] + "é" + GOOD[401:]}, "invalid-base64", "data"),
        ({"data": GOOD[:399] + "=" + GOOD[400:]}, "invalid-base64", "data"),
        ({"data": "AAAA" * (MAX_ASSET_BYTES // 3 + 1)}, "asset-too-large", "data"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_as_it_is_said_is_refused(changes: dict[str, Any], code: str, place: str) -> None:
    kept = Kept()
    with pytest.raises(DocumentError) as raised:
        read(embedded(**changes), Baggage(keeper=lambda: kept))
    assert (raised.value.document_code, raised.value.path) == (code, f"{ITEM}.{place}")
    assert not kept.kept
    assert kept.dropped or not kept.written


def test_a_document_that_ends_inside_bytes() -> None:
    kept = Kept()
    text = embedded()
    with pytest.raises(DocumentError) as raised:
        read(text[: text.index(b'"data"') + 1000], Baggage(keeper=lambda: kept))
    assert raised.value.document_code == "invalid-json"
    assert kept.dropped


def test_bytes_that_come_twice() -> None:
    kept = Kept()
    text = embedded().replace(b'"data":', b'"data":null,"data":', 1)
    text = text.replace(b'"data": ', b'"data": null, "data": ', 1)
    with pytest.raises(DocumentError) as raised:
        read(text, Baggage(keeper=lambda: kept))
    assert raised.value.document_code == "duplicate-keys"


def bundled(**changes: Any) -> bytes:
    return encode(document(assets=carried(PICTURE, mode="bundled", **changes)))


NAME = "assets/1-1.png"


@pytest.mark.parametrize(
    ("members", "changes", "code"),
    [
        ({}, {}, "asset-missing"),
        ({NAME: 5}, {}, "asset-mismatch"),
        ({NAME: len(PICTURE)}, {"path": "assets/other"}, "asset-missing"),
        ({NAME: len(PICTURE)}, {"path": 5}, "invalid-value"),
        ({NAME: len(PICTURE)}, {"path": "x" * 2000}, "invalid-value"),
    ],
)
def test_files_that_are_not_beside_the_document(
    members: dict[str, int], changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(DocumentError) as raised:
        read(bundled(**changes), Baggage(members))
    assert (raised.value.document_code, raised.value.path) == (code, f"{ITEM}.path")


def test_a_file_belongs_to_one_asset() -> None:
    text = encode(document(assets=carried(PICTURE, PICTURE, mode="bundled", path=NAME)))
    with pytest.raises(DocumentError) as raised:
        read(text, Baggage({NAME: len(PICTURE)}))
    assert raised.value.document_code == "duplicate-asset-paths"


def test_a_bundle_s_document_alone_brings_no_bytes() -> None:
    opened = open_document(io.BytesIO(bundled()), LIMITS, baggage=Baggage())
    (row,) = opened.rows()
    assert row.values[-1] is None
    assert [one.code for one in opened.notices()] == ["asset-bytes-missing"]
