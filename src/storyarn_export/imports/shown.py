"""Previews and reports as plain JSON, as rows keep them and answers show them."""

from collections.abc import Iterable
from typing import Any

from storyarn_export.domain.document import Notice
from storyarn_export.domain.imports import Conflict, ImportReport, Preview, SectionPreview, SourceFacts


def preview_json(preview: Preview) -> dict[str, Any]:
    """A preview."""
    return {
        "sections": {section.value: _section(one) for section, one in preview.sections.items()},
        "entities": {kind.value: count for kind, count in preview.entities.items()},
        "total": preview.total,
        "warnings": notices_json(preview.warnings),
        "fingerprint": preview.fingerprint,
    }


def report_json(report: ImportReport) -> dict[str, Any]:
    """A report."""
    return {
        "sections": {
            section.value: {
                "created": one.created,
                "updated": one.updated,
                "skipped": one.skipped,
                "renamed": one.renamed,
            }
            for section, one in report.sections.items()
        },
        "created": {kind.value: count for kind, count in report.created.items()},
        "updated": {kind.value: count for kind, count in report.updated.items()},
        "renames": [{"kind": one.kind.value, "old": one.old, "new": one.new} for one in report.renames],
        "unresolved_references": [
            {"kind": one.kind.value, "owner": one.owner, "path": one.path, "old_id": one.old_id}
            for one in report.unresolved
        ],
        "unresolved_total": report.unresolved_total,
        "warnings": notices_json(report.warnings),
        "duration_ms": report.duration_ms,
    }


def facts_json(facts: SourceFacts) -> dict[str, Any]:
    """What a file says of itself."""
    return {
        "format_version": facts.format_version,
        "exported_at": facts.exported_at,
        "project_name": facts.project_name,
        "carries_bytes": facts.carries_bytes,
    }


def notices_json(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """What was left out or changed."""
    return [
        {"code": one.code, "message": one.message, "path": one.path, "count": one.count} for one in notices
    ]


def _section(section: SectionPreview) -> dict[str, Any]:
    return {
        "total": section.total,
        "new": section.new,
        "existing": section.existing,
        "conflicts": [_conflict(one) for one in section.conflicts],
        "conflict_count": section.conflict_count,
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "kind": conflict.kind.value,
        "shortcut": conflict.shortcut,
        "existing_id": str(conflict.existing_id),
        "incoming_name": conflict.incoming_name,
    }
