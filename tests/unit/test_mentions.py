"""Which spans are mentions, and what is cut out of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.mentions import find_mentions


def cut(text: str) -> list[tuple[Kind, str]]:
    found = list(find_mentions(text))
    assert [text[one.start : one.end] for one in found] == [one.old_id for one in found]
    return [(one.target, one.old_id) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        '<span class="mention" data-type="sheet" data-id="12">x</span>',
        "<span data-id='12' data-type='sheet' class='mention'>x</span>",
        '<span\n  class="a mention b"\tdata-label="a > b" data-id="12" data-type=sheet />',
        "<SPAN CLASS=mention DATA-TYPE=sheet DATA-ID=12>",
        '<span class = "mention" data-type= "sheet" data-id ="12" hidden>',
        '<span class="mention" data-type="sheet" data-id="12" data-id="13" data-type="flow">',
        'a < b <span class="mention" data-type="sheet" data-id="12">',
    ],
)
def test_a_mention_in_any_spelling(text: str) -> None:
    assert cut(text) == [(Kind.SHEET, "12")]


@pytest.mark.parametrize(
    "text",
    [
        '<span class="mention" data-type="scene" data-id="12">',
        '<span class="mentioned" data-type="sheet" data-id="12">',
        '<span data-type="sheet" data-id="12">',
        '<span class="mention" data-type="sheet" data-id="">',
        '<span class="mention" data-type="sheet" data-id>',
        '<span class="mention" data-type="sheet">',
        '<spanner class="mention" data-type="sheet" data-id="12">',
        '<span class="mention" data-type="sheet" data-id="12"',
        '&lt;span class="mention" data-type="sheet" data-id="12"&gt;',
        '<b class="mention" data-type="sheet" data-id="12">',
        "",
    ],
)
def test_no_mention(text: str) -> None:
    assert cut(text) == []


def test_several_in_order() -> None:
    text = (
        '<p><span class="mention" data-type="flow" data-id="2">a</span> and '
        '<span class="mention" data-type="sheet" data-id="uuid-1">b</span></p>'
    )
    assert cut(text) == [(Kind.FLOW, "2"), (Kind.SHEET, "uuid-1")]


@given(st.text(alphabet="<>span \"'=/mentiodatypeh-x12\n", max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    cut(text)


def test_hostile_text_takes_no_longer_than_it_is_long() -> None:
    for text in (
        "<span " + "a" * 200_000,
        "<span " + "a=" * 100_000,
        "<span x='" * 50_000,
        "<span " * 100_000,
    ):
        assert cut(text) == []
