"""Previews and reports of imports for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from storyarn_export.cli.output import say


def preview_rows(preview: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """A row a section that the file has something of."""
    for name, section in preview["sections"].items():
        if section["total"]:
            yield name, section["total"], section["new"], section["existing"]


def report_rows(report: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """A row a section that something became of."""
    for name, section in report["sections"].items():
        counts = tuple(section[what] for what in ("created", "updated", "skipped", "renamed"))
        if any(counts):
            yield name, *counts


def say_warnings(warnings: Sequence[Mapping[str, Any]]) -> None:
    """Prints a line for each."""
    for one in warnings:
        place = f", first at {one['path']}" if one["path"] else ""
        say(f"warning: {one['message']} ({one['code']}, {one['count']} times{place})")
