"""Responses come out in the one form, the rest of a node as it was, in jsonb's own style."""

import json

import pytest

from storyarn_export.serializers.formats.storyarn.responses import normalise_data

STRUCTURED = {
    "logic": "all",
    "rules": [{"sheet": "mc", "variable": "hp", "operator": "equals", "value": "1"}],
}


def normalised(*responses: object) -> list[object]:
    data = json.dumps({"responses": responses}).encode()
    result: list[object] = json.loads(normalise_data(data))["responses"]
    return result


@pytest.mark.parametrize(
    ("stored", "condition"),
    [
        (None, None),
        ("", None),
        (STRUCTURED, STRUCTURED),
        (json.dumps(STRUCTURED), STRUCTURED),
        ('{"logic": "any", "blocks": []}', {"logic": "any", "blocks": []}),
        ("mc.hp > 3", "mc.hp > 3"),
        ('{"logic": "some", "rules": []}', '{"logic": "some", "rules": []}'),
        ('{"logic": "all"}', '{"logic": "all"}'),
        ("[1, 2]", "[1, 2]"),
        ("{broken", "{broken"),
        ([1, 2], "[1, 2]"),
        (True, "true"),
    ],
)
def test_condition(stored: object, condition: object) -> None:
    (response,) = normalised({"id": "r1", "condition": stored})
    assert isinstance(response, dict)
    assert response["condition"] == condition


@pytest.mark.parametrize(
    ("response", "assignments"),
    [
        ({}, []),
        ({"instruction": None, "instruction_assignments": None}, []),
        ({"instruction": '[{"sheet": "a"}]'}, [{"sheet": "a"}]),
        ({"instruction": '[{"sheet": "a"}]', "instruction_assignments": [{"sheet": "b"}]}, [{"sheet": "b"}]),
        ({"instruction": "set a to 1"}, []),
        ({"instruction": '{"not": "a list"}', "instruction_assignments": []}, []),
    ],
)
def test_assignments(response: dict[str, object], assignments: list[object]) -> None:
    (result,) = normalised(response)
    assert isinstance(result, dict)
    assert result["instruction_assignments"] == assignments
    assert result.get("instruction") == response.get("instruction")


def test_the_rest_stays_as_it_was() -> None:
    data = (
        '{"n": 1.50, "big": 123456789012345678901234567890, "text": "a \\"q\\" \\\\ é\\n,\\"data\\":", '
        '"responses": [{"id": 7, "ü": null, "text": "x"}]}'
    )
    expected = (
        '{"n": 1.50, "big": 123456789012345678901234567890, "text": "a \\"q\\" \\\\ é\\n,\\"data\\":", '
        '"responses": [{"id": 7, "ü": null, "text": "x", "condition": null, "instruction_assignments": []}]}'
    )
    assert normalise_data(data.encode()).decode() == expected


def test_responses_that_are_none() -> None:
    assert normalised("text", 1) == ["text", 1]
