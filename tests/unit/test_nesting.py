"""Arrays within arrays come out as valid JSON, compact and pretty, whatever is empty."""

import json

import pytest

from storyarn_export.serializers.writing.nesting import Arrays, Nesting, Place, Texts
from storyarn_export.serializers.writing.style import Style

PLACES = {
    b"sheet": Place(0, holds=Arrays(("blocks",))),
    b"block": Place(1),
    b"table": Place(1, holds=Arrays(("columns", "rows"), wrapper="table_data")),
    b"column": Place(2, 0),
    b"row": Place(2, 1),
    b"scene": Place(0, holds=Arrays(("layers", "pins", "zones"))),
    b"pin": Place(1, 1),
    b"zone": Place(1, 2),
}

CASES = {
    "nothing": ([], []),
    "empty root": (["sheet"], [{"n": 0, "blocks": []}]),
    "two roots": (["sheet", "sheet"], [{"n": 0, "blocks": []}, {"n": 1, "blocks": []}]),
    "leaves": (["sheet", "block", "block"], [{"n": 0, "blocks": [{"n": 1}, {"n": 2}]}]),
    "empty table between": (
        ["sheet", "block", "table", "block"],
        [{"n": 0, "blocks": [{"n": 1}, {"n": 2, "table_data": {"columns": [], "rows": []}}, {"n": 3}]}],
    ),
    "rows without columns": (
        ["sheet", "table", "row", "row"],
        [{"n": 0, "blocks": [{"n": 1, "table_data": {"columns": [], "rows": [{"n": 2}, {"n": 3}]}}]}],
    ),
    "columns without rows, then a root": (
        ["sheet", "table", "column", "sheet"],
        [
            {"n": 0, "blocks": [{"n": 1, "table_data": {"columns": [{"n": 2}], "rows": []}}]},
            {"n": 3, "blocks": []},
        ],
    ),
    "array passed over": (
        ["scene", "zone", "scene", "pin", "zone", "zone"],
        [
            {"n": 0, "layers": [], "pins": [], "zones": [{"n": 1}]},
            {"n": 2, "layers": [], "pins": [{"n": 3}], "zones": [{"n": 4}, {"n": 5}]},
        ],
    ),
}


def written(tags: list[str], style: Style, *, restored: bool) -> bytes:
    out: list[bytes] = [b"["]
    nesting = Nesting(PLACES, style, 1)
    names = [tag.encode() for tag in tags]
    bodies = [b'{"n":%d}' % number for number in range(len(tags))]
    if restored:
        for name, body in zip(names, bodies, strict=True):
            nesting.write([name], Texts([body]), out)
            state = json.loads(json.dumps(nesting.state()))
            nesting = Nesting(PLACES, style, 1)
            nesting.restore(state)
    else:
        nesting.write(names, Texts(bodies), out)
    nesting.close(out)
    out.append((b"" if nesting.empty else style.line(0)) + b"]")
    return b"".join(out)


@pytest.mark.parametrize("restored", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_layouts(name: str, restored: bool) -> None:
    tags, expected = CASES[name]
    compact = written(tags, Style(pretty=False), restored=restored)
    pretty = written(tags, Style(pretty=True), restored=restored)
    assert json.loads(compact) == expected
    assert compact.decode() == json.dumps(expected, separators=(",", ":"))
    assert pretty.decode() == json.dumps(expected, indent=2)
