"""Mentions in rich text: `<span class="mention" data-type="sheet" data-id="12">`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storyarn_export.domain.story import Kind

# What every mention holds, in any case; a text without it needs no closer look.
SIGN = "data-id"
ATTRIBUTE = re.compile(
    r"""\s+ (?P<name>[^\s"'<>/=]++) (?: \s*+ = \s*+ (?: "(?P<double>[^"]*+)" | '(?P<single>[^']*+)'
    | (?P<bare>[^\s"'=<>`]++) ) )?+""",
    re.VERBOSE,
)
SPAN = re.compile(
    r"""<span (?: \s++ [^\s"'<>/=]++ (?: \s*+ = \s*+ (?: "[^"]*+" | '[^']*+' | [^\s"'=<>`]++ ) )?+ )*+ \s*+ /?+ >""",
    re.VERBOSE | re.IGNORECASE,
)
TARGETS = {"sheet": Kind.SHEET, "flow": Kind.FLOW}


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention and where its id stands in the text."""

    target: Kind
    old_id: str
    start: int
    end: int


def find_mentions(text: str) -> Iterator[Mention]:
    """The mentions of a text, in order, whatever the order and quotes of their attributes.

    Spans without the class `mention`, with another type or without an id are none.
    """
    for span in SPAN.finditer(text):
        mention = _mention(text, span.start() + len("<span"), span.end())
        if mention is not None:
            yield mention


def _mention(text: str, start: int, end: int) -> Mention | None:
    attributes: dict[str, tuple[int, int]] = {}
    at = start
    while found := ATTRIBUTE.match(text, at, end):
        at = found.end()
        group = found.lastgroup or "name"
        if group != "name":
            # As in HTML, the first of two attributes with one name counts.
            attributes.setdefault(found["name"].lower(), found.span(group))
    target = TARGETS.get(_text(text, attributes, "data-type"))
    old_id = _text(text, attributes, "data-id")
    if target is None or not old_id or "mention" not in _text(text, attributes, "class").split():
        return None
    return Mention(target, old_id, *attributes["data-id"])


def _text(text: str, attributes: dict[str, tuple[int, int]], name: str) -> str:
    start, end = attributes.get(name, (0, 0))
    return text[start:end]
