"""What is put right in an entity before it is read: forms of other times that still mean something."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from storyarn_export.domain.story import Kind

MAX_INT64 = 2**63 - 1
INTEGER = re.compile(r"-?[0-9]{1,19}")
# (code, message) of what was changed.
Change = tuple[str, str]
Repair = Callable[[dict[str, Any]], Iterator[Change]]


def _sheet(entity: dict[str, Any]) -> Iterator[Change]:
    """Later versions give a sheet several avatars; the default one is the avatar here."""
    avatars = entity.pop("avatars", None)
    if not isinstance(avatars, list):
        return
    listed = [one for one in avatars if isinstance(one, dict) and one.get("asset_id") is not None]
    chosen = next((one for one in listed if one.get("is_default") is True), listed[0] if listed else None)
    if chosen is not None and entity.get("avatar_asset_id") is None:
        entity["avatar_asset_id"] = chosen["asset_id"]
        listed.remove(chosen)
    if listed:
        yield "avatars-dropped", "only one avatar of a sheet is kept"


def _pin(entity: dict[str, Any]) -> Iterator[Change]:
    yield from _pair(entity)
    if entity.get("target_type") == "url" and not _is_int64(entity["target_id"]):
        entity["target_type"] = entity["target_id"] = None
        yield "target-dropped", "the target of a pin to a URL must be an integer"


def _zone(entity: dict[str, Any]) -> Iterator[Change]:
    yield from _pair(entity)
    if entity.get("action_type") == "navigate":
        entity["action_type"] = "none"
        yield "action-replaced", "the action navigate of old zones became none"


def _pair(entity: dict[str, Any]) -> Iterator[Change]:
    blank = [entity.get(key) in (None, "") for key in ("target_type", "target_id")]
    if any(blank):
        entity["target_type"] = entity["target_id"] = None
    if blank[0] != blank[1]:
        yield "target-dropped", "a target needs both its type and its id"


def _asset(entity: dict[str, Any]) -> Iterator[Change]:
    if entity.get("key") in (None, ""):
        entity["key"] = f"imports/{entity.get('id')}/{entity.get('filename')}"
        yield "key-made", "an asset without a storage key got one"


def _is_int64(value: object) -> bool:
    return (
        not isinstance(value, bool)
        and bool(INTEGER.fullmatch(str(value)))
        and abs(int(str(value))) <= MAX_INT64
    )


REPAIRS: Mapping[Kind, Repair] = {
    Kind.SHEET: _sheet,
    Kind.PIN: _pin,
    Kind.ZONE: _zone,
    Kind.ASSET: _asset,
}
