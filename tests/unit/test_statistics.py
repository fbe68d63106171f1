"""Words are counted as the format says."""

import pytest

from storyarn_export.serializers.formats.storyarn.statistics import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("   \t\n", 0),
        ("one", 1),
        ("<p></p>", 0),
        ("&nbsp;", 0),
        ("<p>one two</p><p>three</p>", 3),
        ("one<br>two", 2),
        ("one&nbsp;two", 2),
        ("one\u00a0two\u2003three", 3),
        ("a < b and c > d", 7),
        ("if x<3 and y>4", 4),
        ("<!-- not a word -->word", 1),
        ("<p>unclosed", 1),
        ("&amp; &lt;", 2),
        ('<span class="mention" data-type="sheet" data-id="1">Mira</span>, wait', 3),
        ("東京 タワー", 2),
    ],
)
def test_words(text: str, words: int) -> None:
    assert count_words([text]) == words


def test_every_kind_of_white_space_separates() -> None:
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    assert len(spaces) > 20
    for space in spaces:
        assert count_words([f"{space}one{space}{space}two{space}"]) == 2, repr(space)
    assert count_words(["é\u200bü ñ"]) == 2


def test_texts_counted_together_count_as_each_alone() -> None:
    texts = [
        "one two",
        "",
        "<p>three",
        "> four",
        "five <!-- six",
        "seven --> eight",
        "nine <b",
        "ten>",
        "&nbsp;x",
    ]
    assert count_words(texts) == sum(count_words([text]) for text in texts)
    plain = [text for text in texts if "<!" not in text]
    assert count_words(plain) == sum(count_words([text]) for text in plain)
    assert count_words([]) == 0
