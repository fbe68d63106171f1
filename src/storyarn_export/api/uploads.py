"""One file in a form, taken piece by piece as it arrives. Nothing of it is held but the piece."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from enum import Enum, auto
from typing import Self

from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect

from storyarn_export.domain.errors import UploadError

FIELD = "file"
MAX_FILENAME_LENGTH = 255
UNNAMED = "upload"
# Of what stands around the file in its form: boundaries and headers.
FORM_BYTES = 64 * 1024
MAX_BOUNDARY_LENGTH = 200
# A client that is refused may still be sending; so much is taken from it, so that it comes to read the answer.
DRAIN_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 2.0
# A client that sends nothing for so long has gone, whatever its connection says.
SILENCE_SECONDS = 60


class _Event(Enum):
    """What the form goes on with."""

    BEGIN = auto()
    HEADERS = auto()
    DATA = auto()
    END = auto()


class _Form:
    """A form that is being parsed: bytes in, events out."""

    def __init__(self, boundary: bytes) -> None:
        self.events: deque[tuple[_Event, bytes]] = deque()
        self._name = self._value = b""
        self._disposition = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": lambda: self.events.append((_Event.HEADERS, self._disposition)),
                "on_part_data": lambda data, start, end: self.events.append((_Event.DATA, data[start:end])),
                "on_end": lambda: self.events.append((_Event.END, b"")),
            },
        )

    def feed(self, piece: bytes) -> None:
        """Take bytes of the request.

        Raises:
            UploadError: they are not a form.
        """
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise UploadError("The body is not a form of the kind multipart/form-data.") from error

    def _begin(self) -> None:
        self._disposition = b""
        self.events.append((_Event.BEGIN, b""))

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""


class FileForm:
    """The one file of a form.

    Args:
        pieces: of the file; what comes before them has been read.
        filename: that the client gave, made harmless.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None], filename: str) -> None:
        self.pieces = pieces
        self.filename = filename

    @classmethod
    async def open(cls, request: Request) -> Self:
        """Read up to the file.

        Args:
            request: whose body nobody has read.

        Raises:
            UploadError: the body is not a form with exactly one file in the field `file`. That there is nothing after
                the file is found, and raised, at the end of its pieces.
        """
        pieces = _pieces(request, _boundary(request))
        return cls(pieces, _filename((await anext(pieces)).decode("utf-8", "replace")))


async def body_pieces(request: Request) -> AsyncGenerator[bytes, None]:
    """A body that is the file itself, piece by piece as it arrives.

    Raises:
        UploadError: it ends too early, or nothing more of it comes.
    """
    try:
        async with aclosing(request.stream()) as stream:
            while (piece := await _soon(stream)) is not None:
                yield piece
    except ClientDisconnect as error:
        raise UploadError("The connection ended before the file did.") from error


async def drain(request: Request) -> None:
    """Take some more of a body that is refused, DRAIN_BYTES and DRAIN_SECONDS at most."""
    taken = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS), aclosing(request.stream()) as stream:
            async for piece in stream:
                taken += len(piece)
                if taken > DRAIN_BYTES:
                    return
    except (TimeoutError, ClientDisconnect, RuntimeError):
        # It takes too long, the client is gone, or all has been taken.
        return


async def _pieces(request: Request, boundary: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the raw file name, then the file."""
    form = _Form(boundary)
    parts = 0
    async for event, data in _events(request, form):
        match event:
            case _Event.BEGIN:
                parts += 1
                if parts > 1:
                    raise UploadError(f"The form has more than the one field `{FIELD}`.")
            case _Event.HEADERS:
                yield _filename_of(data)
            case _Event.DATA:
                yield data
            case _Event.END:
                if not parts:
                    raise UploadError(f"The form has no field `{FIELD}`.")
                return
    raise UploadError("The form ends too early.")


async def _events(request: Request, form: _Form) -> AsyncIterator[tuple[_Event, bytes]]:
    try:
        async with aclosing(request.stream()) as stream:
            while (piece := await _soon(stream)) is not None:
                form.feed(piece)
                while form.events:
                    yield form.events.popleft()
    except ClientDisconnect as error:
        raise UploadError("The connection ended before the file did.") from error


async def _soon(stream: AsyncGenerator[bytes, None]) -> bytes | None:
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            return await anext(stream, None)
    except TimeoutError as error:
        raise UploadError(f"Nothing more of the file has come for {SILENCE_SECONDS} s.") from error


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= MAX_BOUNDARY_LENGTH:
        raise UploadError(
            "The body has to be a form of the kind multipart/form-data.",
            hint=f"send the document as the field `{FIELD}`",
        )
    return boundary


def _filename_of(disposition: bytes) -> bytes:
    kind, options = parse_options_header(disposition)
    if kind != b"form-data" or options.get(b"name") != FIELD.encode():
        raise UploadError(f"The form has a field other than `{FIELD}`.")
    if b"filename" not in options:
        raise UploadError(f"The field `{FIELD}` is not a file.")
    return options[b"filename"]


def _filename(given: str) -> str:
    """The last step of a path, without what cannot be shown."""
    name = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in name if character.isprintable()).strip()
    return shown[:MAX_FILENAME_LENGTH] if shown not in {"", ".", ".."} else UNNAMED
