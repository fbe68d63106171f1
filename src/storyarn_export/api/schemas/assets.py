"""Assets of a project."""

from typing import Self

from pydantic import Field

from storyarn_export.api.schemas.common import Answer
from storyarn_export.db.models import Asset


class AssetOut(Answer):
    """An asset."""

    id: str = Field(examples=["42"])
    filename: str
    content_type: str
    size: int = Field(description="Bytes.")
    sha256: str | None = Field(description="Of its bytes, lowercase hex; null while they are not here.")
    content_url: str | None = Field(description="Where its bytes can be had; null while they are not here.")

    @classmethod
    def of(cls, asset: Asset) -> Self:
        """The asset as it is stored."""
        there = asset.content_key is not None
        return cls(
            id=str(asset.id),
            filename=asset.filename,
            content_type=asset.content_type,
            size=asset.size,
            sha256=asset.content_sha256,
            content_url=f"/api/projects/{asset.project_id}/assets/{asset.id}/content" if there else None,
        )
