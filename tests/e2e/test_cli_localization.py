"""`localization`: texts to translators and back from the command line."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.documents import document, encode, language, sheet, string, translation
from tests.factories.program import Done, Program, Up, data_dir

pytestmark = pytest.mark.xdist_group("cli-localization")


@pytest.fixture(scope="module")
def home_and_client() -> Iterator[tuple[Path, Program]]:
    with data_dir() as home:
        program = Program(home, {"STORYARN_DATA_DIR": str(home / "data")})
        with Up(program, "up", "--port", "0", "--workers", "0") as up:
            yield home, program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": up.token})


@pytest.fixture
def project(home_and_client: tuple[Path, Program]) -> str:
    """A project of two texts in German."""
    home, client = home_and_client
    strings = [
        string(
            "sheet",
            1,
            "name",
            "Hero",
            translations={"de": translation(translated_text="Held", status="final")},
        ),
        string("sheet", 1, "description", "Brave"),
    ]
    languages = [language("en", is_source=True), language("de", position=1)]
    made = document(
        sheets=[sheet(1, "Hero")],
        localization={"source_language": "en", "languages": languages, "strings": strings, "glossary": []},
    )
    (home / "tale.json").write_bytes(encode(made))
    loaded: str = client.run("projects", "load", str(home / "tale.json"), "--json").json["project_id"]
    return loaded


@pytest.fixture
def home(home_and_client: tuple[Path, Program]) -> Path:
    return home_and_client[0]


@pytest.fixture
def run(home_and_client: tuple[Path, Program]) -> "Runs":
    return Runs(home_and_client[1])


class Runs:
    """Runs `localization`."""

    def __init__(self, client: Program) -> None:
        self._client = client

    def __call__(self, *arguments: str, ok: bool = True) -> Done:
        return self._client.run("localization", *arguments, ok=ok)


def change(path: Path, text: str) -> None:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    rows[1][rows[0].index("translation:de")] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_out_and_back_in(run: Runs, home: Path, project: str) -> None:
    path = home / "texts.csv"
    done = run("export", project, "-o", str(path), "--json").json
    assert done["path"] == str(path)
    assert done["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    change(path, "Heldin")
    seen = run("import", project, str(path), "--preview-only")
    assert seen.stdout.splitlines()[-1] == "would be: updated 1, stale 0, unknown 0, errors 0, unchanged 1"
    report = run("import", project, str(path), "--json").json
    assert (report["updated"]["total"], report["preview"]) == (1, False)
    assert run("export", project, "-o", "-").stdout.count("Heldin") == 1


@pytest.mark.parametrize("name", ["po", "xliff"])
def test_one_language(run: Runs, home: Path, project: str, name: str) -> None:
    done = run("export", project, "--format", name, "--language", "de", "-o", str(home))
    path = Path(done.stdout.splitlines()[-1])
    assert path.name == f"localization-{project}-de.{name}"
    path.write_bytes(path.read_bytes().replace(b"Held", b"Recke"))
    report = run("import", project, str(path), "--json").json
    assert (report["updated"]["total"], report["unchanged"]) == (1, 0)
    assert run("export", project, "--format", name, ok=False).code == 2


def test_rows_that_cannot_be_taken_make_it_fail(run: Runs, home: Path, project: str) -> None:
    path = home / "bad.csv"
    path.write_bytes(b"key,source_hash,translation:de\nnothing,,x\n")
    done = run("import", project, str(path), ok=False)
    assert done.code == 1
    assert done.stderr.splitlines()[-1] == "error: rows that cannot be taken: 1"
    assert "row 2" in done.stdout
    path.write_bytes(b'"')
    broken = run("import", project, str(path), ok=False)
    assert (broken.code, "invalid-csv" in broken.stderr) == (1, True)


def test_what_cannot_be_meant(run: Runs, home: Path, project: str) -> None:
    assert run("export", project, "--format", "doc", ok=False).code == 2
    assert run("export", project, "-o", "-", "--json", ok=False).code == 2
    nowhere = home / "nowhere.csv"
    strange = run("export", project, "--language", "fr", "-o", str(nowhere), ok=False)
    assert (strange.code, "invalid-options" in strange.stderr) == (1, True)
    assert not list(home.glob("nowhere*"))
    assert run("import", project, str(nowhere), ok=False).code == 1
