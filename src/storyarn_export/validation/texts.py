"""What a text says, and whom it mentions."""

import html
import re
from collections.abc import Iterator
from typing import Any

from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.mentions import SIGN, find_mentions

TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--|![A-Za-z][^<>]*)>", re.DOTALL)
# Characters that show nothing and are no white space to Python; queries/flows.sql lists both.
WIDTHLESS = re.compile("[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]")


def is_blank(text: Any) -> bool:
    """Whether a text says nothing once its tags are gone; entities stand for what they are."""
    if text is None:
        return True
    return not WIDTHLESS.sub("", html.unescape(TAG.sub("", str(text)))).strip()


def mentioned(text: Any) -> Iterator[tuple[Kind, str]]:
    """Kinds and ids of what a text mentions; what is no text mentions nothing."""
    if isinstance(text, str) and SIGN in text.lower():
        yield from ((one.target, one.old_id) for one in find_mentions(text))
