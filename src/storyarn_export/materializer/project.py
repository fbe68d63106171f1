"""Makes the project that a document is loaded into, or locks it."""

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import ProjectHead
from storyarn_export.domain.errors import ConflictError, NotFoundError
from storyarn_export.domain.names import slugify
from storyarn_export.materializer.statements import statement

MAX_SLUG_LENGTH = 100
# Others may take a slug between the look and the insert; more often than this in a row is no accident.
MAX_SLUG_ATTEMPTS = 20


async def reserve_project(connection: BulkConnection) -> int:
    """The id of a project that is yet to be made; nobody else gets it."""
    reserved: int = await connection.fetchval(statement("reserve_project"))
    return reserved


async def create_project(
    connection: BulkConnection, head: ProjectHead, *, project_id: int, owner_id: int, name: str
) -> str:
    """A new project in the owner's own workspace, with the owner's membership.

    Args:
        connection: whose transaction takes the rows.
        head: slug, description and settings; a slug that is taken gets a number.
        project_id: one that was reserved.
        owner_id: an existing user.
        name: 1 to 100 characters.

    Returns:
        Its slug.

    Raises:
        NotFoundError: the owner does not exist or has no workspace.
        ConflictError: no free slug was found.
    """
    workspace_id = await connection.fetchval(statement("own_workspace"), owner_id)
    if workspace_id is None:
        raise NotFoundError(f"user {owner_id} has no workspace to load into")
    base = head.slug or (slugify(name)[:MAX_SLUG_LENGTH].strip("-") or "project")
    for _ in range(MAX_SLUG_ATTEMPTS):
        slug: str = await connection.fetchval(statement("free_slug"), workspace_id, base)
        row = (project_id, name, slug, head.description, head.settings, workspace_id, owner_id)
        if await connection.fetchval(statement("create_project"), *row) is not None:
            await connection.execute(statement("create_membership"), project_id, owner_id)
            return slug
    raise ConflictError(f"no free slug was found for {base!r}", hint="try again")


async def lock_project(connection: BulkConnection, project_id: int) -> None:
    """Make other imports into a project wait until the transaction ends.

    Raises:
        NotFoundError: there is no such project.
    """
    if await connection.fetchval(statement("lock_project"), project_id) is None:
        raise NotFoundError(f"there is no project {project_id}")
