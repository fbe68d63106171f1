"""Who asks, and what the contract says that they may: the two sides of the authorization matrix.

Nothing here is taken from the tables of the program.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from storyarn_export.accounts.projects import Role

BOTH = ("exports", "imports")
MEMBERS = frozenset(Role)
EDITORS = frozenset({Role.OWNER, Role.EDITOR})


class Credential(Enum):
    """What a request says of who sent it."""

    TOKEN = auto()
    TICKET = auto()
    NONE = auto()
    MALFORMED = auto()
    UNKNOWN = auto()
    WRONG_SECRET = auto()
    REVOKED = auto()
    EXPIRED = auto()
    IN_URL = auto()
    USED_TICKET = auto()
    TICKET_OF_REVOKED = auto()


GOOD = {Credential.TOKEN, Credential.TICKET}


@dataclass(frozen=True, slots=True)
class Persona:
    """Someone who asks.

    Attributes:
        name: what the matrix calls them.
        role: their own membership of the project.
        workspace_role: their membership of its workspace.
        scopes: of their token.
        credential: what they send.
        own: the job that they ask for is theirs.
        foreign: the ids in the path are those of another project, of which they are a member, too.
    """

    name: str
    role: str | None = None
    workspace_role: str | None = None
    scopes: tuple[str, ...] = BOTH
    credential: Credential = Credential.TOKEN
    own: bool = False
    foreign: bool = False

    @property
    def effective(self) -> Role | None:
        """Their role by the contract: their own, else that of the workspace mapped down."""
        if self.role is not None:
            return Role(self.role)
        mapped = {"owner": Role.EDITOR, "admin": Role.EDITOR, "member": Role.EDITOR, "viewer": Role.VIEWER}
        return None if self.workspace_role is None else mapped[self.workspace_role]


PERSONAS = (
    Persona("owner", "owner"),
    Persona("editor", "editor"),
    Persona("viewer", "viewer"),
    Persona("viewer, own job", "viewer", own=True),
    Persona("workspace owner", workspace_role="owner"),
    Persona("workspace admin", workspace_role="admin"),
    Persona("workspace member", workspace_role="member"),
    Persona("workspace viewer", workspace_role="viewer"),
    Persona("workspace owner, viewer here", "viewer", "owner"),
    Persona("workspace viewer, editor here", "editor", "viewer"),
    Persona("stranger"),
    Persona("stranger, scope imports", scopes=("imports",)),
    Persona("stranger, scope admin", scopes=("admin",)),
    Persona("owner, scope exports", "owner", scopes=("exports",)),
    Persona("owner, scope imports", "owner", scopes=("imports",)),
    Persona("owner, scope admin", "owner", scopes=("admin",)),
    Persona("viewer, scope admin", "viewer", scopes=("admin",)),
    Persona("owner, ids of another project", "owner", foreign=True),
    Persona("viewer, ids of another project", "viewer", foreign=True),
    Persona("owner, ticket", "owner", credential=Credential.TICKET),
    Persona("viewer, ticket", "viewer", credential=Credential.TICKET),
    Persona("owner, ticket, scope imports", "owner", scopes=("imports",), credential=Credential.TICKET),
    Persona("stranger, ticket", credential=Credential.TICKET),
    Persona("used ticket", "owner", credential=Credential.USED_TICKET),
    Persona("ticket of a revoked token", "owner", credential=Credential.TICKET_OF_REVOKED),
    Persona("no token", credential=Credential.NONE),
    Persona("malformed token", credential=Credential.MALFORMED),
    Persona("unknown token", credential=Credential.UNKNOWN),
    Persona("wrong secret", "owner", credential=Credential.WRONG_SECRET),
    Persona("revoked token", "owner", credential=Credential.REVOKED),
    Persona("expired token", "owner", credential=Credential.EXPIRED),
    Persona("token in the URL", "owner", credential=Credential.IN_URL),
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operation needs, by the contract.

    Attributes:
        token: whether it needs one.
        scope: of the token; None: any will do.
        roles: in the project in the path; none: there is none in the path.
        ticket: a ticket will do.
        own: roles other than these need the job to be their own; None: whose it is makes no difference.
    """

    token: bool = True
    scope: str | None = None
    roles: frozenset[Role] = frozenset()
    ticket: bool = False
    own: frozenset[Role] | None = None


