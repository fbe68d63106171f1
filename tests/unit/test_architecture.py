"""The picture of the house in docs/architecture.md is made from the code."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "storyarn_export"
DOCUMENT = ROOT / "docs" / "architecture.md"
START = "<!-- rooms: made from package docstrings, checked by tests/unit/test_architecture.py -->\n"
END = "<!-- /rooms -->\n"


def first_line(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text()))
    assert docstring, f"{module.relative_to(ROOT)} has no docstring"
    return docstring.splitlines()[0]


def rooms() -> str:
    """A table of the top-level rooms and modules, with the first line of what each says of itself."""
    lines = ["| room | what it is |", "|---|---|"]
    for entry in sorted(PACKAGE.iterdir(), key=lambda path: (path.is_file(), path.name)):
        if (entry / "__init__.py").is_file():
            lines.append(f"| `{entry.name}/` | {first_line(entry / '__init__.py')} |")
        elif entry.suffix == ".py" and entry.name not in {"__init__.py", "__main__.py"}:
            lines.append(f"| `{entry.name}` | {first_line(entry)} |")
    return "\n".join(lines) + "\n"


def test_the_rooms_are_as_drawn() -> None:
    before, _, rest = DOCUMENT.read_text().partition(START)
    drawn, end, after = rest.partition(END)
    assert end
    if drawn != rooms():
        DOCUMENT.write_text(before + START + rooms() + END + after)
    assert drawn == rooms(), (
        "docs/architecture.md did not match the code; it has been written anew, look and commit"
    )


def test_every_module_says_what_it_is() -> None:
    for module in PACKAGE.rglob("*.py"):
        first_line(module)
