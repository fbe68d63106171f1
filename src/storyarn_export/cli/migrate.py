"""`migrate`: the schema to its newest revision."""

from storyarn_export.cli.output import say, say_json
from storyarn_export.cli.parameters import AsJson, DataDir
from storyarn_export.cli.server_side import bring_to_head, connection_errors, database
from storyarn_export.settings import load_settings


def migrate(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Bring the schema to its newest revision.

    May run at any time, and several times at once.
    """
    settings = load_settings(data_dir=data_dir)
    with database(settings) as url, connection_errors(url):
        before, after = bring_to_head(url)
    if as_json:
        say_json({"before": before, "after": after, "migrated": before != after})
    elif before == after:
        say(f"the schema is at its newest revision, {after}")
    else:
        say(f"the schema went from {before or 'nothing'} to {after}")
