"""The command line where files are kept in a bucket."""

from pathlib import Path

import pytest

from tests.factories.object_store import OwnBucket
from tests.factories.program import Program


@pytest.fixture
def program(database_url: str, tmp_path: Path, bucket: OwnBucket) -> Program:
    place = {"STORYARN_DATABASE_URL": database_url, "STORYARN_DATA_DIR": str(tmp_path / "data")}
    return Program(tmp_path, {**place, **bucket.settings()})


def storage_check(program: Program, *, ok: bool) -> dict[str, object]:
    found = program.run("doctor", "--json", ok=ok).json
    (check,) = [one for one in found["checks"] if one["name"] == "storage"]
    assert check["ok"] is ok
    return dict(check)


def test_doctor_writes_to_the_bucket(program: Program, bucket: OwnBucket) -> None:
    assert bucket.name in str(storage_check(program, ok=True)["detail"])


def test_doctor_finds_a_bucket_that_is_not_there(program: Program) -> None:
    check = storage_check(program.having({"STORYARN_S3_BUCKET": "nowhere"}), ok=False)
    assert "nowhere" in str(check["detail"])
    assert "STORYARN_S3_BUCKET" in str(check["hint"])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"STORYARN_S3_BUCKET": ""}, "STORYARN_S3_BUCKET"),
        ({"STORYARN_S3_ENDPOINT_URL": "store:9000"}, "STORYARN_S3_ENDPOINT_URL"),
        ({"STORYARN_DOWNLOAD_MODE": "post"}, "STORYARN_DOWNLOAD_MODE"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(program: Program, settings: dict[str, str], named: str) -> None:
    done = program.having(settings).run("cleanup", ok=False)
    assert done.code != 0
    assert named in done.error
