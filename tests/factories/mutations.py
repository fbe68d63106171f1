"""Files that are nearly right, and files that are meant to do harm. Seeded: a number always gives the same file."""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.factories.catalogue import catalogue
from tests.factories.packed import zstd

Json = dict[str, Any]
# Stands in the text for what `json` would not write.
MARK = "@@raw@@"
MOST_TEXT = 2_000
MOST_CHANGES = 4
STRUCTURAL_SHARE = 0.7
PACKED_ONE_IN = 5
DAMAGED_ONE_IN = 15
RAW = (
    "1" * 5_000,
    "1e999999",
    "-0",
    "1E5",
    "NaN",
    "01",
    r'"\ud800"',
    r'"\u0000"',
    "[" * 200 + "]" * 200,
    '{"a":' * 100 + "1" + "}" * 100,
    '{"a": 1, "a": 2}',
    "tru",
    "",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    1e308,
    "",
    " ",
    "x" * 300,
    "x" * 70_000,
    "\x00",
    "%s %1$s %%",
    "12",
    [],
    {},
    [[]],
    [{}],
    {"id": 1},
    "2026-02-30T99:99:99Z",
)
BYTES = (b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b'"', b"{", b"}", b"[", b",", b"\\")


def mutant(number: int) -> bytes:
    """A document with one to four things changed in its structure or its bytes; every fifth is compressed."""
    chance = random.Random(number)  # noqa: S311 - files, no secrets
    content = bytearray(_structural(chance) if chance.random() < STRUCTURAL_SHARE else _original().encode())
    if content == _original().encode():
        for _ in range(chance.randint(1, MOST_CHANGES)):
            chance.choice(BYTEWISE)(chance, content)
    if number % PACKED_ONE_IN:
        return bytes(content)
    twice = number % (2 * PACKED_ONE_IN) == 0
    packed = bytearray(gzip.compress(bytes(content), 1) if twice else zstd(bytes(content)))
    if number % DAMAGED_ONE_IN == 0:
        chance.choice(BYTEWISE)(chance, packed)
    return bytes(packed)


def _structural(chance: random.Random) -> bytes:
    raw: list[str] = []
    document: Json = json.loads(_original())
    for _ in range(chance.randint(1, MOST_CHANGES)):
        chance.choice(STRUCTURAL)(chance, document, raw)
    return _encoded(document, raw)


@cache
def _original() -> str:
    """The catalogue of odd things, its texts short enough that a thousand files take seconds."""
    return json.dumps(_shortened(catalogue()))


def _shortened(value: Any) -> Any:
    match value:
        case str():
            return value[:MOST_TEXT]
        case list():
            return [_shortened(one) for one in value]
        case dict():
            return {key: _shortened(one) for key, one in value.items()}
        case _:
            return value


def bombs() -> Iterator[tuple[str, bytes]]:
    """Files that would take more than they are worth, by name."""
    head = b'{"storyarn_version": "1.0.0", "export_version": "1.0.0", "project": {"name": "x"}, "sheets": '
    yield "gzip", gzip.compress(b" " * 50_000_000)
    yield "gzip in gzip", gzip.compress(gzip.compress(b" " * 5_000_000))
    yield "gzip of one string", gzip.compress(head + b'"' + b"x" * 40_000_000 + b'"}')
    yield "many gzip members", gzip.compress(b"") * 100_000
    yield "zstandard", zstd(b" " * 50_000_000)
    yield "zstandard of one string", zstd(head + b'"' + b"x" * 40_000_000 + b'"}')
    yield "zstandard in gzip", gzip.compress(zstd(b" " * 5_000_000))
    yield "many frames of zstandard", zstd(b"") * 100_000
    yield "zstandard that keeps 128 MiB", zstd(b" " * 1_000, window_bits=27)
    yield "arrays in arrays", b"[" * 500_000
    yield "objects in objects", b'{"a":' * 200_000
    yield "depth in a value", head + b'[{"id": "1", "name": ' + b"[" * 500_000
    yield "width", head + b"{" + b",".join(b'"k%d": 1' % n for n in range(60_000)) + b"}}"
    yield "one long number", head + b"1" * 900_000 + b"}"
    yield "one long exponent", head + b"1e" + b"9" * 900_000 + b"}"
    yield "one long string", head + b'"' + b"x" * 1_000_000
    yield "one long key", head + b'{"' + b"k" * 1_000_000 + b'": 1}}'
    yield "one long key at the top", b'{"' + b"k" * 1_000_000
    yield "white space", b" " * 1_000_000
    yield "values without end", head + b"[" + b"1," * 400_000
    yield "empty objects", head + b"[" + b"{}," * 300_000 + b"{}]}"
    yield "lone surrogates", head + b'"' + rb"\ud800" * 100_000 + b'"}'
    yield "nothing but NUL", b"\x00" * 1_000_000
    yield "XML", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    yield "ZIP with a path upwards", b"PK\x03\x04" + b"../../etc/passwd" * 10


