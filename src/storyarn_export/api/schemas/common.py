"""What all answers share."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Item = TypeVar("Item")


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]


class Answer(BaseModel):
    """Base of everything that is given."""

    model_config = ConfigDict(frozen=True)


class Request(BaseModel):
    """Base of everything that is taken: what is not known is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Listed(Answer, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        default=None, description="Cursor of the next page; null on the last one."
    )


class ProblemBody(Answer):
    """RFC 9457 problem details. Codes are documented in docs/problems.md; some have fields of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/not-found"])
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(examples=["not-found"])
    errors: list[dict[str, Any]] | None = Field(
        default=None, description="Values that are wrong: `{path, message}`."
    )
    request_id: str | None = Field(default=None, description="With a 5xx.")
