"""Who may do what: one table of actions, the scope a token needs and the roles that may."""

from dataclasses import dataclass
from enum import StrEnum

from storyarn_export.accounts.projects import EDITORS, Role

EVERYONE = frozenset(Role)
# Implies every other scope.
ADMIN_SCOPE = "admin"


class Action(StrEnum):
    """What can be done in a project."""

    READ_PROJECT = "read_project"
    EXPORT = "export"
    END_EXPORTS_OF_OTHERS = "end_exports_of_others"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an action needs.

    Attributes:
        scope: of the token; None: any token will do.
        roles: in the project.
    """

    scope: str | None
    roles: frozenset[Role]


RULES = {
    Action.READ_PROJECT: Rule(scope=None, roles=EVERYONE),
    Action.EXPORT: Rule(scope="exports", roles=EVERYONE),
    # Cancelling and deleting: whoever may export may end their own.
    Action.END_EXPORTS_OF_OTHERS: Rule(scope="exports", roles=EDITORS),
    Action.IMPORT: Rule(scope="imports", roles=EDITORS),
}


def has_scope(scopes: frozenset[str], needed: str | None) -> bool:
    """Whether a token with these scopes may."""
    return needed is None or needed in scopes or ADMIN_SCOPE in scopes
