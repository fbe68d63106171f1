"""Types, limits and defaults of every field: those of the database's columns, so that what passes can be stored."""

import re
from collections.abc import Mapping

from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.fields import (
    EXPECTED,
    REQUIRED,
    Field,
    choice,
    flag,
    integer,
    matching,
    moment,
    number,
    old_id,
    old_ids,
    rich_text,
    text,
    uuid,
)
from storyarn_export.parsers.formats.storyarn.user_json import (
    Print,
    cut_block_value,
    cut_element_data,
    cut_node_data,
    user_json,
)

NODE_TYPES = ("entry", "exit", "dialogue", "condition", "instruction", "hub", "jump", "subflow", "scene")
COLUMN_TYPES = ("number", "text", "boolean", "select", "multi_select", "date", "reference")
BLOCK_TYPES = (*COLUMN_TYPES, "rich_text", "table")
ELEMENT_TYPES = (
    "scene_heading",
    "action",
    "character",
    "dialogue",
    "parenthetical",
    "transition",
    "dual_dialogue",
    "conditional",
    "instruction",
    "response",
    "hub_marker",
    "jump_marker",
    "note",
    "section",
    "page_break",
    "title_page",
)
SOURCE_TYPES = ("flow_node", "block", "sheet", "flow", "screenplay")
CONTENT_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "audio/mpeg",
    "audio/wav",
    "audio/ogg",
    "audio/webm",
    "application/pdf",
)
SHORTCUT = re.compile(r"[a-z0-9]([a-z0-9.\-]*[a-z0-9])?")
MAX_NAME = 200
MAX_SHORTCUT = 50
MAX_DESCRIPTION = 2000
MAX_COLUMN = 255
MAX_ASSET_BYTES = 20_000_000
# A key is indexed, and an index entry holds at most a third of a page.
MAX_KEY_LENGTH = 600
MAX_LOCALE = 10

NAME = Field(text(MAX_NAME, 1), REQUIRED, REQUIRED)
WORD = Field(text(MAX_COLUMN), REQUIRED, REQUIRED)
REFERENCE = Field(old_id)
POSITION = Field(integer(), 0, 0)
PERCENT = Field(number(0, 100), REQUIRED, REQUIRED)
COLOR = Field(text(20))
LABEL = Field(text(200))
TOOLTIP = Field(text(500))
OPTIONAL_TEXT = Field(text())
EFFECT = Field(choice("hide", "disable"), "hide")
SIZE = Field(choice("sm", "md", "lg"), "md")
STYLE = Field(choice("solid", "dashed", "dotted"), "solid")


def columns(printed: Print) -> Mapping[Kind, Mapping[str, Field]]:
    """How the fields of each kind are read.

    Args:
        printed: prints a parsed JSON value.
    """
    return {
        **_sheet_fields(printed),
        **_flow_fields(printed),
        **_scene_fields(printed),
        **_screenplay_fields(printed),
        **_localization_fields(),
        **_asset_fields(printed),
    }


def _root(most_description: int | None = MAX_DESCRIPTION) -> dict[str, Field]:
    shortcut = matching(
        SHORTCUT.fullmatch, "a shortcut: a-z and 0-9, with dots and hyphens inside", MAX_SHORTCUT
    )
    return {
        "shortcut": Field(shortcut),
        "name": NAME,
        "description": Field(rich_text("description", most_description)),
        "parent_id": REFERENCE,
        "position": POSITION,
    }


