"""Documents up to renamed ids: what two of them must have in common to be the same.

Written against the contract alone, without the code that it judges. Ids become `kind:n` by order of appearance; a
reference to what is not in the document becomes what an importer must make of it: nothing.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

Json = Any
MISSING = None
SPAN = re.compile(r"""<span\b(?:"[^"]*"|'[^']*'|[^"'>])*>""", re.IGNORECASE)
CLASS = re.compile(r"""\sclass\s*=\s*(["'])[^"']*\bmention\b[^"']*\1""", re.IGNORECASE)
TYPE = re.compile(r"""\sdata-type\s*=\s*(["'])(sheet|flow)\1""", re.IGNORECASE)
ID = re.compile(r"""(\sdata-id\s*=\s*(["']))([^"']*)(\2)""", re.IGNORECASE)
CHILDREN = {
    "sheet": {"blocks": "block"},
    "flow": {"nodes": "node", "connections": "flow_connection"},
    "scene": {
        "layers": "layer",
        "pins": "pin",
        "zones": "zone",
        "connections": "scene_connection",
        "annotations": "annotation",
    },
    "screenplay": {"elements": "element"},
}
PLAIN = {
    "sheet": {"parent_id": "sheet", "avatar_asset_id": "asset", "banner_asset_id": "asset"},
    "block": {"inherited_from_block_id": "block"},
    "flow": {"parent_id": "flow", "scene_id": "scene"},
    "node": {},
    "flow_connection": {"source_node_id": "node", "target_node_id": "node"},
    "scene": {"parent_id": "scene", "background_asset_id": "asset"},
    "layer": {},
    "pin": {"layer_id": "layer", "icon_asset_id": "asset", "sheet_id": "sheet"},
    "zone": {"layer_id": "layer"},
    "scene_connection": {"from_pin_id": "pin", "to_pin_id": "pin"},
    "annotation": {"layer_id": "layer"},
    "screenplay": {"parent_id": "screenplay", "linked_flow_id": "flow", "draft_of_id": "screenplay"},
    "element": {"linked_node_id": "node"},
}


def parse(document: bytes | str) -> Json:
    """Parsed with every digit of its numbers."""
    return json.loads(document, parse_float=Decimal)


