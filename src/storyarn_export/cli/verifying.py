"""Having the file of an export read back by the server, however long that takes."""

import time
from collections.abc import Mapping
from typing import Any

from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.following import LOST_SECONDS, POLL_SECONDS
from storyarn_export.cli.http_client import ApiClient
from storyarn_export.cli.job import Job
from storyarn_export.cli.output import note
from storyarn_export.cli.refusals import ServerLostError

AT_IT = frozenset({"pending", "running"})


def verify(client: ApiClient, job: Job) -> Mapping[str, Any]:
    """Asks for a verification and waits for its end.

    Args:
        client: to ask with.
        job: a completed export.

    Returns:
        What was found, as the API shows it.

    Raises:
        CommandError: It cannot be verified, the export is gone, or the server has not answered for LOST_SECONDS.
    """
    found = client.verify(job.url)
    if found["status"] in AT_IT:
        note("the server reads the file back")
    heard = time.monotonic()
    while found["status"] in AT_IT:
        time.sleep(POLL_SECONDS)
        try:
            found = client.job(job.url).raw["verification"]
            heard = time.monotonic()
        except ServerLostError:
            if time.monotonic() - heard > LOST_SECONDS:
                raise
    return found


def tell(found: Mapping[str, Any]) -> None:
    """Says what a verification found.

    Raises:
        CommandError: The file differs from what came back, or nobody knows.
    """
    if found["status"] == "equal":
        note(f"{found['entities']} entities come back as they are in the file")
        return
    if found["status"] == "failed":
        error = found["error"]
        raise CommandError(f"the file could not be verified: {error['code']}: {error['message']}")
    for one in found["differences"]:
        was = "" if one["expected"] is None else f": {one['expected']} became {one['found']}"
        note(f"{one['path']}: {one['message']}{was}")
    more = found["difference_count"] - len(found["differences"])
    raise CommandError(f"the file does not come back as it is{f' ({more} more differences)' if more else ''}")
