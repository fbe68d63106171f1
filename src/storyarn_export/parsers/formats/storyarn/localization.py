"""Strings and glossary entries: one object in the file, one row a language in the database."""

from collections.abc import Iterator
from typing import Any

from storyarn_export.domain.errors import DocumentError


def text_entities(group: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """A string's rows: what it says itself, overridden by what a translation says, with their paths."""
    own = {key: value for key, value in group.items() if key != "translations"}
    for locale, translation in _translations(group, path):
        place = f"{path}.translations.{locale}"
        if not isinstance(translation, dict):
            raise DocumentError("invalid-field-types", "must be an object", path=place)
        yield {**own, **translation, "locale_code": locale}, place


def term_entities(group: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """A glossary entry's rows, with their paths."""
    own = {key: value for key, value in group.items() if key != "translations"}
    for locale, term in _translations(group, path):
        yield {**own, "target_locale": locale, "target_term": term}, f"{path}.translations.{locale}"


def _translations(group: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    translations = group.get("translations")
    if translations is not None and not isinstance(translations, dict):
        raise DocumentError("invalid-field-types", "must be an object", path=f"{path}.translations")
    yield from (translations or {}).items()
