"""Every rule of the validator as data; docs/validation.md is compared with it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error stops an export that was told to validate, the others never do."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """Codes of the rules, in the order of reports. They never change their meaning."""

    MISSING_ENTRY = "missing_entry"
    MULTIPLE_ENTRIES = "multiple_entries"
    ORPHAN_NODES = "orphan_nodes"
    UNREACHABLE_NODES = "unreachable_nodes"
    EMPTY_DIALOGUE = "empty_dialogue"
    MISSING_SPEAKERS = "missing_speakers"
    CIRCULAR_JUMPS = "circular_jumps"
    BROKEN_REFERENCES = "broken_references"
    MISSING_JUMP_TARGET = "missing_jump_target"
    MISSING_SUBFLOW_REFERENCE = "missing_subflow_reference"
    MISSING_EXIT_FLOW_REFERENCE = "missing_exit_flow_reference"
    MISSING_TRANSLATIONS = "missing_translations"
    INVALID_CONDITIONS = "invalid_conditions"
    INVALID_INSTRUCTIONS = "invalid_instructions"
    ORPHAN_SHEETS = "orphan_sheets"
    EXTERNAL_REFERENCE = "external_reference"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes:
        severity: of its findings.
        meaning: what it finds, one sentence.
        softer: in which cases a finding is only a warning; empty where it never is.
    """

    code: Code
    severity: Severity
    meaning: str
    softer: str = ""


RULES: tuple[Rule, ...] = (
    Rule(Code.MISSING_ENTRY, Severity.ERROR, "A flow has no entry node."),
    Rule(Code.MULTIPLE_ENTRIES, Severity.ERROR, "A flow has more than one entry node."),
    Rule(
        Code.ORPHAN_NODES,
        Severity.WARNING,
        "A node other than an entry or an exit has no connection at all; a jump and its hub count as connected.",
    ),
    Rule(
        Code.UNREACHABLE_NODES,
        Severity.WARNING,
        "No way leads from an entry to a node: over connections between pins that there are, and from jumps to hubs. "
        "Flows without an entry and nodes that are orphans are passed over.",
    ),
    Rule(
        Code.EMPTY_DIALOGUE,
        Severity.WARNING,
        "A dialogue without responses says nothing: no text but tags, spaces and characters without width.",
    ),
    Rule(Code.MISSING_SPEAKERS, Severity.WARNING, "A dialogue names no speaker."),
    Rule(
        Code.CIRCULAR_JUMPS,
        Severity.WARNING,
        "A flow lies on a circle of flows that call each other by subflows or by exits to flows, or calls itself.",
    ),
    Rule(
        Code.BROKEN_REFERENCES,
        Severity.ERROR,
        "Something names a thing that is not there: not in the project, or in its trash.",
    ),
    Rule(Code.MISSING_JUMP_TARGET, Severity.WARNING, "A jump names no hub."),
    Rule(Code.MISSING_SUBFLOW_REFERENCE, Severity.WARNING, "A subflow names no flow."),
    Rule(Code.MISSING_EXIT_FLOW_REFERENCE, Severity.WARNING, "An exit to a flow names no flow."),
    Rule(
        Code.MISSING_TRANSLATIONS,
        Severity.WARNING,
        "Texts have no translation into a language of the project, or one that is pending or a draft.",
    ),
    Rule(
        Code.INVALID_CONDITIONS,
        Severity.ERROR,
        "A condition has not the shape of one: its logic, its blocks, its rules, or an operator that nobody knows.",
        softer="old text as the condition of a response, which counts as true",
    ),
    Rule(
        Code.INVALID_INSTRUCTIONS,
        Severity.ERROR,
        "Assignments are not a list of assignments with known operators, or an old instruction encodes none.",
        softer="assignments that are not filled in, which are passed over",
    ),
    Rule(Code.ORPHAN_SHEETS, Severity.INFO, "Nothing uses a sheet that has a shortcut and no children."),
    Rule(
        Code.EXTERNAL_REFERENCE,
        Severity.INFO,
        "Something in the file names a thing of the project that is not in the file.",
    ),
)
SEVERITY = {rule.code: rule.severity for rule in RULES}
