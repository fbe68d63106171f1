"""Builders of native documents: each entity with defaults, each overridable."""

import json
from itertools import count
from typing import Any

Json = dict[str, Any]


def encode(document: Json) -> bytes:
    """A document as bytes."""
    return json.dumps(document, ensure_ascii=False).encode()


def document(**sections: Any) -> Json:
    """An empty project, and what is given."""
    return {
        "storyarn_version": "1.0.0",
        "export_version": "1.0.0",
        "exported_at": "2026-02-24T15:30:00Z",
        "project": {"id": "1", "name": "Tale", "slug": "tale", "description": None, "settings": {}},
        "sheets": [],
        "flows": [],
        "scenes": [],
        "screenplays": [],
        "localization": {"source_language": "en", "languages": [], "strings": [], "glossary": []},
        "assets": {"mode": "references", "base_url": None, "items": []},
        "metadata": {},
        **sections,
    }


def _root(old_id: int, name: str) -> Json:
    return {
        "id": str(old_id),
        "shortcut": None,
        "name": name,
        "description": None,
        "parent_id": None,
        "position": 0,
    }


def sheet(old_id: int, name: str = "Sheet", **fields: Any) -> Json:
    return {
        **_root(old_id, name),
        "color": None,
        "avatar_asset_id": None,
        "banner_asset_id": None,
        "hidden_inherited_block_ids": [],
        "current_version_id": None,
        "blocks": [],
        **fields,
    }


def block(old_id: int, kind: str = "text", **fields: Any) -> Json:
    table: Json = {"table_data": {"columns": [], "rows": []}} if kind == "table" else {}
    return {
        "id": str(old_id),
        "type": kind,
        "position": 0,
        "config": {"label": "L"},
        "value": {},
        "is_constant": False,
        "variable_name": None,
        "scope": "self",
        "required": False,
        "detached": False,
        "inherited_from_block_id": None,
        "column_group_id": None,
        "column_index": 0,
        **table,
        **fields,
    }


def column(old_id: int, slug: str, **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "name": slug.title(),
        "slug": slug,
        "type": "number",
        "is_constant": False,
        "required": False,
        "position": 0,
        "config": {},
        **fields,
    }


def table_row(old_id: int, slug: str, **fields: Any) -> Json:
    return {"id": str(old_id), "name": slug.title(), "slug": slug, "position": 0, "cells": {}, **fields}


def flow(old_id: int, name: str = "Flow", **fields: Any) -> Json:
    return {
        **_root(old_id, name),
        "is_main": False,
        "settings": {},
        "scene_id": None,
        "nodes": [],
        "connections": [],
        **fields,
    }


def node(old_id: int, kind: str = "hub", data: Any = None, **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "type": kind,
        "position_x": 0.0,
        "position_y": 0.0,
        "source": "manual",
        "data": {} if data is None else data,
        **fields,
    }


def wire(old_id: int, source: int, target: int, pin: str = "output", **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "source_node_id": str(source),
        "source_pin": pin,
        "target_node_id": str(target),
        "target_pin": "input",
        "label": None,
        **fields,
    }


def scene(old_id: int, name: str = "Scene", **fields: Any) -> Json:
    return {
        **_root(old_id, name),
        "background_asset_id": None,
        "width": None,
        "height": None,
        "default_zoom": 1.0,
        "default_center_x": 50.0,
        "default_center_y": 50.0,
        "scale_unit": None,
        "scale_value": None,
        "layers": [],
        "pins": [],
        "zones": [],
        "connections": [],
        "annotations": [],
        **fields,
    }


def layer(old_id: int, **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "name": "Layer",
        "is_default": False,
        "position": 0,
        "visible": True,
        "fog_enabled": False,
        "fog_color": "#000000",
        "fog_opacity": 0.85,
        **fields,
    }


