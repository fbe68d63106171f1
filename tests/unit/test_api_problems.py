import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyarn_export.api import errors as http_errors
from storyarn_export.api.problems import PROBLEMS, path_of
from storyarn_export.domain.errors import DocumentError, StoryarnError

DOCUMENTED = Path(__file__).parents[2] / "docs" / "problems.md"
SOURCE = Path(__file__).parents[2] / "src"
HEADING = re.compile(r"^### `(?P<code>[a-z-]+)`$\n(?P<text>.+?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"^## (?P<status>\d{3})$\n(?P<text>.+?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def subclasses(kind: type[StoryarnError]) -> Iterator[type[StoryarnError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


def test_every_error_has_a_status() -> None:
    assert http_errors.HttpError in set(subclasses(StoryarnError))
    # A document's codes are its own; the abstract parents of the tree are never raised.
    abstract = {DocumentError, StoryarnError, http_errors.HttpError}
    codes = {kind.code for kind in subclasses(StoryarnError) if kind not in abstract}
    assert codes <= set(PROBLEMS)


def test_docs_and_code_agree() -> None:
    text = DOCUMENTED.read_text()
    documented = {
        (found["code"], int(part["status"]))
        for part in STATUS.finditer(text)
        for found in HEADING.finditer(part["text"])
    }
    assert documented == {(code, problem.status) for code, problem in PROBLEMS.items()}


@pytest.mark.parametrize(
    "found", list(HEADING.finditer(DOCUMENTED.read_text())), ids=lambda found: found["code"]
)
def test_each_code_has_cause_and_cure(found: re.Match[str]) -> None:
    assert "**Cause.**" in found["text"]
    assert "**Cure.**" in found["text"]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body",), ""),
        (("body", "format"), "format"),
        (("body", "options", "flow_ids", 2), "options.flow_ids[2]"),
        (("query", "limit"), "limit"),
    ],
)
def test_places_of_wrong_values(location: tuple[str | int, ...], path: str) -> None:
    assert path_of(location) == path
