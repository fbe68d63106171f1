"""What protects texts on their way takes nothing from them."""

import io

from hypothesis import example, given
from hypothesis import strategies as st

from storyarn_export.localization.formats import po, xliff
from storyarn_export.localization.formats.comma_separated import bared, guarded
from storyarn_export.localization.formats.workbook.escapes import escaped, unescaped
from storyarn_export.localization.texts import Change, Head, Line, Translation

# All that PostgreSQL keeps.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
SIGNS = st.text("'=+-@\t\r\n _x0D5F\x01a\\\"n#.")


@given(st.one_of(TEXTS, SIGNS))
def test_cells_that_begin_like_formulas(text: str) -> None:
    shown = guarded(text)
    assert isinstance(shown, str)
    assert bared(shown) == text
    assert not shown.startswith(tuple("=+-@\t\r\n"))


@given(st.one_of(TEXTS, SIGNS))
@example("_x0001_x0002_")
@example("_x005F_x0001_")
def test_characters_that_xml_cannot_hold(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not any(character < " " and character not in "\t\n" for character in escaped(text))


@given(st.one_of(TEXTS, SIGNS).filter(bool))
def test_any_text_in_po_and_xliff(text: str) -> None:
    line = Line("sheet/1/name", text, text, text, "0" * 64, 1, {"es": Translation("es", text, "final", 1)})
    for kind in (po, xliff):
        file = io.BytesIO()
        writer = kind.writer(file, Head(text, "en", ["es"]))
        writer.begin()
        writer.write([line])
        writer.finish()
        file.seek(0)
        (change,) = kind.read(file)
        assert isinstance(change, Change)
        assert change[1:] == ("sheet/1/name", "es", "0" * 64, text, None)
