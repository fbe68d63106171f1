"""What of a file a project has already."""

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import ConflictResolution, ImportSection, Preview, SectionPreview
from storyarn_export.imports.reading import Staged


async def look_ahead(
    connection: BulkConnection, project_id: int, staged: Staged, resolution: ConflictResolution
) -> Preview:
    """Compare a staged file with a project."""
    sections = {section: SectionPreview() for section in ImportSection}
    return Preview(sections, staged.counts, staged.document.notices(), "")
