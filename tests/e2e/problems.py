"""What every problem must be."""

from typing import Any

import httpx

PROBLEM_FIELDS = {"type", "title", "status", "detail", "instance", "code"}


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert not PROBLEM_FIELDS - set(problem)
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == answer.request.url.path
    return problem
