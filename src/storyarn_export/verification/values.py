"""What a row of a file has to be in a copy of it, and what a row of the copy is in the words of the file."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from storyarn_export.domain.document import FIELDS, DocumentRow, Form, Reference
from storyarn_export.domain.story import Kind
from storyarn_export.verification.emptied import Place

# Ids of the copy are those of the file moved up to where no sequence comes and bigint reaches. Each connection has a
# place there for itself, since two that store the same ids would wait for each other.
LEAST_SHIFT = 4_000_000_000_000_000_000
PLACE_OF_A_CONNECTION = 100_000_000_000
MOST_CONNECTIONS = 4 * 1024 * 1024
MOVED = re.compile(r"(?<![0-9])4[0-9]{18}(?![0-9])")
HOLE = re.compile(r"%(?:%|(\d+)\$s)")
EXIT = "exit_"

# Fields that hold ids, and what of; of those that are not here the row itself tells.
TARGETS = {
    "avatar_asset_id": Kind.ASSET,
    "banner_asset_id": Kind.ASSET,
    "background_asset_id": Kind.ASSET,
    "icon_asset_id": Kind.ASSET,
    "vo_asset_id": Kind.ASSET,
    "hidden_inherited_block_ids": Kind.BLOCK,
    "inherited_from_block_id": Kind.BLOCK,
    "scene_id": Kind.SCENE,
    "layer_id": Kind.LAYER,
    "sheet_id": Kind.SHEET,
    "speaker_sheet_id": Kind.SHEET,
    "linked_flow_id": Kind.FLOW,
    "draft_of_id": Kind.SCREENPLAY,
    "linked_node_id": Kind.NODE,
    "source_pin": Kind.NODE,
}
REFERRING: Mapping[Kind, frozenset[str]] = {
    kind: frozenset(name for name in names if name.endswith(("_id", "_ids", "source_pin")))
    for kind, names in FIELDS.items()
}
# What hidden references refer to that were emptied.
Lost = frozenset[tuple[str, str]]
NOTHING: Lost = frozenset()


def expected_values(row: DocumentRow, emptied: Sequence[Place]) -> Iterator[object]:
    """The values that a row of the file has in the copy, its ids as they are, what was emptied left out."""
    lost = frozenset((one.target, one.old_id) for one in emptied if one.target is not None)
    fields = frozenset(one.field for one in emptied if one.target is None)
    templates = {reference.field for reference in row.references}
    referring = REFERRING[row.kind]
    for name, value in zip(FIELDS[row.kind], row.values, strict=False):
        if name in templates and isinstance(value, str):
            yield _filled(row, name, value, lambda one: _written(one, one.old_id, lost))
        elif fields and name == "target_type" and "target_id" in fields:
            yield None
        elif fields and name in referring:
            yield _without(name, value, fields)
        else:
            yield value


def shift_of(connection_pid: int) -> int:
    """How far the ids of a copy are moved that this connection makes."""
    return LEAST_SHIFT + connection_pid % MOST_CONNECTIONS * PLACE_OF_A_CONNECTION


def copied_values(row: DocumentRow, shift: int) -> Iterator[object]:
    """The values of a row of the copy, its ids as those of the file."""
    templates = {reference.field for reference in row.references}
    referring = REFERRING[row.kind]
    for name, value in zip(FIELDS[row.kind], row.values, strict=False):
        if name in templates and isinstance(value, str):
            yield _filled(row, name, value, lambda one: _written(one, str(back(one.old_id, shift)), NOTHING))
        elif value is not None and name in referring:
            yield back(value, shift)
        else:
            yield value


def target_of(row: DocumentRow, place: Place) -> tuple[Kind, str]:
    """What an emptied reference referred to: kind and id."""
    if place.target is not None:
        return Kind(place.target), place.old_id
    field = place.field.partition("[")[0]
    match field:
        case "parent_id":
            return row.kind, place.old_id
        case "target_id":
            given = dict(zip(FIELDS[row.kind], row.values, strict=False))
            return Kind(str(given["target_type"])), place.old_id
        case _:
            return TARGETS[field], place.old_id.removeprefix(EXIT)


def back(value: object, shift: int) -> object:
    """An id of the copy, or several, as those of the file."""
    if isinstance(value, list | tuple):
        return [back(one, shift) for one in value]
    return MOVED.sub(lambda found: str(int(found[0]) - shift), value) if isinstance(value, str) else value


def _without(name: str, value: object, fields: frozenset[str]) -> object:
    if isinstance(value, list | tuple):
        return [one for place, one in enumerate(value) if f"{name}[{place}]" not in fields]
    return None if name in fields else value


def _filled(row: DocumentRow, name: str, template: str, write: Callable[[Reference], str]) -> str:
    holes = {one.number: one for one in row.references if one.field == name}
    return HOLE.sub(lambda hole: "%" if hole[1] is None else write(holes[int(hole[1])]), template)


def _written(reference: Reference, named: str, lost: Lost) -> str:
    if (reference.target, reference.old_id) in lost:
        return "" if reference.form is Form.MENTION else "null"
    if reference.form is Form.TYPE:
        return f'"{reference.target}"'
    return f'"{named}"' if reference.form is Form.STRING else named
