"""docs/security.md shows the tables of permissions as they are, and tests that there are."""

import re
from pathlib import Path

from storyarn_export.accounts.projects import Role
from storyarn_export.api.permissions import OPERATIONS, RULES
from storyarn_export.settings import PREFIX, Settings
from tests.e2e.authorization import PERSONAS
from tests.e2e.test_api_authorization import OPERATIONS as ASKED

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
START = "<!-- matrix: made from api/permissions.py, checked by tests/unit/test_security_document.py -->\n"
END = "<!-- /matrix -->\n"


def matrix() -> str:
    """Every action with what it needs and the operations that are it, and how many pairs are asked."""
    lines = ["| action | token | roles | operations |", "|---|---|---|---|"]
    for action, rule in RULES.items():
        scope = "any" if rule.scope is None else f"scope `{rule.scope}`"
        token = scope if rule.token else "none"
        roles = ", ".join(role for role in Role if role in rule.roles) or "-"
        names = [
            f"`{name}`{'*' if one.by_ticket else ''}"
            for name, one in OPERATIONS.items()
            if action in {one.action, one.of_others}
        ]
        lines.append(f"| {action.replace('_', ' ')} | {token} | {roles} | {', '.join(names)} |")
    pairs = f"{len(ASKED)} operations x {len(PERSONAS)} who ask = {len(ASKED) * len(PERSONAS):,} pairs"
    return "\n".join([*lines, "", f"\\* a ticket will do. Asked by the tests: {pairs}."]) + "\n"


def test_the_matrix_is_as_written() -> None:
    before, _, rest = DOCUMENT.read_text().partition(START)
    written, end, after = rest.partition(END)
    assert end
    if written != matrix():
        DOCUMENT.write_text(before + START + matrix() + END + after)
    assert written == matrix(), (
        "docs/security.md did not match the code; it has been written anew, look and commit"
    )


def test_what_is_named_is_there() -> None:
    text = DOCUMENT.read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z0-9_]+", text)) <= known
