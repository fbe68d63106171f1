"""docs/operations.md tells of every metric, and of no other."""

import re
from pathlib import Path

import pytest

from storyarn_export.settings import PREFIX, Settings
from storyarn_export.telemetry import catalogue
from storyarn_export.telemetry.process import process_registry

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
ROW = re.compile(r"^\| `((?:storyarn|process|python)_\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \|$", re.MULTILINE)
LABEL = re.compile(r"`(\w+)`")
EXPRESSION = re.compile(r"(storyarn_\w+)(?:\{(\w+)=)?")
# What a histogram or a summary is queried by.
PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}

Shown = tuple[str, str, tuple[str, ...], str]


def of_the_library() -> set[Shown]:
    """What prometheus_client adds to every process."""
    return {
        (
            f"{family.name}_total" if family.type == "counter" else family.name,
            family.type,
            tuple(sorted({label for sample in family.samples for label in sample.labels})),
            family.documentation,
        )
        for family in process_registry("1", storage_errors={}).collect()
        if not family.name.startswith("storyarn_")
    }


def test_every_metric_is_documented_as_it_is() -> None:
    documented: list[Shown] = [
        (name, kind, tuple(LABEL.findall(labels)), meaning)
        for name, kind, labels, meaning in ROW.findall(TEXT)
    ]
    ours = {(one.name, one.kind.value, one.labels, one.meaning) for one in catalogue.ALL}
    assert len(documented) == len(set(documented))
    assert set(documented) == ours | of_the_library()


def test_no_metric_is_invented() -> None:
    known = {one.name: one.labels for one in catalogue.ALL}
    for one in catalogue.ALL:
        known |= {one.name + part: one.labels for part in PARTS.get(one.kind.value, ())}
    for name, label in EXPRESSION.findall(TEXT):
        assert name in known, name
        assert not label or label in known[name], (name, label)


def test_no_setting_is_invented() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z0-9_]+", TEXT)) <= known


@pytest.mark.parametrize("metric", catalogue.ALL, ids=lambda metric: metric.name)
def test_names_follow_the_conventions(metric: catalogue.Metric) -> None:
    assert metric.name.startswith("storyarn_")
    assert metric.name.endswith("_total") == (metric.kind is catalogue.Kind.COUNTER)
    assert "_ms" not in metric.name
    assert not set(metric.labels) & {"project", "project_id", "job", "job_id", "user", "name", "path"}
