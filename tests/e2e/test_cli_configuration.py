"""docs/configuration.md says what the settings are."""

import re
from pathlib import Path

from storyarn_export.cli.settings_table import as_text
from storyarn_export.settings import PREFIX, Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
ROW = re.compile(rf"^\| `({PREFIX}\w+)` \| (?:`(.*)`)? ?\| (.*) \|$", re.MULTILINE)
OF_CLIENTS = {"STORYARN_SERVER", "STORYARN_TOKEN"}


def test_every_setting_is_documented_once_with_its_default_and_meaning() -> None:
    documented = [row for row in ROW.findall(DOCUMENT.read_text()) if row[0] not in OF_CLIENTS]
    declared = [
        (f"{PREFIX}{name.upper()}", as_text(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    assert sorted(documented) == sorted(declared)
