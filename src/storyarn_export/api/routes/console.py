"""The web console and the documentation: pages, modules and styles that the wheel carries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from storyarn_export.api import console
from storyarn_export.api.conditional import none_match
from storyarn_export.domain.errors import NotFoundError

router = APIRouter(include_in_schema=False)
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# What the pages do and no more. Nothing of theirs is inline, and no string of theirs becomes markup or script.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A file that browsers ask for."""

    content: bytes
    media_type: str
    etag: str


def _pages() -> Iterator[tuple[str, Page]]:
    for file in files(console).iterdir():
        media_type = MEDIA_TYPES.get(file.name[file.name.rfind(".") :])
        if media_type is not None:
            content = file.read_bytes()
            yield file.name, Page(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')


# All there is, some hundred kilobytes: no path is ever made from what a request says.
PAGES: Mapping[str, Page] = dict(_pages())
IfNoneMatch = Annotated[str | None, Header()]


@router.get("/")
async def get_console(if_none_match: IfNoneMatch = None) -> Response:
    """The web console."""
    return _answer(PAGES["index.html"], if_none_match)


@router.get("/docs")
async def get_documentation(if_none_match: IfNoneMatch = None) -> Response:
    """The documentation of the API, made in the browser from the OpenAPI document."""
    return _answer(PAGES["docs.html"], if_none_match)


@router.get("/console/{name}")
async def get_page_part(name: str, if_none_match: IfNoneMatch = None) -> Response:
    """A module, a style or a picture of the pages.

    Raises:
        NotFoundError: there is none of this name.
    """
    page = PAGES.get(name)
    if page is None:
        raise NotFoundError("There is no such file.")
    return _answer(page, if_none_match)


def _answer(page: Page, if_none_match: str | None) -> Response:
    # Names do not change with the content: browsers keep the files but ask each time, so that an update is whole.
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": PAGE_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "ETag": page.etag,
    }
    if none_match(if_none_match, page.etag):
        return Response(status_code=304, headers=headers)
    return Response(page.content, headers=headers, media_type=page.media_type)
