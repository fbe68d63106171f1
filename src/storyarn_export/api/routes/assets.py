"""Assets: which there are, and their bytes."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from sqlalchemy import select
from starlette.responses import Response

from storyarn_export.api.conditional import none_match, range_applies
from storyarn_export.api.dependencies import (
    DECIMAL,
    Exporting,
    Importing,
    Paged,
    Reading,
    bad_cursor,
    cursor_after,
    parse_id,
)
from storyarn_export.api.documented import BYTES, BYTES_SCHEMA, IN_PROJECT, problems
from storyarn_export.api.errors import UnsupportedMediaTypeError
from storyarn_export.api.filenames import attachment
from storyarn_export.api.files import FileStream, closing
from storyarn_export.api.ranges import parse_range
from storyarn_export.api.schemas.assets import AssetOut
from storyarn_export.api.schemas.common import Listed
from storyarn_export.api.state import State
from storyarn_export.api.uploads import body_pieces, drain
from storyarn_export.contents.replace import find_asset, missing
from storyarn_export.db.models import Asset
from storyarn_export.domain.contents import MAX_ASSET_BYTES
from storyarn_export.domain.errors import (
    AssetMismatchError,
    AssetTooLargeError,
    NotFoundError,
    StoryarnError,
)

router = APIRouter(prefix="/api/projects/{project_id}/assets", tags=["assets"])
TAKEN = {
    "required": True,
    "description": "The bytes, under the asset's own media type or as `application/octet-stream`.",
    "content": {"application/octet-stream": BYTES_SCHEMA},
}
# What clients say that do not know the type.
UNTYPED = {"", "application/octet-stream"}
SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):")

AssetId = Annotated[
    str, Path(description="Id of the asset, decimal.", examples=["42"], json_schema_extra=DECIMAL)
]


@router.get(
    "",
    summary="List the assets of a project",
    response_description="A page of them",
    responses=problems(*IN_PROJECT, "invalid-request"),
)
async def list_assets(access: Reading, paged: Paged, state: State) -> Listed[AssetOut]:
    """All assets of the project, by id."""
    query = select(Asset).where(Asset.project_id == access.project_id).order_by(Asset.id)
    if paged.after is not None:
        after = parse_id(paged.after)
        if after is None:
            raise bad_cursor()
        query = query.where(Asset.id > after)
    async with state.services.sessions() as session:
        assets = (await session.scalars(query.limit(paged.limit + 1))).all()
    items = [AssetOut.of(asset) for asset in assets[: paged.limit]]
    more = len(assets) > paged.limit
    return Listed(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


@router.put(
    "/{asset_id}/content",
    summary="Give an asset its bytes",
    response_description="The asset has them",
    openapi_extra={"requestBody": TAKEN},
    responses=problems(
        *IN_PROJECT,
        "bad-upload",
        "asset-too-large",
        "asset-mismatch",
        "unsupported-media-type",
        "storage-error",
    ),
)
async def put_content(
    request: Request,
    access: Importing,
    asset_id: AssetId,
    state: State,
    content_digest: Annotated[
        str | None, Header(description="`sha-256=:…:`; what arrives is compared with it.")
    ] = None,
) -> AssetOut:
    """Store bytes while they arrive; when all are there, the asset has them in the place of those that it had."""
    try:
        asset = await find_asset(state.services.sessions, access.project_id, _number(asset_id))
        _refuse_declared(request, asset)
        async with aclosing(body_pieces(request)) as pieces:
            asset = await state.services.replace_content(
                project_id=access.project_id,
                asset_id=asset.id,
                user_id=access.caller.user_id,
                pieces=pieces,
                sha256=_digest(content_digest),
            )
    except StoryarnError:
        await drain(request)
        raise
    return AssetOut.of(asset)


@router.get(
    "/{asset_id}/content",
    summary="Get the bytes of an asset",
    response_class=Response,
    responses={
        200: {"description": "All of them", "content": BYTES},
        206: {"description": "The range that was asked for", "content": BYTES},
        304: {"description": "You have them already"},
        **problems(*IN_PROJECT, "range-not-satisfiable", "storage-error"),
    },
)
async def get_content(
    access: Exporting,
    asset_id: AssetId,
    state: State,
    byte_range: Annotated[str | None, Header(alias="Range", examples=["bytes=1024-"])] = None,
    if_range: Annotated[str | None, Header(description="Honour the range only for this ETag.")] = None,
    if_none_match: Annotated[str | None, Header(description="ETag of the bytes that you have.")] = None,
) -> Response:
    """The asset's bytes, all or one range of them. The ETag is their SHA-256."""
    asset = await find_asset(state.services.sessions, access.project_id, _number(asset_id))
    storage, key = state.services.storage, asset.content_key
    if key is None or await storage.size(key) is None:
        raise NotFoundError("The bytes of this asset are not here.", hint="PUT them to this address")
    etag = f'"{asset.content_sha256}"'
    headers = {"Cache-Control": "private, no-store", "ETag": etag}
    if none_match(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    digest = b64encode(bytes.fromhex(asset.content_sha256 or "")).decode()
    headers |= {
        "Accept-Ranges": "bytes",
        # Never shown in place: drawings may hold scripts.
        "Content-Disposition": attachment(asset.filename),
        "Content-Length": str(asset.size),
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    part = parse_range(byte_range, asset.size) if range_applies(if_range, etag) else None
    if part is None:
        status, chunks = 200, storage.open_read(key)
    else:
        status, chunks = 206, storage.open_read(key, start=part.first, length=part.length)
        headers["Content-Length"] = str(part.length)
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{asset.size}"
    # Opened before the answer begins, so that bytes that cannot be read are a problem and not a broken answer.
    begun = closing(chunks, await anext(chunks, b""))
    return FileStream(begun, status=status, media_type=asset.content_type, headers=headers)


def _number(asset_id: str) -> int:
    number = parse_id(asset_id)
    if number is None:
        raise missing()
    return number


def _refuse_declared(request: Request, asset: Asset) -> None:
    """Nothing, unless the head of the request says already that the body will be refused."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in UNTYPED and given != asset.content_type:
        raise UnsupportedMediaTypeError(f"The asset is of the type {asset.content_type}, not {given}.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_ASSET_BYTES:
        raise AssetTooLargeError(f"An asset has at most {MAX_ASSET_BYTES} bytes.")


def _digest(header: str | None) -> str | None:
    """The SHA-256 that a client says, lowercase hex; None where it says another digest, or none."""
    found = SHA256.search(header or "")
    if found is None:
        return None
    try:
        return b64decode(found[1], validate=True).hex()
    except Base64Error as error:
        raise AssetMismatchError("The Content-Digest cannot be read.") from error