def _sheet_fields(printed: Print) -> dict[Kind, dict[str, Field]]:
    anything = Field(user_json(printed), "{}")
    settled = Field(user_json(printed), "{}", "null")
    return {
        Kind.SHEET: {
            **_root(None),
            "color": COLOR,
            "avatar_asset_id": REFERENCE,
            "banner_asset_id": REFERENCE,
            "hidden_inherited_block_ids": Field(old_ids, [], []),
        },
        Kind.BLOCK: {
            "type": WORD,
            "position": POSITION,
            "config": anything,
            "value": Field(user_json(printed, cut_block_value), "{}"),
            "is_constant": Field(flag, default=False, null=False),
            "variable_name": Field(text(MAX_COLUMN)),
            "scope": Field(choice("self", "children"), "self"),
            "required": Field(flag, default=False),
            "detached": Field(flag, default=False),
            "inherited_from_block_id": REFERENCE,
            "column_group_id": Field(uuid),
            "column_index": Field(integer(0, 2), 0),
        },
        Kind.TABLE_COLUMN: {
            "name": WORD,
            "slug": WORD,
            "type": Field(text(MAX_COLUMN), "number", "number"),
            "is_constant": Field(flag, default=False, null=False),
            "required": Field(flag, default=False, null=False),
            "position": POSITION,
            "config": settled,
        },
        Kind.TABLE_ROW: {"name": WORD, "slug": WORD, "position": POSITION, "cells": settled},
    }


def _flow_fields(printed: Print) -> dict[Kind, dict[str, Field]]:
    return {
        Kind.FLOW: {
            **_root(),
            "is_main": Field(flag, default=False, null=False),
            "settings": Field(user_json(printed), "{}"),
            "scene_id": REFERENCE,
        },
        Kind.NODE: {
            "type": WORD,
            "position_x": Field(number(), 0.0, 0.0),
            "position_y": Field(number(), 0.0, 0.0),
            "source": Field(choice("manual", "screenplay_sync"), "manual", "manual"),
            "data": Field(user_json(printed, cut_node_data), "{}"),
        },
        Kind.FLOW_CONNECTION: {
            "source_node_id": Field(old_id, REQUIRED, REQUIRED),
            "source_pin": Field(text(100), REQUIRED, REQUIRED),
            "target_node_id": Field(old_id, REQUIRED, REQUIRED),
            "target_pin": Field(text(100), REQUIRED, REQUIRED),
            "label": LABEL,
        },
    }


def _scene_fields(printed: Print) -> dict[Kind, dict[str, Field]]:
    opacity = number(0, 1)
    measure = Field(integer(1))
    marker = {
        "target_id": REFERENCE,
        "tooltip": TOOLTIP,
        "position": POSITION,
        "layer_id": REFERENCE,
        "condition": Field(user_json(printed)),
        "condition_effect": EFFECT,
    }
    return {
        Kind.SCENE: {
            **_root(),
            "background_asset_id": REFERENCE,
            "width": measure,
            "height": measure,
            "default_zoom": Field(number(0, above=True), 1.0),
            "default_center_x": Field(number(0, 100), 50.0),
            "default_center_y": Field(number(0, 100), 50.0),
            "scale_unit": Field(text(50)),
            "scale_value": Field(number(0, above=True)),
        },
        Kind.LAYER: {
            "name": NAME,
            "is_default": Field(flag, default=False),
            "position": POSITION,
            "visible": Field(flag, default=True),
            "fog_enabled": Field(flag, default=False, null=False),
            "fog_color": Field(text(20), "#000000"),
            "fog_opacity": Field(opacity, 0.85),
        },
        Kind.PIN: {
            **marker,
            "position_x": PERCENT,
            "position_y": PERCENT,
            "pin_type": Field(choice("location", "character", "event", "custom"), "location"),
            "icon": Field(text(100)),
            "color": COLOR,
            "opacity": Field(opacity, 1.0),
            "label": LABEL,
            "target_type": Field(choice("sheet", "flow", "scene", "url")),
            "size": SIZE,
            "locked": Field(flag, default=False, null=False),
            "icon_asset_id": REFERENCE,
            "sheet_id": REFERENCE,
            "action_type": Field(choice("none", "instruction", "display"), "none"),
            "action_data": Field(user_json(printed), "{}"),
        },
        Kind.ZONE: {
            **marker,
            "name": NAME,
            "vertices": Field(user_json(printed), REQUIRED, "null"),
            "fill_color": COLOR,
            "border_color": COLOR,
            "border_width": Field(integer(0), 2),
            "border_style": STYLE,
            "opacity": Field(opacity, 0.3),
            "target_type": Field(choice("sheet", "flow", "scene")),
            "locked": Field(flag, default=False),
            "action_type": Field(choice("none", "instruction", "display"), "none"),
            "action_data": Field(user_json(printed), "{}", "null"),
        },
        Kind.SCENE_CONNECTION: {
            "from_pin_id": Field(old_id, REQUIRED, REQUIRED),
            "to_pin_id": Field(old_id, REQUIRED, REQUIRED),
            "line_style": STYLE,
            "line_width": Field(integer(0, 10), 2),
            "color": COLOR,
            "label": LABEL,
            "show_label": Field(flag, default=True, null=True),
            "bidirectional": Field(flag, default=True),
            "waypoints": Field(user_json(printed), "[]"),
        },
        Kind.ANNOTATION: {
            "text": Field(text(500, 1), REQUIRED, REQUIRED),
            "position_x": PERCENT,
            "position_y": PERCENT,
            "font_size": SIZE,
            "color": COLOR,
            "layer_id": REFERENCE,
            "position": POSITION,
            "locked": Field(flag, default=False),
        },
    }


