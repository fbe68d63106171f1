"""Entity tags and the headers that ask about them."""

import re

ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def none_match(header: str | None, etag: str) -> bool:
    """Whether `If-None-Match` names the tag (weak comparison), so that 304 is the answer.

    Args:
        header: value of the header.
        etag: tag of the present state, quotes included.
    """
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in ENTITY_TAG.findall(header)}


def range_applies(if_range: str | None, etag: str) -> bool:
    """Whether a Range is to be honoured: there is no `If-Range`, or it names the tag (strong comparison)."""
    return if_range is None or if_range.strip() == etag
