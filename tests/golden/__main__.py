"""Writes the golden files of the present version of the format: `python -m tests.golden`, once."""

import hashlib
from pathlib import Path

from storyarn_export.domain.options import FORMAT_VERSION
from tests.factories.catalogue import catalogue
from tests.factories.contents import carried, png
from tests.factories.documents import document, encode, sheet
from tests.factories.program import Program, Up, data_dir

HERE = Path(__file__).parent
SUMS = HERE / "SHA256SUMS"
ENTITIES = 400
CONTENTS = (png(3_000, 1), png(40, 2))


def main() -> None:
    """Start the program, give it two projects and a small one whose assets have bytes, and export them."""
    directory = HERE / FORMAT_VERSION
    # Not to be written twice.
    directory.mkdir()
    with data_dir() as home:
        program = Program(home, {"STORYARN_DATA_DIR": str(home / "data")})
        with Up(program, "up", "--port", "0", "--workers", "1") as up:
            client = program.having({"STORYARN_SERVER": up.url, "STORYARN_TOKEN": up.token})
            odd = brought(client, home, encode(catalogue()))
            seeded = client.run("projects", "seed", "--entities", str(ENTITIES), "--json").json["project_id"]
            assets = carried(*CONTENTS, mode="embedded")
            small = brought(client, home, encode(document(sheets=[sheet(1, "Anna")], assets=assets)))
            for name, project, *options in (
                ("catalogue.storyarn.json.gz", odd, "compression=gzip"),
                ("catalogue-pretty.storyarn.json.zst", odd, "compression=zstd", "pretty_print=true"),
                ("synthetic.storyarn.json", seeded),
                ("embedded.storyarn.json", small, "include_assets=embedded"),
                ("bundled.storyarn.zip", small, "include_assets=bundled"),
            ):
                given = [
                    part for one in ("validate_before_export=false", *options) for part in ("--option", one)
                ]
                client.run("export", project, "-o", str(directory / name), *given)
    lines = SUMS.read_text().splitlines() if SUMS.exists() else []
    for path in sorted(directory.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.relative_to(HERE).as_posix()}")
    SUMS.write_text("\n".join(lines) + "\n")


def brought(client: Program, home: Path, content: bytes) -> str:
    """A new project of a document; its id."""
    project = str(client.run("projects", "create", "Golden", "--json").json["project_id"])
    file = home / "brought.json"
    file.write_bytes(content)
    client.run("import", project, str(file))
    return project


if __name__ == "__main__":
    main()
