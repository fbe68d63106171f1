"""Metrics as a scraper reads them."""

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families


class Scraped:
    """One scrape."""

    def __init__(self, text: str) -> None:
        self.families: dict[str, Metric] = {one.name: one for one in text_string_to_metric_families(text)}
        self.samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, labels: Mapping[str, str] | None = None) -> float | None:
        """The value of one sample; None when there is none."""
        return self.samples.get((name, frozenset((labels or {}).items())))

    def total(self, name: str) -> float:
        """All samples of that name, added up."""
        return sum(value for (one, _), value in self.samples.items() if one == name)
