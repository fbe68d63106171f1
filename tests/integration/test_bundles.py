"""Archives in a store: which are read, and which are refused before anything of them is unpacked."""

import io
import stat
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storyarn_export.domain.errors import DocumentError
from storyarn_export.imports.bundle import Bundle, open_bundle
from storyarn_export.parsers.archive.directory import MAX_MEMBERS
from storyarn_export.parsers.guard import MIB, Limits
from storyarn_export.storage.contract import Storage
from storyarn_export.storage.local import LocalStorage
from tests.factories.contents import bundle, png
from tests.factories.documents import document
from tests.factories.object_store import OwnBucket

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LIMITS = Limits(max_bytes=256 * MIB)
KEY = "imports/1/x/source"
Change = Callable[[zipfile.ZipFile], None]


@pytest.fixture(params=["local", "s3"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, bucket: OwnBucket
) -> AsyncIterator[Storage]:
    if request.param == "local":
        yield LocalStorage(tmp_path)
        return
    async with bucket.storage() as made:
        yield made


@pytest.fixture
def local(tmp_path: Path) -> Storage:
    return LocalStorage(tmp_path)


async def opened(storage: Storage, content: bytes, limits: Limits = LIMITS) -> Bundle | None:
    async with await storage.create(KEY) as upload:
        await upload.write(content)
        await upload.seal()
        await upload.publish()
    return await open_bundle(storage, KEY, limits)


async def content_of(found: Bundle, name: str) -> bytes:
    async with aclosing(found.read(name)) as pieces:
        return b"".join([piece async for piece in pieces])


async def read_whole(storage: Storage, content: bytes, limits: Limits) -> None:
    found = await opened(storage, content, limits)
    assert found is not None
    for name in found.members:
        await content_of(found, name)


async def refusal(storage: Storage, content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(DocumentError) as raised:
        await read_whole(storage, content, limits)
    assert raised.value.offset is not None
    return raised.value.document_code


def made(change: Change, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("project.json", b"{}")
        change(archive)
    return file.getvalue()


def with_name(name: str) -> bytes:
    """An archive with a member of a name that `zipfile` would make harmless."""
    stand_in = "N" * len(name.encode())
    return made(lambda archive: archive.writestr(stand_in, b"x")).replace(stand_in.encode(), name.encode())


async def test_members_are_read_by_ranges(storage: Storage) -> None:
    pictures = [png(300_000, 1), png(12, 2), b"\x89PNG\r\n\x1a\n" + bytes(3_000_000)]
    found = await opened(storage, bundle(document(), *pictures))
    assert found is not None
    assert [await content_of(found, name) for name in found.files] == pictures
    assert found.files == {f"assets/{n}-{n}.png": len(pictures[n - 1]) for n in (1, 2, 3)}
    assert (await content_of(found, "project.json")).startswith(b"{")


async def test_other_files_are_no_bundles(local: Storage) -> None:
    assert await opened(local, b'{"storyarn_version": "1.0.0"}') is None
    assert await opened(local, b"PK") is None


async def test_stored_large_and_streamed_archives(local: Storage) -> None:
    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: "ReadableBuffer", /) -> int:
            piece = bytes(data)
            self.written += piece
            return len(piece)

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        with archive.open("project.json", "w", force_zip64=True) as member:
            member.write(b"{}")
        archive.comment = b"made with PK\x05\x06 inside" + bytes(20)
    found = await opened(local, out.written)
    assert found is not None
    assert await content_of(found, "project.json") == b"{}"


def to_zip64(archive: bytes) -> bytes:
    """The same archive with its end as large ones have it."""
    at = archive.rindex(b"PK\x05\x06")
    _, _, _, _, members, size, offset, _ = struct.unpack("<4s4H2LH", archive[at : at + 22])
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return archive[:at] + large + locator + end


async def test_the_end_of_large_archives(local: Storage) -> None:
    archive = to_zip64(bundle(document(), png(100)))
    with zipfile.ZipFile(io.BytesIO(archive)) as check:
        assert check.testzip() is None
    found = await opened(local, archive)
    assert found is not None
    assert await content_of(found, "assets/1-1.png") == png(100)
    locator = archive.rindex(b"PK\x06\x07")
    for damaged in (
        archive[:locator] + b"XX" + archive[locator + 2 :],
        archive[: locator + 8] + bytes([255]) * 8 + archive[locator + 16 :],
        archive.replace(b"PK\x06\x06", b"PK\x06\x01"),
    ):
        assert await refusal(local, damaged) == "invalid-bundle"


@pytest.mark.parametrize(
    "name",
    [
        *("../evil", "assets/../../evil", "/etc/passwd", "assets//x", "./x", "assets/.", "..", "C:/x", "C:x"),
        *("a\\b", "..\\evil", "a\nb", "a\x7fb", "nul\x00", "x" * 1001),
    ],
)
async def test_names_that_lead_elsewhere(local: Storage, name: str) -> None:
    assert await refusal(local, with_name(name)) == "unsafe-name"


async def test_names_that_are_no_text(local: Storage) -> None:
    archive = made(lambda one: one.writestr("NNNN", b"x"))
    assert await refusal(local, archive.replace(b"NNNN", b"\xff\xfe\xfd\xfc")) == "unsafe-name"


@pytest.mark.filterwarnings("ignore:Duplicate name")
async def test_names_that_come_twice(local: Storage) -> None:
    def twice(archive: zipfile.ZipFile) -> None:
        archive.writestr("assets/x", b"1")
        archive.writestr("assets/x", b"2")

    assert await refusal(local, made(twice)) == "unsafe-name"


async def test_links(local: Storage) -> None:
    def link(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("assets/x")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, b"/etc/passwd")

    assert await refusal(local, made(link)) == "unsafe-name"


async def test_directories_are_passed_over(local: Storage) -> None:
    found = await opened(local, made(lambda archive: archive.mkdir("assets")))
    assert found is not None
    assert not found.files


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
async def test_other_compressions(local: Storage, method: int) -> None:
    assert (
        await refusal(local, made(lambda one: one.writestr("x", b"x"), method)) == "unsupported-compression"
    )


async def test_encrypted_members(local: Storage) -> None:
    archive = bytearray(made(lambda one: one.writestr("x", b"x")))
    entry = archive.rindex(b"PK\x01\x02")
    archive[entry + 8] |= 1
    assert await refusal(local, bytes(archive)) == "bundle-encrypted"


async def test_bombs(local: Storage) -> None:
    zeros = bytes(64 * MIB)
    one = made(lambda archive: archive.writestr("x", zeros))
    assert await refusal(local, one) == "expansion-too-large"

    def many(archive: zipfile.ZipFile) -> None:
        for number in range(20):
            archive.writestr(f"x{number}", zeros[: 15 * MIB])

    assert await refusal(local, made(many)) == "file-too-large"


async def test_members_that_say_less_than_they_hold(local: Storage) -> None:
    archive = made(lambda one: one.writestr("x", bytes(40 * MIB)))
    lying = archive.replace(struct.pack("<L", 40 * MIB), struct.pack("<L", 10))
    assert await refusal(local, lying) == "invalid-bundle"


async def test_members_that_share_bytes(local: Storage) -> None:
    archive = bundle(document(), png(1000, 1), png(1000, 2))
    first = archive.index(b"PK\x01\x02")
    second = archive.index(b"PK\x01\x02", first + 4)
    overlapping = archive[: second + 42] + archive[first + 42 : first + 46] + archive[second + 46 :]
    assert await refusal(local, overlapping) == "invalid-bundle"


async def test_too_many_members(local: Storage) -> None:
    archive = bytearray(to_zip64(bundle(document())))
    at = archive.rindex(b"PK\x06\x06")
    archive[at + 24 : at + 40] = struct.pack("<2Q", MAX_MEMBERS + 1, MAX_MEMBERS + 1)
    assert await refusal(local, bytes(archive)) == "too-many-members"


async def test_a_bundle_without_a_document(local: Storage) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("deep/project.json", b"{}")
    assert await refusal(local, file.getvalue()) == "missing-document"


@pytest.mark.parametrize("keep", [5, 30, 200, -1, -10, -21, -60])
async def test_archives_that_are_cut_off(local: Storage, keep: int) -> None:
    assert await refusal(local, bundle(document(), png(1000))[:keep]) == "invalid-bundle"


async def test_archives_with_something_before_or_after(local: Storage) -> None:
    archive = bundle(document(), png(1000))
    assert await refusal(local, archive + b"more") == "invalid-bundle"
    assert await refusal(local, b"PK\x03\x04 something" + archive) == "invalid-bundle"


async def test_damaged_members(local: Storage) -> None:
    archive = bytearray(bundle(document(), png(1000)))
    for place in (0, 8, 26, 28, 100, 500):
        damaged = bytearray(archive)
        damaged[place] ^= 0xFF
        if place == 0:
            assert await opened(local, bytes(damaged)) is None
        else:
            assert await refusal(local, bytes(damaged)) == "invalid-bundle"