PROJECT = r"/api/projects/\{project_id\}"
JOB = r"\{job_id\}"
IMPORT = r"\{import_id\}"
# The first that fits an operation speaks for it.
CONTRACT = (
    (r"GET /(healthz|readyz|metrics|openapi\.json|docs|console/\{name\})?", Needs(token=False)),
    (r"(GET|POST) /api/projects|GET /api/formats|POST /api/stream-tickets", Needs()),
    (r"GET /api/exports/events", Needs(scope="exports", ticket=True)),
    (r"GET /api/imports/events", Needs(scope="imports", ticket=True)),
    (rf"GET {PROJECT}(/counts|/languages|/assets)?", Needs(roles=MEMBERS)),
    (rf"GET {PROJECT}/(entities/\{{section\}}|flows/\{{flow_id\}}/graph)", Needs(roles=MEMBERS)),
    (rf"GET {PROJECT}/localization\.\{{format_name\}}", Needs(scope="exports", roles=MEMBERS)),
    (rf"POST {PROJECT}/localization", Needs(scope="imports", roles=EDITORS)),
    (rf"GET {PROJECT}/assets/\{{asset_id\}}/content", Needs(scope="exports", roles=MEMBERS)),
    (
        rf"GET {PROJECT}/exports/{JOB}/(events|download)",
        Needs(scope="exports", roles=MEMBERS, ticket=True),
    ),
    (
        rf"POST {PROJECT}/exports/{JOB}/cancel|DELETE {PROJECT}/exports/{JOB}",
        Needs(scope="exports", roles=MEMBERS, own=EDITORS),
    ),
    (rf"(GET|POST) {PROJECT}/exports?(/.+)?", Needs(scope="exports", roles=MEMBERS)),
    (rf"GET {PROJECT}/imports/{IMPORT}/events", Needs(scope="imports", roles=EDITORS, ticket=True)),
    (rf"[A-Z]+ {PROJECT}/imports(/.+)?", Needs(scope="imports", roles=EDITORS)),
    (rf"PUT {PROJECT}/assets/\{{asset_id\}}/content", Needs(scope="imports", roles=EDITORS)),
)


def needs_of(method: str, path: str) -> Needs:
    """What the contract says of an operation."""
    for pattern, needs in CONTRACT:
        if re.fullmatch(pattern, f"{method} {path}"):
            return needs
    raise AssertionError(f"the contract says nothing of {method} {path}")


def refusal(needs: Needs, persona: Persona, path: str) -> tuple[int, str] | None:
    """Status and code of the answer to someone who may not; None: they may."""
    if not needs.token:
        return None
    if persona.credential is Credential.IN_URL:
        return 401, "token-in-url"
    ticket = persona.credential is Credential.TICKET
    if persona.credential not in GOOD or (ticket and not needs.ticket):
        return 401, "unauthenticated"
    return _outside(needs, persona) or _inside(needs, persona, path)


def _outside(needs: Needs, persona: Persona) -> tuple[int, str] | None:
    if needs.roles and persona.effective is None:
        return 404, "not-found"
    if needs.scope is not None and not {needs.scope, "admin"} & set(persona.scopes):
        return 403, "insufficient-scope"
    return None


def _inside(needs: Needs, persona: Persona, path: str) -> tuple[int, str] | None:
    if needs.roles and persona.effective not in needs.roles:
        return 403, "forbidden"
    if persona.foreign and has_ids(path):
        return 404, "not-found"
    if needs.own is not None and not persona.own and persona.effective not in needs.own:
        return 403, "forbidden"
    return None


def has_ids(path: str) -> bool:
    """Whether the path names something in a project."""
    return any(name in path for name in ("{job_id}", "{import_id}", "{asset_id}", "{flow_id}"))
