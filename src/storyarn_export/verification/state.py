"""What an export's row says of the verification of its file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from storyarn_export.domain.lifecycle import VERIFYING, VerificationStatus
from storyarn_export.verification.comparing import Comparison


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification, as the row keeps it and people are shown it. Times are RFC 3339.

    Attributes:
        attempt: runs that were started, but for those that ended because something was away.
        retries: those.
        entities: rows compared.
        emptied: references to what the file was not asked to hold, or says itself that it does not hold.
        difference_count: all differences; `differences` has the first of them.
        error: code and message, where it failed.
    """

    status: str
    requested_at: str
    attempt: int = 0
    retries: int = 0
    started_at: str | None = None
    finished_at: str | None = None
    entities: int = 0
    emptied: int = 0
    difference_count: int = 0
    differences: tuple[Mapping[str, str | None], ...] = field(default=())
    error: Mapping[str, Any] | None = None

    @classmethod
    def asked_for(cls) -> Self:
        """One that waits for its first run."""
        return cls(VerificationStatus.PENDING, _now())

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """What a row says; None where nobody has asked."""
        return None if stored is None else cls(**stored)

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in VERIFYING

    def to_json(self) -> dict[str, Any]:
        """As the row keeps it."""
        return asdict(self)

    def begun(self) -> Self:
        """One run more."""
        started_at = self.started_at or _now()
        return replace(
            self, status=VerificationStatus.RUNNING, attempt=self.attempt + 1, started_at=started_at
        )

    def waiting(self, *, spent: bool = True, retries: int | None = None) -> Self:
        """Its run is over, and another is to come.

        Args:
            spent: whether the run counts as an attempt.
            retries: runs that ended because something was away, if that is why.
        """
        return replace(
            self,
            status=VerificationStatus.PENDING,
            attempt=self.attempt if spent else self.attempt - 1,
            retries=self.retries if retries is None else retries,
        )

    def ended(self, found: Comparison) -> Self:
        """It has come to its end."""
        differences = found.differences
        return replace(
            self,
            status=VerificationStatus.DIFFERENT if differences.count else VerificationStatus.EQUAL,
            finished_at=_now(),
            entities=found.entities,
            emptied=found.emptied,
            difference_count=differences.count,
            differences=tuple(one.to_json() for one in differences.listed),
        )

    def failed(self, code: str, message: str, hint: str | None) -> Self:
        """Nobody knows what it would have found."""
        error = {"code": code, "message": message, "hint": hint}
        return replace(self, status=VerificationStatus.FAILED, finished_at=_now(), error=error)


def _now() -> str:
    return datetime.now(UTC).isoformat()
