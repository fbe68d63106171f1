"""What the server says is wrong, as an error of the command."""

from typing import Any

import httpx

from storyarn_export.cli.failures import CommandError


class NotCancellableError(CommandError):
    """The export is over."""


class ServerLostError(CommandError):
    """The server does not answer at the moment."""


class BusyServerError(ServerLostError):
    """The server answers that it cannot at the moment (429, 5xx)."""


def refusal(response: httpx.Response) -> CommandError:
    """What the server says is wrong, on one line; its body has been read.

    Returns:
        A BusyServerError when trying again may help.
    """
    kind = BusyServerError if response.status_code == httpx.codes.TOO_MANY_REQUESTS else CommandError
    kind = BusyServerError if response.is_server_error else kind
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem:
        # Without its query: that of a signed URL is as good as a password.
        place = response.request.url.copy_with(query=None)
        return kind(f"{place} answered {response.status_code} {response.reason_phrase}")
    errors = "; ".join(f"{one['path']}: {one['message']}" for one in problem.get("errors", ()))
    reference = f" (request {problem['request_id']})" if "request_id" in problem else ""
    said = f"{problem['code']}: {problem.get('detail') or problem.get('title')}"
    return kind(f"{said}{f' [{errors}]' if errors else ''}{reference}")


def object_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object that answers a request.

    Raises:
        CommandError: it is a refusal, or no answer of this service.
    """
    if not response.is_success:
        raise refusal(response)
    try:
        body = response.json()
    except ValueError as error:
        raise CommandError(f"{response.request.url} did not answer with JSON: is it this service?") from error
    if not isinstance(body, dict):
        raise CommandError(f"{response.request.url} did not answer as this service does")
    return body
