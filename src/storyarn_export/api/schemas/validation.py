"""What the validator found, as answers show it."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from storyarn_export.api.schemas.common import Answer, Request
from storyarn_export.api.schemas.exports import Loss
from storyarn_export.api.schemas.options import ExportOptionsIn
from storyarn_export.db.models import ExportJob
from storyarn_export.validation.report import LISTS, NOT_RUN


class ValidationRequest(Request):
    """What is to be validated."""

    options: ExportOptionsIn = Field(
        default=ExportOptionsIn(), description="Findings are about what an export with them would hold."
    )


class FindingOut(Answer):
    """One thing that a rule has found."""

    rule: str = Field(description="Stable code of the rule.", examples=["missing_entry"])
    severity: str = Field(description="`error`, `warning` or `info`.", examples=["error"])
    message: str
    source_type: str | None = Field(description="What has the fault.", examples=["flow"])
    source_id: str | None = Field(examples=["12"])
    target_type: str | None = Field(description="What it names.", examples=[None])
    target_id: str | None = Field(examples=[None])


class ValidationStatistics(Answer):
    """Counts over all findings, also those that are not listed."""

    errors: int = 0
    warnings: int = 0
    info: int = 0
    checked_sheets: int = 0
    checked_flows: int = 0
    checked_nodes: int = 0
    by_rule: dict[str, int] = Field(default={}, description="Findings of each rule that found something.")


class ValidationReport(Answer):
    """A report: the first thousand findings of each severity, in an order that is always the same."""

    status: str = Field(description="`passed`, `warnings`, `errors` or `not_run`.", examples=["warnings"])
    errors: list[FindingOut]
    warnings: list[FindingOut]
    info: list[FindingOut]
    truncated: bool = Field(description="Whether there are findings that are not listed.")
    statistics: ValidationStatistics


class ExportReport(ValidationReport):
    """The report of an export."""

    losses: list[Loss] = Field(description="What the format could not hold.")


def export_report(job: ExportJob, stored: Mapping[str, Any] | None) -> ExportReport:
    """The report of a job, as it keeps it; None where nothing was validated."""
    nothing = {**dict.fromkeys(LISTS.values(), ()), "status": NOT_RUN, "truncated": False, "statistics": {}}
    return ExportReport.model_validate({**(stored or nothing), "losses": job.losses})
