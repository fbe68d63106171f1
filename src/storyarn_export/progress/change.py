"""A change of a job, as it travels from the transaction that made it to those who watch."""

import json
from dataclasses import dataclass
from typing import Self
from uuid import UUID

CHANNEL = "storyarn_jobs"


@dataclass(frozen=True, slots=True)
class JobChange:
    """One job has changed.

    Attributes:
        kind: `export` or `import`.
        job_id: of the job.
        seq: of the row after the change.
        user_id: whose job it is; None when the user is gone.
        passing: the job is only further on its way, and there is more to come: it may be told a little later.
    """

    kind: str
    job_id: UUID
    seq: int
    user_id: int | None
    passing: bool = False

    def to_payload(self) -> str:
        """The change as JSON, far below the 8,000 bytes that a notification may have."""
        return json.dumps(
            {
                "kind": self.kind,
                "job": str(self.job_id),
                "seq": self.seq,
                "user": self.user_id,
                "passing": self.passing,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_payload(cls, payload: str) -> Self:
        """The change that a payload holds.

        Raises:
            ValueError: it holds none; anyone may notify on the channel.
        """
        try:
            said = json.loads(payload)
            user = said["user"]
            return cls(
                str(said["kind"]),
                UUID(said["job"]),
                int(said["seq"]),
                None if user is None else int(user),
                # A process that is older than this one does not say so.
                said.get("passing") is True,
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"not a change of a job: {error!r}") from error
