"""The statements in the order in which they run, each with the numbers it takes."""

from storyarn_export.domain.story import Kind

Steps = tuple[tuple[str, str], ...]

# Statement and the numbers it takes, in order: what the rows are like must be known before blocks can be counted, and
# a table is filled after those that it refers to.
SHAPES: Steps = (
    ("sentences", "seed sentences words"),
    ("scratch_assets", "assets"),
    ("scratch_sheets", "seed sheets tables words"),
    ("scratch_flows", "seed flows nodes"),
    ("scratch_nodes", "seed flows"),
    ("scratch_exits", ""),
)
LINES: Steps = (
    ("scratch_wires", "seed connections"),
    ("scratch_texts", "seed sentences sheets"),
    ("scratch_answers", "seed sentences"),
)
STRINGS: Steps = (("scratch_strings", "seed spoken translated sheets"),)
SHEETS: Steps = (
    ("scratch_blocks", "seed sheets blocks words"),
    ("scratch_columns", "seed tables columns words"),
    ("scratch_scenes", "scenes layers pins"),
    ("scratch_screenplays", "screenplays elements"),
    ("assets", "project seed"),
    ("sheets", "project seed sentences assets"),
    ("blocks", "seed sentences sheets flows words"),
    ("columns", ""),
    ("rows", "seed tables rows sheets words"),
)
RULES_AND_EFFECTS: Steps = (
    ("scratch_variables", ""),
    ("scratch_rules", "seed rules"),
    ("scratch_conditions", "seed conditions rules"),
    ("scratch_effects", "seed effects"),
    ("scratch_responses", "seed conditions effects"),
)
STORY: Steps = (
    ("scenes", "project seed sentences assets words"),
    ("layers", ""),
    ("pins", "seed sheets flows scenes assets conditions effects"),
    ("zones", "seed zones scenes flows words conditions effects"),
    ("lines", "seed lines scenes"),
    ("annotations", "seed annotations scenes sentences"),
    ("flows", "project seed sentences scenes words"),
    ("nodes", "seed sheets assets scenes sentences conditions effects rules"),
    ("connections", "seed"),
    ("screenplays", "project"),
    ("languages", "project languages"),
    ("elements", "seed sheets screenplays sentences conditions effects"),
    ("scratch_names", "seed names names names sentences"),
    ("texts", "project seed assets"),
    ("glossary", "project terms words"),
)

STATEMENTS: dict[Kind, str] = {
    Kind.SHEET: "sheets",
    Kind.BLOCK: "blocks",
    Kind.TABLE_COLUMN: "columns",
    Kind.TABLE_ROW: "rows",
    Kind.FLOW: "flows",
    Kind.NODE: "nodes",
    Kind.FLOW_CONNECTION: "connections",
    Kind.SCENE: "scenes",
    Kind.LAYER: "layers",
    Kind.PIN: "pins",
    Kind.ZONE: "zones",
    Kind.SCENE_CONNECTION: "lines",
    Kind.ANNOTATION: "annotations",
    Kind.SCREENPLAY: "screenplays",
    Kind.ELEMENT: "elements",
    Kind.LANGUAGE: "languages",
    Kind.LOCALIZED_TEXT: "texts",
    Kind.GLOSSARY_ENTRY: "glossary",
    Kind.ASSET: "assets",
}
"""Which statement makes the rows of a kind."""