def _screenplay_fields(printed: Print) -> dict[Kind, dict[str, Field]]:
    return {
        Kind.SCREENPLAY: {
            **_root(),
            "linked_flow_id": REFERENCE,
            "draft_label": Field(text(MAX_COLUMN)),
            "draft_status": Field(text(MAX_COLUMN), "active"),
            "draft_of_id": REFERENCE,
        },
        Kind.ELEMENT: {
            "type": WORD,
            "content": Field(rich_text("content"), ""),
            "position": Field(integer(0), 0, 0),
            "data": Field(user_json(printed, cut_element_data), "{}"),
            "depth": Field(integer(0), 0),
            "branch": Field(choice("true", "false")),
            "linked_node_id": REFERENCE,
        },
    }


def _localization_fields() -> dict[Kind, dict[str, Field]]:
    locale = Field(text(MAX_LOCALE), REQUIRED, REQUIRED)
    return {
        Kind.LANGUAGE: {
            "locale_code": Field(text(MAX_LOCALE, 2), REQUIRED, REQUIRED),
            "name": Field(text(100, 1), REQUIRED, REQUIRED),
            "is_source": Field(flag),
            "position": POSITION,
        },
        Kind.LOCALIZED_TEXT: {
            "source_type": WORD,
            "source_id": Field(old_id, REQUIRED, REQUIRED),
            "source_field": WORD,
            "source_text": Field(rich_text("source_text")),
            "source_text_hash": Field(text(64)),
            "speaker_sheet_id": REFERENCE,
            "locale_code": locale,
            "translated_text": Field(rich_text("translated_text")),
            "status": Field(choice("pending", "draft", "in_progress", "review", "final"), "pending"),
            "vo_status": Field(choice("none", "needed", "recorded", "approved"), "none"),
            "vo_asset_id": REFERENCE,
            "translator_notes": OPTIONAL_TEXT,
            "reviewer_notes": OPTIONAL_TEXT,
            "word_count": Field(integer()),
            "machine_translated": Field(flag, default=False, null=False),
            "last_translated_at": Field(moment),
            "last_reviewed_at": Field(moment),
        },
        Kind.GLOSSARY_ENTRY: {
            "source_term": WORD,
            "source_locale": locale,
            "do_not_translate": Field(flag, default=False, null=False),
            "context": OPTIONAL_TEXT,
            "target_locale": locale,
            "target_term": OPTIONAL_TEXT,
        },
    }


def _asset_fields(printed: Print) -> dict[Kind, dict[str, Field]]:
    return {
        Kind.ASSET: {
            "filename": Field(text(MAX_COLUMN, 1), EXPECTED, EXPECTED),
            "content_type": Field(choice(*CONTENT_TYPES), EXPECTED, EXPECTED),
            "size": Field(integer(1, MAX_ASSET_BYTES), EXPECTED, EXPECTED),
            "key": Field(text(MAX_KEY_LENGTH, 1), REQUIRED, REQUIRED),
            "url": OPTIONAL_TEXT,
            "metadata": Field(user_json(printed), "{}"),
        }
    }
