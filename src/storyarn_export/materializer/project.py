"""Makes the project that a document is loaded into, or locks it."""

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import ProjectHead
from storyarn_export.domain.errors import ConflictError, NotFoundError
from storyarn_export.domain.names import slugify
from storyarn_export.materializer.statements import statement

MAX_SLUG_LENGTH = 100
# Others may take a slug between the look and the insert; more often than this in a row is no accident.
MAX_SLUG_ATTEMPTS = 20


async def create_project(
    connection: BulkConnection, head: ProjectHead, *, owner_id: int, name: str
) -> tuple[int, str]:
    """A new project in the owner's own workspace, with the owner's membership.

    Args:
        connection: whose transaction takes the rows.
        head: slug, description and settings; a slug that is taken gets a number.
        owner_id: an existing user.
        name: 1 to 100 characters.

    Returns:
        Its id and slug.

    Raises:
        NotFoundError: the owner does not exist or has no workspace.
        ConflictError: no free slug was found.
    """
    workspace_id = await connection.fetchval(statement("own_workspace"), owner_id)
    if workspace_id is None:
        raise NotFoundError(f"user {owner_id} has no workspace to load into")
    base = head.slug or (slugify(name)[:MAX_SLUG_LENGTH].strip("-") or "project")
    for _ in range(MAX_SLUG_ATTEMPTS):
        slug = await connection.fetchval(statement("free_slug"), workspace_id, base)
        project_id = await connection.fetchval(
            statement("create_project"), name, slug, head.description, head.settings, workspace_id, owner_id
        )
        if project_id is not None:
            await connection.execute(statement("create_membership"), project_id, owner_id)
            return project_id, slug
    raise ConflictError(f"no free slug was found for {base!r}", hint="try again")


async def lock_project(connection: BulkConnection, project_id: int) -> None:
    """Make other imports into a project wait until the transaction ends.

    Raises:
        NotFoundError: there is no such project.
    """
    if await connection.fetchval(statement("lock_project"), project_id) is None:
        raise NotFoundError(f"there is no project {project_id}")
