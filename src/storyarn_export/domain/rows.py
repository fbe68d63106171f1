"""What the rows that a collector yields hold.

Kinds that come by the hundred thousand come as their values, one column a field, and whoever writes them adds the
names: a server that makes JSON of each row takes twice as long. The others come as one JSON object.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storyarn_export.domain.story import Tag


class Form(StrEnum):
    """How a value stands in its column; where the column holds `null`, there is none.

    - PLAIN: a number or a word that needs no escape, never null; shown as a string
    - FLAG: `t` or `f`
    - FLOAT: the shortest text that reads back the same, never null; a fraction or exponent may be missing
    - JSON: a JSON value as it shall stand
    """

    PLAIN = "plain"
    FLAG = "flag"
    FLOAT = "float"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a row; `name` is that of the native format."""

    name: str
    form: Form


def _fields(**forms: Form) -> tuple[Field, ...]:
    return tuple(Field(name, form) for name, form in forms.items())


_NODE = _fields(
    id=Form.PLAIN,
    type=Form.PLAIN,
    position_x=Form.FLOAT,
    position_y=Form.FLOAT,
    source=Form.PLAIN,
    data=Form.JSON,
)
_BLOCK = _fields(
    id=Form.PLAIN,
    type=Form.PLAIN,
    position=Form.JSON,
    config=Form.JSON,
    value=Form.JSON,
    is_constant=Form.FLAG,
    variable_name=Form.JSON,
    scope=Form.JSON,
    required=Form.FLAG,
    detached=Form.FLAG,
    inherited_from_block_id=Form.JSON,
    column_group_id=Form.JSON,
    column_index=Form.JSON,
)

# What a text's row holds of its string, then the locale code, then the translation. Strings differ in the first three.
STRING_KEYS = 3
STRING_FIELDS = _fields(
    source_type=Form.PLAIN,
    source_id=Form.PLAIN,
    source_field=Form.JSON,
    source_text=Form.JSON,
    source_text_hash=Form.JSON,
    speaker_sheet_id=Form.JSON,
)
TRANSLATION_FIELDS = _fields(
    translated_text=Form.JSON,
    status=Form.JSON,
    vo_status=Form.JSON,
    vo_asset_id=Form.JSON,
    translator_notes=Form.JSON,
    reviewer_notes=Form.JSON,
    word_count=Form.JSON,
    machine_translated=Form.FLAG,
    last_translated_at=Form.JSON,
    last_reviewed_at=Form.JSON,
)
# What a glossary row holds of its entry, in all of which entries differ; then the locale code, then the term.
TERM_FIELDS = _fields(
    source_term=Form.JSON, source_locale=Form.JSON, do_not_translate=Form.FLAG, context=Form.JSON
)

# The columns of each tag's rows, in order; statements in `collector/queries/` list the same.
FIELDS: Mapping[Tag, tuple[Field, ...]] = {
    Tag.BLOCK: _BLOCK,
    Tag.TEXT_BLOCK: _BLOCK,
    Tag.TABLE_BLOCK: _BLOCK,
    Tag.TABLE_ROW: _fields(
        id=Form.PLAIN, name=Form.JSON, slug=Form.JSON, position=Form.JSON, cells=Form.JSON
    ),
    Tag.NODE: _NODE,
    Tag.DIALOGUE: _NODE,
    Tag.FLOW_CONNECTION: _fields(
        id=Form.PLAIN,
        source_node_id=Form.PLAIN,
        source_pin=Form.JSON,
        target_node_id=Form.PLAIN,
        target_pin=Form.JSON,
        label=Form.JSON,
    ),
    Tag.TEXT: (*STRING_FIELDS, Field("locale_code", Form.JSON), *TRANSLATION_FIELDS),
    Tag.TERM: (*TERM_FIELDS, *_fields(target_locale=Form.JSON, target_term=Form.JSON)),
}


def place_of(tag: Tag, name: str) -> int:
    """Which column of a tag's rows holds a field, counted from 0."""
    return [field.name for field in FIELDS[tag]].index(name)
