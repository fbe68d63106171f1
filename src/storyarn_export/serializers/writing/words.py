"""Words of texts, counted many texts at a time: HTML stripped, split at white space; tags and `&nbsp;` separate words.

Counting runs of bytes makes no object a word. Texts may not hold NUL, which PostgreSQL does not keep: it stands between
them here, and neither a tag nor a comment reaches across it.
"""

import re
from collections.abc import Sequence

NUL = b"\x00"
TAG = re.compile(rb"<(?:/?[A-Za-z][^<>\x00]*|!--[^\x00]*?--|![A-Za-z][^<>\x00]*)>")
# What JSON text has for white space; PostgreSQL escapes nothing else that is white space.
ESCAPED_SPACE = re.compile(rb"\\(?:[tnfr]|u00(?:0b|1[c-f]))")
# An escaped backslash, which must not be taken for the beginning of an escape, becomes what can begin no tag either.
ESCAPED_BACKSLASH, OTHER_WORD = rb"\\", b"@@"
# White space that is more than one byte in UTF-8. Looked for first among all such characters, which are few mostly.
WIDE_SPACE = re.compile(
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
)
ASCII = bytes(range(0x80))
NARROW_SPACE = frozenset(b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f ")
SPACE_OR_NOT = bytes(ord(" ") if byte in NARROW_SPACE or not byte else ord("x") for byte in range(256))


def count_words(texts: Sequence[str]) -> int:
    """Words of texts, all together."""
    return _count("\x00".join(texts).encode(errors="replace"))


def count_words_of_json(texts: Sequence[bytes]) -> int:
    """Words of texts, all together, without parsing them.

    Args:
        texts: JSON strings as PostgreSQL prints them.
    """
    # A closing quote, what stands between, an opening quote; the first and the last are left.
    joined = NUL.join(texts).replace(b'"\x00"', NUL)[1:-1]
    if b"\\" in joined:
        joined = joined.replace(ESCAPED_BACKSLASH, OTHER_WORD)
        joined = ESCAPED_SPACE.sub(b" ", joined)
    return _count(joined)


def _count(plain: bytes) -> int:
    if b"<" in plain:
        plain = TAG.sub(b" ", plain)
    if b"&nbsp;" in plain:
        plain = plain.replace(b"&nbsp;", b" ")
    if WIDE_SPACE.search(plain.translate(None, delete=ASCII)):
        plain = WIDE_SPACE.sub(b" ", plain)
    return (b" " + plain).translate(SPACE_OR_NOT).count(b" x")
