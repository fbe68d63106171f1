"""What a validation found: counted all, kept up to a limit, in an order that is always the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, Self

from storyarn_export.validation.rules import RULES, SEVERITY, Code, Severity

# Findings of each severity that are kept; the format has no place for more.
MAX_KEPT = 1000
LISTS = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "info"}
NOT_RUN = "not_run"
KEYS = ("rule", "severity", "message", "source_type", "source_id", "target_type", "target_id")


class Target(NamedTuple):
    """What something is about; `id` is None where the thing has none."""

    type: str
    id: str | None


class Place(NamedTuple):
    """What a finding is about, and how it is called.

    Attributes:
        type: kind of the thing.
        id: its id.
        word: what it is called before its id, such as `Dialogue`.
        root: what it stands in, such as `flow 12 "Intro"`; empty for what stands alone.
        name: of what stands alone.
    """

    type: str
    id: str
    word: str
    root: str = ""
    name: str = ""

    def __str__(self) -> str:
        """As a message begins."""
        return (
            f"{self.word} {self.id} in {self.root}" if self.root else f'{self.word} {self.id} "{self.name}"'
        )

    @property
    def as_root(self) -> str:
        """As the places below are called."""
        return f'{self.type} {self.id} "{self.name}"'


class Finding(NamedTuple):
    """One thing that a rule has found.

    Attributes:
        message: one sentence that names what it is about.
        source: what has the fault.
        target: what the source names, where that is the matter.
    """

    rule: Code
    severity: Severity
    message: str
    source: Target
    target: Target | None

    def to_json(self) -> dict[str, str | None]:
        """As documents and answers show it."""
        source, target = self.source, self.target or (None, None)
        return {
            "rule": self.rule.value,
            "severity": self.severity.value,
            "message": self.message,
            "source_type": source[0],
            "source_id": source[1],
            "target_type": target[0],
            "target_id": target[1],
        }


class Findings:
    """Takes findings as they come: of each rule in the order of what they are about.

    Memory: MAX_KEPT findings of each rule and severity.

    Args:
        rules: those whose findings are taken.
    """

    def __init__(self, rules: frozenset[Code] = frozenset(Code)) -> None:
        self._rules = rules
        self._kept: dict[tuple[Code, Severity], list[Finding]] = {}
        self._counts: Counter[tuple[Code, Severity]] = Counter()
        self.checked: Counter[str] = Counter()

    def add(
        self,
        rule: Code,
        place: Place,
        says: str,
        target: Target | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Take a finding.

        Args:
            rule: which rule found it.
            place: what has the fault.
            says: the rest of the sentence that the place begins.
            target: what it names.
            severity: where it is not that of the rule.
        """
        if rule not in self._rules:
            return
        severity = severity or SEVERITY[rule]
        self._counts[rule, severity] += 1
        kept = self._kept.setdefault((rule, severity), [])
        if len(kept) < MAX_KEPT:
            source = Target(place.type, place.id)
            kept.append(Finding(rule, severity, f"{place}{says}", source, target))

    def count(self, rule: Code, more: int) -> None:
        """Count findings of a rule that will not be kept."""
        if rule in self._rules and more:
            self._counts[rule, SEVERITY[rule]] += more

    def room(self, rule: Code) -> int:
        """How many findings of a rule will be kept yet."""
        return MAX_KEPT - len(self._kept.get((rule, SEVERITY[rule]), ())) if rule in self._rules else 0

    def report(self) -> "Report":
        """Everything found so far; one for which not all rules were looked at has not run."""
        counts = dict.fromkeys(LISTS, 0)
        by_rule: Counter[str] = Counter()
        for (rule, severity), count in self._counts.items():
            counts[severity] += count
            by_rule[rule] += count
        lists = {
            name: [one.to_json() for one in islice(self._of(severity), MAX_KEPT)]
            for severity, name in LISTS.items()
        }
        status = _status(counts) if self._rules == frozenset(Code) else NOT_RUN
        named = {LISTS[severity]: count for severity, count in counts.items()}
        statistics = {
            **named,
            **{f"checked_{kind}": self.checked[kind] for kind in ("sheets", "flows", "nodes")},
            "by_rule": {rule.code.value: by_rule[rule.code] for rule in RULES if by_rule[rule.code]},
        }
        return Report(status, named, lists, statistics)

    def _of(self, severity: Severity) -> Iterator[Finding]:
        for rule in RULES:
            yield from self._kept.get((rule.code, severity), ())


def _status(counts: Mapping[Severity, int]) -> str:
    if counts[Severity.ERROR]:
        return "errors"
    return "warnings" if counts[Severity.WARNING] else "passed"


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found.

    Attributes:
        status: `passed`, `warnings`, `errors` or `not_run`.
        counts: how many `errors`, `warnings` and `info` there are.
        findings: the first MAX_KEPT of each.
        statistics: counts over all, by rule and of what was looked at.
    """

    status: str
    counts: Mapping[str, int]
    findings: Mapping[str, list[dict[str, str | None]]]
    statistics: Mapping[str, Any]

    @property
    def summary(self) -> dict[str, Any]:
        """Status and counts, as jobs show them."""
        return {"status": self.status, **self.counts}

    @property
    def truncated(self) -> bool:
        """Whether there are findings that were not kept."""
        return any(len(self.findings[name]) < count for name, count in self.counts.items())

    def metadata(self) -> dict[str, Any]:
        """As documents hold it."""
        return {"status": self.status, **self.findings, **({"truncated": True} if self.truncated else {})}

    def to_json(self) -> dict[str, Any]:
        """As the row of a job keeps it and answers show it."""
        return {
            "status": self.status,
            **self.findings,
            "truncated": self.truncated,
            "statistics": dict(self.statistics),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""
        names = tuple(LISTS.values())
        counts = {name: stored["statistics"][name] for name in names}
        # The database has an order of keys of its own, and documents have one.
        findings = {name: [{key: one[key] for key in KEYS} for one in stored[name]] for name in names}
        return cls(stored["status"], counts, findings, dict(stored["statistics"]))
