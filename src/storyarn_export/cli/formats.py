"""`formats`: what can be exported and imported."""

from storyarn_export.bootstrap import format_registry
from storyarn_export.cli.output import say_json, say_table
from storyarn_export.cli.parameters import AsJson
from storyarn_export.serializers.registry import Format


def formats(as_json: AsJson = False) -> None:
    """List what can be exported and imported."""
    known = format_registry().all()
    if as_json:
        say_json({"formats": [_as_json(one) for one in known]})
        return
    columns = ("name", "label", "file", "import", "sections", "cannot hold")
    say_table(columns, [_as_cells(one) for one in known])


def _as_json(one: Format) -> dict[str, object]:
    return {
        "name": one.name,
        "label": one.label,
        "description": one.description,
        "media_type": one.media_type,
        "extension": one.extension,
        "sections": [section.value for section in one.sections],
        "is_bundle": one.is_bundle,
        "importable": one.importable,
        "cannot_hold": list(one.cannot_hold),
        "aliases": list(one.aliases),
    }


def _as_cells(one: Format) -> tuple[str, ...]:
    sections = ", ".join(section.value for section in one.sections)
    return (
        one.name,
        one.label,
        one.extension,
        "yes" if one.importable else "no",
        sections,
        ", ".join(one.cannot_hold) or "-",
    )