def pin(old_id: int, **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "layer_id": None,
        "position_x": 0.0,
        "position_y": 100.0,
        "pin_type": "location",
        "icon": None,
        "color": None,
        "opacity": 1.0,
        "label": None,
        "target_type": None,
        "target_id": None,
        "tooltip": None,
        "size": "md",
        "position": 0,
        "locked": False,
        "icon_asset_id": None,
        "sheet_id": None,
        "action_type": "none",
        "action_data": {},
        "condition": None,
        "condition_effect": "hide",
        **fields,
    }


def zone(old_id: int, **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "name": "Zone",
        "layer_id": None,
        "vertices": [{"x": 0, "y": 0}, {"x": 100, "y": 0}, {"x": 100, "y": 100}],
        "fill_color": None,
        "border_color": None,
        "border_width": 2,
        "border_style": "solid",
        "opacity": 0.3,
        "target_type": None,
        "target_id": None,
        "tooltip": None,
        "position": 0,
        "locked": False,
        "action_type": "none",
        "action_data": {},
        "condition": None,
        "condition_effect": "hide",
        **fields,
    }


def line(old_id: int, source: int, target: int, **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "from_pin_id": str(source),
        "to_pin_id": str(target),
        "line_style": "solid",
        "line_width": 2,
        "color": None,
        "label": None,
        "show_label": True,
        "bidirectional": True,
        "waypoints": [],
        **fields,
    }


def annotation(old_id: int, text: str = "Note", **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "text": text,
        "position_x": 0.0,
        "position_y": 0.0,
        "font_size": "md",
        "color": None,
        "layer_id": None,
        "position": 0,
        "locked": False,
        **fields,
    }


def screenplay(old_id: int, name: str = "Screenplay", **fields: Any) -> Json:
    return {
        **_root(old_id, name),
        "linked_flow_id": None,
        "draft_label": None,
        "draft_status": "active",
        "draft_of_id": None,
        "elements": [],
        **fields,
    }


def element(old_id: int, kind: str = "action", content: str | None = "", **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "type": kind,
        "content": content,
        "position": 0,
        "data": {},
        "depth": 0,
        "branch": None,
        "linked_node_id": None,
        **fields,
    }


def language(code: str, **fields: Any) -> Json:
    return {"locale_code": code, "name": code.upper(), "is_source": False, "position": 0, **fields}


def string(kind: str, old_id: int, field: str = "text", text: str | None = "Text", **fields: Any) -> Json:
    return {
        "source_type": kind,
        "source_id": str(old_id),
        "source_field": field,
        "source_text": text,
        "source_text_hash": None,
        "speaker_sheet_id": None,
        "translations": {"de": translation()},
        **fields,
    }


def translation(**fields: Any) -> Json:
    return {
        "translated_text": None,
        "status": "pending",
        "vo_status": "none",
        "vo_asset_id": None,
        "translator_notes": None,
        "reviewer_notes": None,
        "word_count": None,
        "machine_translated": False,
        "last_translated_at": None,
        "last_reviewed_at": None,
        **fields,
    }


def term(source: str, translations: dict[str, str | None], **fields: Any) -> Json:
    return {
        "source_term": source,
        "source_locale": "en",
        "do_not_translate": False,
        "context": None,
        "translations": translations,
        **fields,
    }


def asset(old_id: int, filename: str = "a.png", **fields: Any) -> Json:
    return {
        "id": str(old_id),
        "filename": filename,
        "content_type": "image/png",
        "size": 1,
        "key": f"projects/1/{old_id}",
        "url": None,
        "metadata": {},
        **fields,
    }


def mention(kind: str, old_id: int) -> str:
    """A mention as the editor writes it."""
    return f'<span class="mention" data-type="{kind}" data-id="{old_id}">@</span>'


def response(old_id: Any, **fields: Any) -> Json:
    return {
        "id": old_id,
        "text": "R",
        "condition": None,
        "instruction": None,
        "instruction_assignments": [],
        **fields,
    }


class Ids:
    """Fresh ids for the many entities whose id does not matter."""

    def __init__(self, start: int) -> None:
        self._numbers = count(start)

    def __call__(self) -> int:
        return next(self._numbers)
