"""What routes ask for: the caller's access to a project, a job of it, a page of a list."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.accounts.projects import MAX_BIGINT, Role, role_in
from storyarn_export.accounts.tokens import Caller
from storyarn_export.api.auth import Guard, authenticated, by_ticket, require_scope
from storyarn_export.api.permissions import RULES, Action
from storyarn_export.api.state import State
from storyarn_export.db.models import ExportJob, ImportJob
from storyarn_export.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError
from storyarn_export.exports.status import find_job
from storyarn_export.imports.status import find_import

DECIMAL_ID = re.compile(r"[1-9][0-9]{0,18}")
DEFAULT_PAGE = 50
MAX_PAGE = 200
MAX_CURSOR_LENGTH = 200
# For the document alone: what is no id is as unknown as an id of nothing.
DECIMAL = {"pattern": "^[1-9][0-9]{0,18}$"}
A_UUID = {"format": "uuid"}


ProjectId = Annotated[
    str, Path(description="Id of the project, decimal.", examples=["12"], json_schema_extra=DECIMAL)
]


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A caller who may do what they ask for in a project."""

    caller: Caller
    project_id: int
    role: Role


class Allowed(Guard):
    """Access to the project in the path, for one action."""

    async def __call__(
        self,
        project_id: ProjectId,
        caller: Annotated[Caller, Depends(authenticated)],
        state: State,
    ) -> ProjectAccess:
        """The access.

        Raises:
            NotFoundError: no such project, or the caller is no member of it, whatever their token is made for.
            InsufficientScopeError: the token does not have the scope.
            ForbiddenError: the caller is a member without the role.
        """
        number = parse_id(project_id)
        role = None
        if number is not None:
            async with state.services.sessions() as session:
                role = await role_in(session, user_id=caller.user_id, project_id=number)
        if number is None or role is None:
            raise NotFoundError("There is no such project, or you are not a member of it.")
        require_scope(caller, self._rule.scope)
        if role not in self._rule.roles:
            needed = " or ".join(sorted(self._rule.roles))
            raise ForbiddenError(f"You are {role} in this project; this needs {needed}.")
        return ProjectAccess(caller, number, role)


class AllowedByTicket(Allowed):
    """The same for what a browser opens without a header, event streams and files: a ticket may open them, too."""

    takes_ticket = True

    async def __call__(
        self,
        project_id: ProjectId,
        caller: Annotated[Caller, Depends(by_ticket)],
        state: State,
    ) -> ProjectAccess:
        """The access; see `Allowed`."""
        return await super().__call__(project_id, caller, state)


Reading = Annotated[ProjectAccess, Depends(Allowed(Action.READ_PROJECT))]
Exporting = Annotated[ProjectAccess, Depends(Allowed(Action.EXPORT))]
Importing = Annotated[ProjectAccess, Depends(Allowed(Action.IMPORT))]
FollowingExport = Annotated[ProjectAccess, Depends(AllowedByTicket(Action.EXPORT))]
Downloading = Annotated[ProjectAccess, Depends(AllowedByTicket(Action.EXPORT))]
FollowingImport = Annotated[ProjectAccess, Depends(AllowedByTicket(Action.IMPORT))]
ImportId = Annotated[
    str,
    Path(
        description="Id of the import, a UUID.",
        examples=["0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c91"],
        json_schema_extra=A_UUID,
    ),
]
JobId = Annotated[
    str,
    Path(
        description="Id of the job, a UUID.",
        examples=["0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c90"],
        json_schema_extra=A_UUID,
    ),
]


def parse_id(text: str) -> int | None:
    """The number of a decimal id as the service writes it; None when it is none, or too large to be one."""
    number = int(text) if DECIMAL_ID.fullmatch(text) else 0
    return number if 0 < number <= MAX_BIGINT else None


async def require_job(session: AsyncSession, access: ProjectAccess, job_id: str) -> ExportJob:
    """The export job in the path.

    Raises:
        NotFoundError: no such job in this project.
    """
    try:
        job = await find_job(session, access.project_id, UUID(job_id))
    except ValueError:
        job = None
    if job is None:
        raise NotFoundError("There is no such export in this project.")
    return job


async def require_import(session: AsyncSession, access: ProjectAccess, import_id: str) -> ImportJob:
    """The import in the path.

    Raises:
        NotFoundError: no such import in this project.
    """
    try:
        job = await find_import(session, access.project_id, UUID(import_id))
    except ValueError:
        job = None
    if job is None:
        raise NotFoundError("There is no such import in this project.")
    return job


async def require_endable_job(session: AsyncSession, access: ProjectAccess, job_id: str) -> ExportJob:
    """The export job in the path, for someone who may cancel and delete it.

    Raises:
        NotFoundError: no such job in this project.
        ForbiddenError: it is someone else's, and the caller's role in the project is not enough.
    """
    job = await require_job(session, access, job_id)
    roles = RULES[Action.END_EXPORTS_OF_OTHERS].roles
    if job.user_id != access.caller.user_id and access.role not in roles:
        needed = " or ".join(sorted(roles))
        raise ForbiddenError(
            f"You are {access.role} in this project; to end an export of someone else needs {needed}."
        )
    return job


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for.

    Attributes:
        limit: items at most.
        after: key of the last item of the page before.
    """

    limit: int
    after: str | None


def page(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items at most.")] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None,
        Query(max_length=MAX_CURSOR_LENGTH, description="`next_cursor` of the page before."),
    ] = None,
) -> Page:
    """The page that the query asks for.

    Raises:
        InvalidRequestError: the cursor is not one of ours.
    """
    if cursor is None:
        return Page(limit, None)
    try:
        return Page(limit, urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii"))
    except (Base64Error, ValueError) as error:
        raise bad_cursor() from error


def cursor_after(key: str) -> str:
    """The cursor of the page that comes after the item of this key; opaque to clients."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def bad_cursor() -> InvalidRequestError:
    """The error for a cursor that is not one of ours."""
    return InvalidRequestError(
        "The cursor is not one that this list gave.",
        extra={"errors": [{"path": "cursor", "message": "is not a cursor of this list"}]},
    )


def key_of(text: str) -> UUID:
    """The id that a cursor of a list of jobs holds.

    Raises:
        InvalidRequestError: the cursor is not one of ours.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise bad_cursor() from error


Paged = Annotated[Page, Depends(page)]
