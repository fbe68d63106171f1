"""Bundles that are nearly right. Seeded: a number always gives the same file."""

import io
import random
import struct
import zipfile
from functools import cache
from typing import Any

from tests.factories.contents import bundle, carried, png
from tests.factories.documents import document, encode, sheet
from tests.factories.mutations import BYTEWISE, VALUES

CONTENTS = tuple(png(600 + number, number) for number in range(4))
MOST_CHANGES = 3
NAMES = (
    *("../x", "/x", "x/", "assets/1-1.png", "project.json", "a\\b", "C:x", "assets/", "\u202e", "x" * 70_000),
    *("assets/../project.json", "PROJECT.JSON", "assets//1-1.png"),
)
# Where numbers of the end, of an entry and of a member's header stand.
NUMBERS = {b"PK\x05\x06": (4, 22), b"PK\x01\x02": (4, 46), b"PK\x03\x04": (4, 30)}
INTERESTING = (0, 1, 8, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


def mutant_bundle(number: int) -> bytes:
    """A bundle with one to three things changed: in its document, its members, its numbers or its bytes."""
    chance = random.Random(number)  # noqa: S311 - files, no secrets
    match number % 4:
        case 0:
            return _other_document(chance)
        case 1:
            return _other_members(chance)
        case 2:
            return _other_numbers(chance)
        case _:
            content = bytearray(_original())
            for _ in range(chance.randint(1, MOST_CHANGES)):
                chance.choice(BYTEWISE)(chance, content)
            return bytes(content)


def _document() -> dict[str, Any]:
    sheets = [sheet(1, "Anna", shortcut="anna", avatar_asset_id="1")]
    return document(sheets=sheets, assets=carried(*CONTENTS, mode="bundled"))


@cache
def _original() -> bytes:
    return bundle(_document(), *CONTENTS)


def _other_document(chance: random.Random) -> bytes:
    changed = _document()
    for _ in range(chance.randint(1, MOST_CHANGES)):
        listed = changed["assets"].get("items")
        items = [one for one in listed if isinstance(one, dict) and one] if isinstance(listed, list) else []
        item = chance.choice([changed["assets"], *items])
        item[chance.choice(list(item))] = chance.choice(
            (*VALUES, *NAMES, CONTENTS[0].hex(), "assets/2-2.png")
        )
    text = encode(changed)
    if chance.random() < 1 / 8:
        text = text[: chance.randrange(len(text))]
    return bundle(text, *CONTENTS)


def _other_members(chance: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_original())) as source, zipfile.ZipFile(made, "w") as archive:
        entries = [(info.filename, source.read(info)) for info in source.infolist()]
        for _ in range(chance.randint(1, MOST_CHANGES)):
            at = chance.randrange(len(entries))
            name, content = entries[at]
            entries[at : at + 1] = chance.choice(
                (
                    [],
                    [(chance.choice(NAMES), content)],
                    [(name, content[: chance.randrange(len(content) + 1)])],
                    [(name, bytes(chance.choice((0, 1, 700, 20_000_001))))],
                    [(name, content), (chance.choice(NAMES), b"more")],
                )
            ) or [("other", b"")]
        methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)
        for name, content in entries:
            info = zipfile.ZipInfo(name[:60_000])
            info.external_attr = chance.choice((0, 0, 0, 0o120777 << 16, 0o100644 << 16))
            archive.writestr(info, content, chance.choice(methods))
    return made.getvalue()


def _other_numbers(chance: random.Random) -> bytes:
    content = bytearray(_original())
    for _ in range(chance.randint(1, MOST_CHANGES)):
        magic = chance.choice(list(NUMBERS))
        places = [at for at in range(len(content)) if content[at : at + 4] == magic]
        first, end = NUMBERS[magic]
        at = chance.choice(places) + chance.randrange(first, end - 3)
        width = chance.choice("HL")
        value = chance.choice(INTERESTING) & (0xFFFF if width == "H" else 0xFFFFFFFF)
        struct.pack_into(f"<{width}", content, at, value)
    return bytes(content)
