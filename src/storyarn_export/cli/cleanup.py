"""`cleanup`: removes what time has made useless, now."""

from datetime import UTC, datetime

from storyarn_export.bootstrap import Services
from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.logs import configure_logging
from storyarn_export.cli.output import say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, DataDir
from storyarn_export.cli.server_side import with_services
from storyarn_export.exports.cleaned import CleanedUp, What
from storyarn_export.settings import load_settings


def cleanup(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Remove expired files, abandoned uploads, stale imports, and old rows.

    Workers do so by themselves, as STORYARN_CLEANUP_CRON says. It may run at any time, and several times at once.
    """

    async def work(services: Services) -> CleanedUp:
        return await services.clean_up(datetime.now(UTC))

    configure_logging(load_settings(data_dir=data_dir))
    cleaned = with_services(data_dir, work)
    removed = {what.value: cleaned.removed[what] for what in What}
    failures = cleaned.failures.total()
    if as_json:
        say_json({"removed": removed, "failures": failures})
    elif any(removed.values()):
        say_table(("what", "removed"), [(what, number) for what, number in removed.items() if number])
    elif not failures:
        say("there was nothing to remove")
    if failures:
        raise CommandError(f"the store failed {failures} times; what is left is tried again next time")
