"""What every section's rules work with."""

from dataclasses import dataclass
from typing import Self

from storyarn_export.validation.links import Known, Links
from storyarn_export.validation.logic import Logic
from storyarn_export.validation.report import Findings
from storyarn_export.validation.usage import Usage


@dataclass(frozen=True, slots=True)
class Judges:
    """Those who look at parts of things, and take what is wrong.

    Attributes:
        findings: what is wrong.
        links: judges references.
        logic: judges conditions and assignments.
        usage: takes the sheets that are used.
    """

    findings: Findings
    links: Links
    logic: Logic
    usage: Usage

    @classmethod
    def of(cls, findings: Findings, known: Known, usage: Usage) -> Self:
        """Judges with the same findings."""
        return cls(findings, Links(findings, known), Logic(findings, usage), usage)


@dataclass(frozen=True, slots=True)
class Court:
    """Judges for what is in the file, and for what is not: nobody hears of that, but it uses sheets as well."""

    heard: Judges
    unheard: Judges

    @classmethod
    def of(cls, findings: Findings, known: Known, usage: Usage) -> Self:
        """Judges who tell what they find, and some who do not."""
        return cls(Judges.of(findings, known, usage), Judges.of(Findings(rules=frozenset()), known, usage))

    def over(self, *, reported: bool) -> Judges:
        """The judges for something."""
        return self.heard if reported else self.unheard
