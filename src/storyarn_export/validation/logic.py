"""Conditions and assignments wherever they stand."""

from typing import Any

from storyarn_export.validation.conditions import Condition, check_condition
from storyarn_export.validation.instructions import Instruction, check_assignments, check_instruction
from storyarn_export.validation.report import Findings, Place
from storyarn_export.validation.rules import Code, Severity
from storyarn_export.validation.usage import Usage


class Logic:
    """Looks at conditions and assignments, and says which sheets they use.

    Args:
        findings: takes what is wrong.
        usage: takes the sheets.
    """

    def __init__(self, findings: Findings, usage: Usage) -> None:
        self._findings = findings
        self._usage = usage

    def condition(self, place: Place, stored: Any, *, part: str = "", lenient: bool = False) -> Condition:
        """Look at a condition.

        Args:
            place: what holds it.
            stored: as it is stored, parsed.
            part: which part of what holds it, such as ` of its response "r1"`.
            lenient: whether old text counts as true there.
        """
        found = check_condition(stored)
        self._usage.names(found.sheets)
        if found.fault is not None:
            severity = Severity.WARNING if lenient and found.legacy else None
            says = f": the condition{part} {found.fault}."
            self._findings.add(Code.INVALID_CONDITIONS, place, says, severity=severity)
        return found

    def assignments(self, place: Place, stored: Any, *, part: str = "") -> None:
        """Look at a list of assignments."""
        self._instruction(place, check_assignments(stored), part)

    def instruction(self, place: Place, stored: Any, assignments: Any, *, part: str) -> None:
        """Look at what a response does."""
        self._instruction(place, check_instruction(stored, assignments), part)

    def response(self, place: Place, response: Any, index: int) -> None:
        """Look at a response of a dialogue, or a choice of a screenplay.

        Args:
            place: what holds it.
            response: parsed; what is no object holds nothing.
            index: its place, from 0.
        """
        if not isinstance(response, dict):
            return
        condition, assignments = response.get("condition"), response.get("instruction_assignments")
        instruction = response.get("instruction")
        if condition or assignments or instruction:
            part = f" of response {index + 1}"
            self.condition(place, condition, part=part, lenient=True)
            self.instruction(place, instruction, assignments, part=part)

    def _instruction(self, place: Place, found: Instruction, part: str) -> None:
        self._usage.names(found.sheets)
        if found.fault is not None:
            says = f": the instruction{part} {found.fault}."
            self._findings.add(Code.INVALID_INSTRUCTIONS, place, says)
        if found.incomplete:
            many = "an assignment" if found.incomplete == 1 else f"{found.incomplete} assignments"
            says = f": the instruction{part} has {many} not filled in."
            self._findings.add(Code.INVALID_INSTRUCTIONS, place, says, severity=Severity.WARNING)
