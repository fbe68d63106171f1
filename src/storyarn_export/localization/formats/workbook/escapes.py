"""Characters that XML cannot hold, as cells hold them."""

import re

from storyarn_export.localization.characters import NOT_IN_XML

ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# An underscore that would be taken for the beginning of an escape.
LIKE_ESCAPE, UNDERSCORE = re.compile("_(?=x[0-9A-Fa-f]{4}_)"), "_x005F_"


def escaped(text: str) -> str:
    """A text as a cell holds it."""
    return NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", LIKE_ESCAPE.sub(UNDERSCORE, text))


def unescaped(text: str) -> str:
    """What a cell holds."""
    return ESCAPE.sub(_unescape, text)


def _unescape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    # Others have no reason to be escaped; the library has taken the escape of the underscore away from some.
    return character if character in "_\n\t" or NOT_IN_XML.match(character) else found[0]
