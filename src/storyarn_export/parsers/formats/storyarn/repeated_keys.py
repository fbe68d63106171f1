"""Finds keys that come twice in one of our own objects; in user JSON the last one counts.

A dict keeps no trace of a repeated key, and having the scanner report every pair would cost more than all else. But
each member has a colon: a text with more colons than what the parsed value prints as has lost a member, or spells a
colon as an escape. Only then is it read again, pair by pair.
"""

from collections.abc import Iterable, Mapping
from json import JSONDecoder
from typing import Any

from storyarn_export.domain.errors import DocumentError


class _Pairs(list[tuple[str, Any]]):
    """An object as the list of its members."""


_parse = JSONDecoder(object_pairs_hook=_Pairs, parse_float=str, parse_int=str).raw_decode


def may_repeat_keys(text: str, start: int, end: int, printed: bytes) -> bool:
    """Whether a value's text, `text[start:end]`, calls for a closer look, given what the value prints as."""
    return text.count(":", start, end) != printed.count(b":")


def refuse_repeated_keys(text: str, own: Mapping[str, Any], path: str) -> None:
    """Read an entity's text again, pair by pair.

    Args:
        text: its JSON.
        own: which of its members are our own objects, see `Shape.own`.
        path: where it stands.

    Raises:
        DocumentError: duplicate-keys.
    """
    tree, _ = _parse(text)
    _search(tree, own, path)


def _search(tree: Any, own: Mapping[str, Any], path: str) -> None:
    if isinstance(tree, _Pairs):
        _refuse_twice((key for key, _ in tree), path)
        for key, child in tree:
            below = own.get(key, own.get("*"))
            if below is not None:
                _search(child, below, f"{path}.{key}")
    elif isinstance(tree, list):
        for index, child in enumerate(tree):
            _search(child, own, f"{path}[{index}]")


def _refuse_twice(keys: Iterable[str], path: str) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DocumentError("duplicate-keys", f"the key {key!r} comes twice", path=f"{path}.{key}")
        seen.add(key)
