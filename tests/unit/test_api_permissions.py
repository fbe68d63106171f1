import pytest

from storyarn_export.accounts.projects import Role
from storyarn_export.api.permissions import RULES, Action, has_scope


def test_every_action_has_its_rule() -> None:
    assert {action: (rule.scope, rule.roles) for action, rule in RULES.items()} == {
        Action.READ_PROJECT: (None, frozenset({Role.OWNER, Role.EDITOR, Role.VIEWER})),
        Action.EXPORT: ("exports", frozenset({Role.OWNER, Role.EDITOR, Role.VIEWER})),
        Action.END_EXPORTS_OF_OTHERS: ("exports", frozenset({Role.OWNER, Role.EDITOR})),
        Action.IMPORT: ("imports", frozenset({Role.OWNER, Role.EDITOR})),
    }


@pytest.mark.parametrize(
    ("scopes", "needed", "enough"),
    [
        ({"exports"}, None, True),
        ({"exports"}, "exports", True),
        ({"imports"}, "exports", False),
        ({"admin"}, "exports", True),
        (set(), "exports", False),
    ],
)
def test_scopes(scopes: set[str], needed: str | None, *, enough: bool) -> None:
    assert has_scope(frozenset(scopes), needed) is enough
