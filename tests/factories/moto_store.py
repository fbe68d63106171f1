"""An object store in a process of its own: `python -m tests.factories.moto_store PORT`.

It is moto's, corrected where it answers 500 and S3 says that there is no such upload. What it does not check, other
than S3: signatures, the CRC32 of a part against its bytes, and rights. It does check that parts have 5 MiB, and the
ETags that a completion names; it completes parts whose numbers have gaps, as S3 does.
"""

import sys
from collections.abc import Iterator

from moto.s3.exceptions import NoSuchUpload
from moto.s3.models import FakeKey, S3Backend
from moto.server import main


class CorrectedBackend:
    """The two methods, before they are put in the place of moto's."""

    upload_part_of_moto = S3Backend.upload_part
    complete_of_moto = S3Backend.complete_multipart_upload

    @staticmethod
    def upload_part(
        backend: S3Backend, bucket_name: str, multipart_id: str, part_id: int, value: bytes
    ) -> FakeKey:
        must_be_there(backend, bucket_name, multipart_id)
        return CorrectedBackend.upload_part_of_moto(backend, bucket_name, multipart_id, part_id, value)

    @staticmethod
    def complete(
        backend: S3Backend, bucket_name: str, multipart_id: str, body: Iterator[tuple[int, str]]
    ) -> FakeKey | None:
        must_be_there(backend, bucket_name, multipart_id)
        return CorrectedBackend.complete_of_moto(backend, bucket_name, multipart_id, body)


def must_be_there(backend: S3Backend, bucket_name: str, multipart_id: str) -> None:
    if multipart_id not in backend.get_bucket(bucket_name).multiparts:
        raise NoSuchUpload(upload_id=multipart_id)


if __name__ == "__main__":
    for name, method in (
        ("upload_part", CorrectedBackend.upload_part),
        ("complete_multipart_upload", CorrectedBackend.complete),
    ):
        setattr(S3Backend, name, method)
    main(["--host", "127.0.0.1", "--port", sys.argv[1]])