class Canonical:
    """The canonical form of one parsed document, in `form`."""

    def __init__(self, document: Json) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._subflows: set[str] = set()
        numbers: defaultdict[str, Iterator[int]] = defaultdict(count)
        for kind, entity, _ in walk(document):
            self._names[kind, str(entity["id"])] = f"{kind}:{next(numbers[kind])}"
            if kind == "node" and entity["type"] == "subflow":
                self._subflows.add(str(entity["id"]))
        self.form = self._document(document)

    def _document(self, document: Json) -> Json:
        form = {key: value for key, value in document.items() if key not in ("exported_at", "metadata")}
        form["project"] = {key: document["project"].get(key) for key in ("name", "description", "settings")}
        form["statistics"] = document.get("metadata", {}).get("statistics")
        for section in ("sheets", "flows", "scenes", "screenplays"):
            if section in document:
                form[section] = [self._entity(section[:-1], one) for one in document[section]]
        if "localization" in document:
            localization = document["localization"]
            strings = [self._string(one) for one in localization["strings"]]
            form["localization"] = {**localization, "strings": strings}
        if "assets" in document:
            items = [{**one, "id": self._name("asset", one["id"])} for one in document["assets"]["items"]]
            form["assets"] = {"mode": document["assets"]["mode"], "items": items}
        return form

    def _name(self, kind: str, old: Json) -> str | None:
        return self._names.get((kind, str(old)), MISSING)

    def _entity(self, kind: str, entity: Json) -> Json:
        form = {**entity, "id": self._name(kind, entity["id"])}
        for key, target in PLAIN.get(kind, {}).items():
            form[key] = self._name(target, entity[key])
        for key, child in CHILDREN.get(kind, {}).items():
            form[key] = [self._entity(child, one) for one in entity[key]]
        for key in ("description", "content"):
            if key in entity:
                form[key] = self._texts(entity[key])
        special: dict[str, Callable[[Json, Json], None]] = {
            "sheet": self._sheet,
            "block": self._block,
            "node": self._node,
            "flow_connection": self._flow_connection,
            "pin": self._target,
            "zone": self._target,
            "element": self._element,
        }
        if kind in special:
            special[kind](entity, form)
        return form

    def _sheet(self, entity: Json, form: Json) -> None:
        hidden = [self._name("block", one) for one in entity["hidden_inherited_block_ids"]]
        form["hidden_inherited_block_ids"] = [one for one in hidden if one is not MISSING]

    def _block(self, entity: Json, form: Json) -> None:
        value = self._texts(entity["value"])
        if entity["type"] == "reference" and isinstance(value, dict) and value.get("target_id") is not None:
            kind = value.get("target_type")
            named = self._typed(kind if kind in ("sheet", "flow") else "", value["target_id"])
            value = {**value, "target_id": named, "target_type": kind if named is not None else None}
        form["value"] = value
        if "table_data" in entity:
            form["table_data"] = {
                key: [
                    {
                        **one,
                        "id": self._name({"columns": "table_column", "rows": "table_row"}[key], one["id"]),
                    }
                    for one in listed
                ]
                for key, listed in entity["table_data"].items()
            }

    def _node(self, entity: Json, form: Json) -> None:
        data = self._texts(entity["data"])
        form["data"] = data
        if not isinstance(data, dict):
            return
        keys = {
            "dialogue": {"speaker_sheet_id": "sheet", "audio_asset_id": "asset"},
            "scene": {"location_sheet_id": "sheet", "scene_id": "scene"},
            "subflow": {"referenced_flow_id": "flow"},
            "exit": {"referenced_flow_id": "flow"},
        }.get(entity["type"], {})
        self._refer(data, keys)
        if entity["type"] == "dialogue" and isinstance(data.get("dual_dialogue"), dict):
            self._refer(data["dual_dialogue"], keys)
        if entity["type"] == "exit" and data.get("target_type") in ("scene", "flow"):
            self._refer(data, {"target_id": data["target_type"]})

    def _element(self, _: Json, form: Json) -> None:
        data = form["data"] = self._texts(form["data"])
        if not isinstance(data, dict):
            return
        self._refer(data, {"sheet_id": "sheet"})
        for side in ("left", "right"):
            if isinstance(data.get(side), dict):
                self._refer(data[side], {"sheet_id": "sheet"})
        for choice in data.get("choices") or []:
            if isinstance(choice, dict):
                self._refer(choice, {"linked_screenplay_id": "screenplay"})

    def _flow_connection(self, entity: Json, form: Json) -> None:
        pin = entity["source_pin"]
        if str(entity["source_node_id"]) in self._subflows and pin.startswith("exit_"):
            named = self._name("node", pin.removeprefix("exit_"))
            if named is not None:
                form["source_pin"] = f"exit_{named}"
            elif pin.removeprefix("exit_").removeprefix("-").isdigit():
                form["source_pin"] = "exit_?" + pin.removeprefix("exit_").removeprefix("-")

    def _target(self, entity: Json, form: Json) -> None:
        if entity["target_type"] in ("sheet", "flow", "scene"):
            form["target_id"] = self._name(entity["target_type"], entity["target_id"])
            if form["target_id"] is None:
                form["target_type"] = None

    def _string(self, entity: Json) -> Json:
        kind = {"flow_node": "node"}.get(entity["source_type"], entity["source_type"])
        form = {**entity, "source_id": self._name(kind, entity["source_id"])}
        translations = {
            locale: self._translation({**one, "vo_asset_id": self._name("asset", one["vo_asset_id"])})
            for locale, one in entity["translations"].items()
        }
        return {**self._translation(form), "translations": translations}

    def _translation(self, entity: Json) -> Json:
        form = dict(entity)
        for key in ("last_translated_at", "last_reviewed_at"):
            if entity.get(key):
                form[key] = datetime.fromisoformat(entity[key])
        if "speaker_sheet_id" in entity:
            form["speaker_sheet_id"] = self._name("sheet", entity["speaker_sheet_id"])
        for key in ("source_text", "translated_text"):
            if key in entity:
                form[key] = self._texts(entity[key])
        if entity.get("source_text") and form["source_text"] != entity["source_text"]:
            digest = hashlib.sha256(entity["source_text"].encode()).hexdigest()
            form["source_text_hash"] = ("fits", digest == entity["source_text_hash"])
        return form

    def _refer(self, holder: Json, keys: dict[str, str]) -> None:
        for key, kind in keys.items():
            if holder.get(key) not in (None, ""):
                holder[key] = self._typed(kind, holder[key])

    def _typed(self, kind: str, old: Json) -> Json:
        named = self._name(kind, old)
        return (
            None
            if named is None
            else {"refers to": named, "as": "text" if isinstance(old, str) else "number"}
        )

    def _texts(self, value: Json) -> Json:
        match value:
            case str():
                return SPAN.sub(self._mention, value)
            case dict():
                return {key: self._texts(child) for key, child in value.items()}
            case list():
                return [self._texts(child) for child in value]
            case _:
                return value

    def _mention(self, span: re.Match[str]) -> str:
        kind = TYPE.search(span[0])
        if kind is None or not CLASS.search(span[0]):
            return span[0]
        return ID.sub(lambda found: found[1] + (self._name(kind[2], found[3]) or "") + found[4], span[0])


def canonical(document: Json) -> Json:
    """The canonical form of a parsed document."""
    return Canonical(document).form


def walk(document: Json) -> Iterator[tuple[str, Json, Json]]:
    """Every entity that has an id, with its kind and what holds it, in the order of the document."""
    for section in ("sheets", "flows", "scenes", "screenplays"):
        for root in document.get(section) or []:
            kind = section[:-1]
            yield kind, root, None
            for key, child in CHILDREN[kind].items():
                for one in root.get(key) or []:
                    yield child, one, root
                    table = one.get("table_data") or {} if child == "block" else {}
                    for column in table.get("columns") or []:
                        yield "table_column", column, one
                    for row in table.get("rows") or []:
                        yield "table_row", row, one
    for asset in (document.get("assets") or {}).get("items") or []:
        yield "asset", asset, None


def differences(left: Json, right: Json, path: str = "$") -> Iterator[str]:
    """Where two values differ, one line each."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            if key not in left or key not in right:
                yield f"{path}.{key}: only on the {'right' if key in right else 'left'}"
            else:
                yield from differences(left[key], right[key], f"{path}.{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif left != right or isinstance(left, bool) != isinstance(right, bool):
        yield f"{path}: {str(left)[:200]!r} != {str(right)[:200]!r}"
