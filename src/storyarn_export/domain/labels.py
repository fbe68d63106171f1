"""Labels of counts, in the one form in which they are stored."""

import json
from collections.abc import Mapping


def printed_labels(labels: Mapping[str, str]) -> str:
    """A JSON object with its names in order, so that equal labels are equal text."""
    return json.dumps(dict(labels), sort_keys=True, separators=(",", ":"))
