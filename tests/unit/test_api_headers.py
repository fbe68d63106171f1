import pytest

from storyarn_export.api.conditional import none_match, range_applies
from storyarn_export.api.errors import RangeNotSatisfiableError
from storyarn_export.api.filenames import attachment
from storyarn_export.api.prefer import Preferences, parse_prefer
from storyarn_export.api.ranges import ByteRange, parse_range
from storyarn_export.api.streams.sse import event_frame, parse_last_event_id


@pytest.mark.parametrize(
    ("headers", "wishes"),
    [
        ([], Preferences()),
        (["respond-async"], Preferences(respond_async=True)),
        (["Respond-Async; foo=bar, wait=10"], Preferences(respond_async=True, wait_seconds=10)),
        (["respond-async", 'wait="5"'], Preferences(respond_async=True, wait_seconds=5)),
        (["wait=3, wait=9"], Preferences(wait_seconds=3)),
        (["wait=31"], Preferences(wait_seconds=30)),
        (["wait=999999999999999999999"], Preferences()),
        (["wait=-1"], Preferences()),
        (["wait=٣"], Preferences()),
        (["wait"], Preferences()),
        (["return=minimal"], Preferences()),
    ],
)
def test_prefer(headers: list[str], wishes: Preferences) -> None:
    assert parse_prefer(headers) == wishes


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-", ByteRange(0, 99)),
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=10-19", ByteRange(10, 19)),
        ("Bytes = 10-19", None),
        ("bytes=99-500", ByteRange(99, 99)),
        ("bytes=-1", ByteRange(99, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
)
def test_ranges(header: str | None, part: ByteRange | None) -> None:
    assert parse_range(header, 100) == part


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)]
)
def test_ranges_outside_the_file(header: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiableError) as refused:
        parse_range(header, size)
    assert refused.value.headers == {"Content-Range": f"bytes */{size}"}


@pytest.mark.parametrize(
    ("header", "matches"),
    [
        (None, False),
        ("*", True),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b"', False),
        ("a", False),
        ('"a,b"', False),
    ],
)
def test_if_none_match(header: str | None, *, matches: bool) -> None:
    assert none_match(header, '"a"') is matches


@pytest.mark.parametrize(
    ("header", "applies"),
    [
        (None, True),
        ('"a"', True),
        ('W/"a"', False),
        ('"b"', False),
        ("Tue, 24 Nov 2026 00:00:00 GMT", False),
    ],
)
def test_if_range(header: str | None, *, applies: bool) -> None:
    assert range_applies(header, '"a"') is applies


@pytest.mark.parametrize(
    ("filename", "fallback", "encoded"),
    [
        ("tale.json", "tale.json", "tale.json"),
        ("Ñandú 東京.json", "Nandu .json", "%C3%91and%C3%BA%20%E6%9D%B1%E4%BA%AC.json"),
        ('a"\r\nSet-Cookie: x=1', "a_Set-Cookie_ x_1", "a%22%0D%0ASet-Cookie%3A%20x%3D1"),
        ("../../etc/passwd", "_.._etc_passwd", "..%2F..%2Fetc%2Fpasswd"),
        ("東京", "export", "%E6%9D%B1%E4%BA%AC"),
    ],
)
def test_names_of_downloads(filename: str, fallback: str, encoded: str) -> None:
    assert attachment(filename) == f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}"


@pytest.mark.parametrize(
    ("header", "event_id"),
    [(None, None), ("", None), ("7", 7), ("-7", None), ("x", None), ("٣", None), ("9" * 40, None)],
)
def test_last_event_id(header: str | None, event_id: int | None) -> None:
    assert parse_last_event_id(header) == event_id


def test_an_event_on_the_wire() -> None:
    assert event_frame("progress", event_id=3, data="{}") == b"id: 3\nevent: progress\ndata: {}\n\n"
