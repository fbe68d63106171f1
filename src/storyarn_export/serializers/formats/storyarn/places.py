"""Where rows stand in a native document."""

from storyarn_export.domain.story import Tag
from storyarn_export.serializers.writing.nesting import Arrays, Place

# One object for tags that stand in one array: rows of them alternate without leaving it.
BLOCKS, NODES = Place(1), Place(1)
TABLE = Arrays(("columns", "rows"), wrapper="table_data")
PLACES: dict[Tag, Place] = {
    Tag.SHEET: Place(0, holds=Arrays(("blocks",))),
    Tag.BLOCK: BLOCKS,
    Tag.TEXT_BLOCK: BLOCKS,
    Tag.TABLE_BLOCK: Place(1, holds=TABLE),
    Tag.TABLE_COLUMN: Place(2, 0),
    Tag.TABLE_ROW: Place(2, 1),
    Tag.FLOW: Place(0, holds=Arrays(("nodes", "connections"))),
    Tag.NODE: NODES,
    Tag.DIALOGUE: NODES,
    Tag.FLOW_CONNECTION: Place(1, 1),
    Tag.SCENE: Place(0, holds=Arrays(("layers", "pins", "zones", "connections", "annotations"))),
    Tag.LAYER: Place(1, 0),
    Tag.PIN: Place(1, 1),
    Tag.ZONE: Place(1, 2),
    Tag.SCENE_CONNECTION: Place(1, 3),
    Tag.ANNOTATION: Place(1, 4),
    Tag.SCREENPLAY: Place(0, holds=Arrays(("elements",))),
    Tag.ELEMENT: Place(1),
    Tag.LANGUAGE: Place(0),
    Tag.ASSET: Place(0),
}
PLACE_OF_TAG = {tag.encode(): place for tag, place in PLACES.items()}
