"""An asset gets other bytes."""

from collections.abc import AsyncIterator

from sqlalchemy import func, select, update
from uuid_utils.compat import uuid7

from storyarn_export.contents.taking import PREFIX, take
from storyarn_export.db.models import Asset
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotFoundError, ServiceUnavailableError
from storyarn_export.storage.contract import Storage

# That one process takes in at a time; each has the buffers of an upload.
MAX_UPLOADS = 32


class ReplaceContent:
    """Stores bytes and lets an asset have them, in this order, so that it has the old or the new ones at any moment.

    The old bytes stay for exports that are reading them, until the clean-up finds that nobody can be.

    Args:
        sessions: where the row is written.
        storage: takes the bytes.
    """

    def __init__(self, sessions: Sessions, storage: Storage) -> None:
        self._sessions = sessions
        self._storage = storage
        self._uploads = 0

    async def __call__(
        self,
        *,
        project_id: int,
        asset_id: int,
        user_id: int,
        pieces: AsyncIterator[bytes],
        sha256: str | None,
    ) -> Asset:
        """Take bytes in.

        Args:
            project_id: the asset's.
            asset_id: which asset.
            user_id: who brings them; may.
            pieces: as they arrive.
            sha256: what theirs is to be, lowercase hex, where it is said.

        Returns:
            The asset as it is now.

        Raises:
            NotFoundError: there is no such asset in the project, or not any more.
            AssetTooLargeError: they are more than an asset may have.
            AssetMismatchError: they are not of the asset's type, or not those that were said.
            StorageError: the store does not take them.
            ServiceUnavailableError: MAX_UPLOADS are coming in already.
        """
        content_type = (await find_asset(self._sessions, project_id, asset_id)).content_type
        if self._uploads >= MAX_UPLOADS:
            raise ServiceUnavailableError("No more bytes are taken in for the moment.")
        self._uploads += 1
        try:
            key = f"{PREFIX}{project_id}/{uuid7()}/content"
            content = await take(self._storage, key, pieces, content_type=content_type, sha256=sha256)
        finally:
            self._uploads -= 1
        values = {
            "size": content.size,
            "content_key": content.key,
            "content_sha256": content.sha256,
            "content_crc32": content.crc32,
            "is_external": False,
            "uploaded_by_id": user_id,
            "updated_at": func.now(),
        }
        # Also of the type that was looked at: somebody may have changed the row meanwhile.
        is_it = (Asset.id == asset_id, Asset.project_id == project_id, Asset.content_type == content_type)
        # What fails here may have been committed all the same: the clean-up removes what is no asset's.
        async with self._sessions.begin() as session:
            found = await session.scalars(update(Asset).where(*is_it).values(values).returning(Asset))
            asset = found.one_or_none()
        if asset is None:
            await self._storage.delete(content.key)
            raise missing()
        return asset


async def find_asset(sessions: Sessions, project_id: int, asset_id: int) -> Asset:
    """An asset of a project.

    Raises:
        NotFoundError: there is none.
    """
    query = select(Asset).where(Asset.id == asset_id, Asset.project_id == project_id)
    async with sessions() as session:
        asset = (await session.scalars(query)).one_or_none()
    if asset is None:
        raise missing()
    return asset


def missing() -> NotFoundError:
    """The error for an asset that a project does not have."""
    return NotFoundError("There is no such asset in this project.")
