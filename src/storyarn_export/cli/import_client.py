"""The part of the HTTP API that imports are."""

from collections.abc import Iterator
from itertools import islice

from storyarn_export.cli.http_client import PAGE_SIZE, ApiClient
from storyarn_export.cli.importing import FormFile, Import


class ImportClient(ApiClient):
    """Calls the API with one token. A context manager."""

    def bring(self, project_id: str, form: FormFile) -> Import:
        """Sends a file.

        Args:
            project_id: where it is to go.
            form: the file.

        Raises:
            CommandError: The file cannot be read, the server refuses it, or does not answer.
        """
        url = f"/api/projects/{project_id}/imports"
        return Import(self.asked("POST", url, content=iter(form), headers=form.headers))

    def execute(self, url: str, resolution: str) -> Import:
        """Has an import executed.

        Args:
            url: of the import.
            resolution: what becomes of conflicts.

        Raises:
            CommandError: The server refuses, or does not answer.
        """
        return Import(self.asked("POST", f"{url}/execute", json={"conflict_resolution": resolution}))

    def imports(self, project_id: str, *, limit: int) -> Iterator[Import]:
        """The imports of a project, newest first.

        Args:
            project_id: of which project.
            limit: imports at most.

        Raises:
            CommandError: The server refuses, or does not answer.
        """
        pages = self.pages(f"/api/projects/{project_id}/imports", size=min(limit, PAGE_SIZE))
        yield from (Import(one) for one in islice(pages, limit))
