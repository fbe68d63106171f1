"""Is it up, can it work."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from storyarn_export.api.documented import ANYWHERE, problems
from storyarn_export.api.errors import NotReadyError
from storyarn_export.api.schemas.common import Answer
from storyarn_export.api.state import State

router = APIRouter(tags=["service"])


class Health(Answer):
    """The process is up."""

    status: str = "ok"


class CheckOut(Answer):
    """What one look found."""

    ok: bool
    detail: str


class ReadinessOut(Answer):
    """All checks passed."""

    status: str = "ready"
    checks: dict[str, CheckOut]


@router.get(
    "/healthz", summary="Is the process up?", response_description="It is", responses=problems(*ANYWHERE)
)
async def healthz() -> Health:
    """Answers as long as the process does; looks at nothing else."""
    return Health()


@router.get(
    "/readyz",
    summary="Can requests be served?",
    response_description="They can",
    responses=problems(*ANYWHERE, "not-ready"),
)
async def readyz(state: State) -> ReadinessOut:
    """Whether database, schema and storage are there, each named; 503 with the same `checks` when one is not."""
    found: dict[str, Any] = {name: asdict(check) for name, check in (await state.readiness.look()).items()}
    failed = [name for name, check in found.items() if not check["ok"]]
    if failed:
        raise NotReadyError(f"Not ready: {', '.join(failed)}.", extra={"checks": found})
    return ReadinessOut(checks=found)
