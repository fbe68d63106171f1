"""XLIFF 2.1: one source and one target language each, a unit a text.

A unit's `name` is the key of its text; speaker and context are notes, status and source hash metadata. `state` is
initial for what is pending, translated for what has still to be looked at, final for what is final. Characters that XML
cannot hold are `<cp>` elements, as the format has it.
"""

from storyarn_export.localization.formats.xliff.reading import read
from storyarn_export.localization.formats.xliff.writing import writer

__all__ = ["read", "writer"]
