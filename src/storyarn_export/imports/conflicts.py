"""What of a file a project has already."""

import hashlib
from collections.abc import Mapping

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import (
    MAX_LISTED,
    ConflictResolution,
    ImportSection,
    Preview,
    SectionPreview,
)
from storyarn_export.domain.story import Kind
from storyarn_export.imports.reading import Staged
from storyarn_export.materializer.conflicts import Met, conflict_basis, forget_decisions, what_is_met
from storyarn_export.materializer.plan import ROOTS, decide, foresee

SECTION_KINDS: Mapping[ImportSection, Kind] = {
    ImportSection.SHEETS: Kind.SHEET,
    ImportSection.FLOWS: Kind.FLOW,
    ImportSection.SCENES: Kind.SCENE,
    ImportSection.SCREENPLAYS: Kind.SCREENPLAY,
    ImportSection.LANGUAGES: Kind.LANGUAGE,
    ImportSection.STRINGS: Kind.LOCALIZED_TEXT,
    ImportSection.GLOSSARY: Kind.GLOSSARY_ENTRY,
    ImportSection.ASSETS: Kind.ASSET,
}


async def take_fingerprint(connection: BulkConnection, project_id: int) -> str:
    """Digest of all that the project's side decides about an import, whatever the conflict resolution.

    Args:
        connection: whose transaction has decided about a staged file.
        project_id: the project that would take the file.
    """
    basis = await conflict_basis(connection, project_id)
    return hashlib.sha256(basis.encode()).hexdigest()


async def look_ahead(connection: BulkConnection, project_id: int, staged: Staged) -> Preview:
    """What an import of a staged file would meet.

    Args:
        connection: whose transaction has staged the file and decided nothing yet.
        project_id: the project that would take the file.
        staged: the file.
    """
    await decide(connection, project_id, ConflictResolution.SKIP)
    fingerprint = await take_fingerprint(connection, project_id)
    await foresee(connection, project_id)
    met = await what_is_met(connection, MAX_LISTED)
    sections = {section: _section(kind, staged, met) for section, kind in SECTION_KINDS.items()}
    return Preview(sections, staged.counts, staged.notices, fingerprint)


async def look_again(connection: BulkConnection, project_id: int, staged: Staged) -> Preview:
    """The same where something has been decided already, which is forgotten."""
    await forget_decisions(connection)
    return await look_ahead(connection, project_id, staged)


def _section(kind: Kind, staged: Staged, met: Met) -> SectionPreview:
    conflicts = tuple(one for one in met.conflicts if one.kind is kind)
    existing = met.existing[kind]
    return SectionPreview(staged.counts[kind], existing, conflicts, existing if kind in ROOTS else 0)
