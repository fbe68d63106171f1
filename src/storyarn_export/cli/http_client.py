"""The HTTP API as the client commands see it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import Any, Self

import httpx

from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.job import Job
from storyarn_export.cli.refusals import (
    NotCancellableError,
    ServerLostError,
    object_of,
    refusal,
)
from storyarn_export.cli.suggestions import did_you_mean

READ_TIMEOUT_SECONDS = 45.0
"""An event stream sends a comment at least every 15 s: what is silent for this long is broken."""
CONNECT_TIMEOUT_SECONDS = 10.0
CONNECT_RETRIES = 2
PAGE_SIZE = 200
MAX_PAGES = 500
"""Of projects, looked through for a slug; of exports, listed."""
CANCEL_TIMEOUT_SECONDS = 5.0
"""Whoever presses Ctrl-C does not wait for longer."""
VERIFY_TIMEOUT_SECONDS = 300.0
"""Small files are read back while we wait, after those of others."""


class ApiClient:
    """Calls the API with one token. A context manager.

    Args:
        server: such as `http://127.0.0.1:8000`.
        token: bearer token.
    """

    def __init__(self, server: str, token: str) -> None:
        self.server = server.rstrip("/")
        self._http = httpx.Client(
            base_url=self.server,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(READ_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            transport=httpx.HTTPTransport(retries=CONNECT_RETRIES),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def project_id(self, project: str) -> str:
        """The id of a project given by id or by slug.

        Raises:
            CommandError: There is none, or the slug stands for several.
        """
        if project.isascii() and project.isdecimal():
            response = self._send("GET", f"/api/projects/{project}")
            if response.status_code != httpx.codes.NOT_FOUND:
                return str(object_of(response)["id"])
        found: list[str] = []
        slugs: set[str] = set()
        for one in self._projects():
            slugs.add(str(one["slug"]))
            if one["slug"] == project:
                found.append(str(one["id"]))
        if not found:
            question = did_you_mean(project, slugs)
            raise CommandError(f"there is no project {project!r} that this token may see.{question}")
        if len(found) > 1:
            raise CommandError(
                f"{project!r} is the slug of several projects: give one of the ids {', '.join(found)}"
            )
        return found[0]

    def request_export(
        self, project_id: str, format_name: str, options: Mapping[str, object], *, key: str, queued: bool
    ) -> Job:
        """Asks for an export.

        Args:
            project_id: of which project.
            format_name: name or alias.
            options: those that differ from the defaults.
            key: makes a repeated request the same one.
            queued: ask for the queue even when the export is small.

        Raises:
            CommandError: The server refuses, or does not answer.
        """
        headers = {"Idempotency-Key": key} | ({"Prefer": "respond-async"} if queued else {})
        body = {"format": format_name, "options": dict(options)}
        return Job(
            object_of(self._send("POST", f"/api/projects/{project_id}/exports", json=body, headers=headers))
        )

    def job(self, url: str) -> Job:
        """A job as it stands now.

        Raises:
            CommandError: There is no such job, or the server does not answer.
        """
        return Job(object_of(self._send("GET", url)))

    def asked(self, method: str, url: str, **request: Any) -> Mapping[str, Any]:
        """The JSON object that answers a request.

        Raises:
            CommandError: The server refuses, or does not answer.
        """
        return object_of(self._send(method, url, **request))

    def jobs(self, project_id: str, *, limit: int) -> Iterator[Job]:
        """The exports of a project, newest first.

        Args:
            project_id: of which project.
            limit: exports at most.

        Raises:
            CommandError: The server refuses, or does not answer.
        """
        pages = self.pages(f"/api/projects/{project_id}/exports", size=min(limit, PAGE_SIZE))
        yield from (Job(one) for one in islice(pages, limit))

    def cancel(self, url: str) -> Job:
        """Cancels an export; one that is cancelled already stays so.

        Raises:
            NotCancellableError: It is over.
            CommandError: There is no such export, or the server does not answer for CANCEL_TIMEOUT_SECONDS.
        """
        response = self._send("POST", f"{url}/cancel", timeout=CANCEL_TIMEOUT_SECONDS)
        if response.status_code == httpx.codes.CONFLICT:
            raise NotCancellableError(str(refusal(response)))
        return Job(object_of(response))

    def verify(self, url: str) -> Mapping[str, Any]:
        """Has the server read the file of an export back; what it has found, or that it is at it.

        Raises:
            CommandError: It cannot be verified, or the server does not answer.
        """
        return object_of(self._send("POST", f"{url}/verify", timeout=VERIFY_TIMEOUT_SECONDS))

    def delete(self, url: str) -> None:
        """Deletes an export and its file, cancelling it first if need be.

        Raises:
            CommandError: There is no such export, or the server does not answer.
        """
        response = self._send("DELETE", url)
        if not response.is_success:
            raise refusal(response)

    @contextmanager
    def stream(
        self, url: str, headers: Mapping[str, str], *, timeout: float = READ_TIMEOUT_SECONDS
    ) -> Iterator[httpx.Response]:
        """The answer to a GET while it arrives; a redirect is followed.

        Args:
            url: what is asked for.
            headers: of the request.
            timeout: seconds of silence that are waited for.

        Another host gets neither the token nor If-Range: it has ETags of its own, and what it is asked for by is good
        for one file only.

        Raises:
            httpx.TransportError: The connection broke; whoever reads the stream knows how to go on.
        """
        waiting = httpx.Timeout(timeout, connect=CONNECT_TIMEOUT_SECONDS)
        with self._http.stream("GET", url, headers=headers, timeout=waiting) as response:
            onward = response.next_request
            if onward is None:
                yield response
                return
        if "Authorization" not in onward.headers:
            onward.headers.pop("If-Range", None)
        response = self._http.send(onward, stream=True, follow_redirects=True)
        try:
            yield response
        finally:
            response.close()

    def _projects(self) -> Iterator[Mapping[str, Any]]:
        return self.pages("/api/projects", size=PAGE_SIZE)

    def pages(self, url: str, *, size: int) -> Iterator[Mapping[str, Any]]:
        """What a list holds, page by page.

        Raises:
            CommandError: The server refuses, or does not answer.
        """
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            params = {"limit": str(size)} | ({"cursor": cursor} if cursor else {})
            page = object_of(self._send("GET", url, params=params))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        try:
            return self._http.request(method, url, **request)
        except httpx.TransportError as error:
            raise ServerLostError(
                f"{self.server} does not answer: {str(error) or type(error).__name__}"
            ) from error
        except httpx.InvalidURL as error:
            raise CommandError(f"{self.server!r} is not the URL of a server: {error}") from error