def _encoded(document: Json, raw: list[str]) -> bytes:
    text = json.dumps(document, ensure_ascii=False)
    for one in raw:
        text = text.replace(f'"{MARK}"', one, 1)
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a document, and each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _any_place(chance: random.Random, document: Json) -> tuple[Any, Any]:
    return chance.choice(list(_places(document)))


def _other_value(chance: random.Random, document: Json, _: list[str]) -> None:
    container, key = _any_place(chance, document)
    container[key] = chance.choice(VALUES)


def _raw_value(chance: random.Random, document: Json, raw: list[str]) -> None:
    container, key = _any_place(chance, document)
    container[key] = MARK
    raw.append(chance.choice(RAW))


def _gone(chance: random.Random, document: Json, _: list[str]) -> None:
    container, key = _any_place(chance, document)
    del container[key]


def _twice(chance: random.Random, document: Json, _: list[str]) -> None:
    lists = [one for one, key in _places(document) if isinstance(one, list)]
    chosen = chance.choice(lists)
    chosen.append(json.loads(json.dumps(chance.choice(chosen))))


def _elsewhere(chance: random.Random, document: Json, _: list[str]) -> None:
    (first, key), (second, other) = _any_place(chance, document), _any_place(chance, document)
    copied = json.loads(json.dumps([first[key], second[other]]))
    first[key] = copied[1]


def _more(chance: random.Random, document: Json, _: list[str]) -> None:
    objects = [document, *(one for one, _key in _places(document) if isinstance(one, dict))]
    chance.choice(objects)[chance.choice(("later", "id", "", "\u202e", "k" * 5_000))] = chance.choice(VALUES)


def _other_order(chance: random.Random, document: Json, _: list[str]) -> None:
    keys = list(document)
    chance.shuffle(keys)
    moved = {key: document[key] for key in keys}
    document.clear()
    document.update(moved)


def _flipped(chance: random.Random, content: bytearray) -> None:
    if content:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _inserted(chance: random.Random, content: bytearray) -> None:
    at = chance.randint(0, len(content))
    content[at:at] = chance.choice(BYTES) * chance.choice((1, 1, 2, 100))


def _cut(chance: random.Random, content: bytearray) -> None:
    at = chance.randint(0, len(content))
    del content[at : at + chance.choice((1, 10, 1_000))]


def _ended(chance: random.Random, content: bytearray) -> None:
    del content[chance.randint(0, len(content)) :]


def _repeated(chance: random.Random, content: bytearray) -> None:
    at = chance.randint(0, len(content))
    content[at:at] = content[at : at + chance.choice((5, 50, 500))]


STRUCTURAL: tuple[Callable[[random.Random, Json, list[str]], None], ...] = (
    _other_value,
    _other_value,
    _raw_value,
    _gone,
    _twice,
    _elsewhere,
    _more,
    _other_order,
)
BYTEWISE: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flipped,
    _inserted,
    _cut,
    _ended,
    _repeated,
)
