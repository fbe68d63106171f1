"""Who may do what, in two tables: what each action needs, and which action each operation is.

`guards` refuses to start an application that has a route which is not here, or which asks for something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storyarn_export.accounts.projects import EDITORS, Role

EVERYONE = frozenset(Role)
# Implies every other scope.
ADMIN_SCOPE = "admin"


class Action(StrEnum):
    """What can be done."""

    LOOK_AT_SERVICE = "look_at_service"
    USE_ACCOUNT = "use_account"
    FOLLOW_EXPORTS = "follow_exports"
    FOLLOW_IMPORTS = "follow_imports"
    READ_PROJECT = "read_project"
    EXPORT = "export"
    END_EXPORTS_OF_OTHERS = "end_exports_of_others"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an action needs.

    Attributes:
        token: whether it needs one at all.
        scope: of the token; None: any token will do.
        roles: in the project; none: it is not about one project.
    """

    token: bool = True
    scope: str | None = None
    roles: frozenset[Role] = frozenset()


RULES: Mapping[Action, Rule] = {
    # Whether it works, its pages, its document: nothing of anyone's.
    Action.LOOK_AT_SERVICE: Rule(token=False),
    # What is the caller's own, and what is the same for all.
    Action.USE_ACCOUNT: Rule(),
    Action.FOLLOW_EXPORTS: Rule(scope="exports"),
    Action.FOLLOW_IMPORTS: Rule(scope="imports"),
    Action.READ_PROJECT: Rule(roles=EVERYONE),
    Action.EXPORT: Rule(scope="exports", roles=EVERYONE),
    # Cancelling and deleting: whoever may export may end their own.
    Action.END_EXPORTS_OF_OTHERS: Rule(scope="exports", roles=EDITORS),
    Action.IMPORT: Rule(scope="imports", roles=EDITORS),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation of the API is.

    Attributes:
        action: that it is.
        of_others: the action that it is, too, where the job is someone else's; None: that makes no difference.
        by_ticket: a ticket will do in the place of a token.
    """

    action: Action
    of_others: Action | None = None
    by_ticket: bool = False


# By the name of the function that answers.
OPERATIONS: Mapping[str, Operation] = {
    "healthz": Operation(Action.LOOK_AT_SERVICE),
    "readyz": Operation(Action.LOOK_AT_SERVICE),
    "metrics": Operation(Action.LOOK_AT_SERVICE),
    "openapi": Operation(Action.LOOK_AT_SERVICE),
    "get_console": Operation(Action.LOOK_AT_SERVICE),
    "get_documentation": Operation(Action.LOOK_AT_SERVICE),
    "get_page_part": Operation(Action.LOOK_AT_SERVICE),
    "list_formats": Operation(Action.USE_ACCOUNT),
    "list_projects": Operation(Action.USE_ACCOUNT),
    "post_project": Operation(Action.USE_ACCOUNT),
    "post_ticket": Operation(Action.USE_ACCOUNT),
    "follow_exports": Operation(Action.FOLLOW_EXPORTS, by_ticket=True),
    "follow_imports": Operation(Action.FOLLOW_IMPORTS, by_ticket=True),
    "get_project": Operation(Action.READ_PROJECT),
    "get_counts": Operation(Action.READ_PROJECT),
    "list_languages": Operation(Action.READ_PROJECT),
    "list_assets": Operation(Action.READ_PROJECT),
    "list_entities": Operation(Action.READ_PROJECT),
    "get_flow_graph": Operation(Action.READ_PROJECT),
    "get_content": Operation(Action.EXPORT),
    "post_export": Operation(Action.EXPORT),
    "quick_export": Operation(Action.EXPORT),
    "get_texts": Operation(Action.EXPORT),
    "validate_project": Operation(Action.EXPORT),
    "list_exports": Operation(Action.EXPORT),
    "get_export": Operation(Action.EXPORT),
    "get_export_report": Operation(Action.EXPORT),
    "verify_export": Operation(Action.EXPORT),
    "follow_export": Operation(Action.EXPORT, by_ticket=True),
    "download": Operation(Action.EXPORT, by_ticket=True),
    "cancel_export": Operation(Action.EXPORT, of_others=Action.END_EXPORTS_OF_OTHERS),
    "delete_export": Operation(Action.EXPORT, of_others=Action.END_EXPORTS_OF_OTHERS),
    "put_content": Operation(Action.IMPORT),
    "post_import": Operation(Action.IMPORT),
    "post_texts": Operation(Action.IMPORT),
    "list_imports": Operation(Action.IMPORT),
    "get_import": Operation(Action.IMPORT),
    "execute_import": Operation(Action.IMPORT),
    "cancel_import": Operation(Action.IMPORT),
    "delete_import": Operation(Action.IMPORT),
    "follow_import": Operation(Action.IMPORT, by_ticket=True),
}


def has_scope(scopes: frozenset[str], needed: str | None) -> bool:
    """Whether a token with these scopes may."""
    return needed is None or needed in scopes or ADMIN_SCOPE in scopes
