"""Words are counted as the format says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyarn_export.serializers.writing.words import count_words, count_words_of_json

# What tags, comments, escapes and words are made of, so that they come often.
PIECES = [
    *'<>!-/\\ntrfu0b1cx &"\t\n\r\x0b\x0c\x1f\x08\u00a0\u2003é東',
    "<p>",
    "<!--",
    "-->",
    "&nbsp;",
    "\\u000b",
]


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
    assert count_words_of_json([_printed(text)]) == words


@given(st.lists(st.lists(st.sampled_from(PIECES)).map("".join)))
def test_the_words_of_json_are_those_of_its_texts(texts: list[str]) -> None:
    assert count_words_of_json([_printed(text) for text in texts]) == sum(
        count_words([text]) for text in texts
    )


def _printed(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


def test_every_kind_of_white_space_separates() -> None:
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    assert len(spaces) > 20
    for space in spaces:
        spaced = f"{space}one{space}{space}two{space}"
        assert count_words([spaced]) == 2, repr(space)
        assert count_words_of_json([_printed(spaced)]) == 2, repr(space)
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
    assert count_words([]) == count_words_of_json([]) == 0
