"""No route without its line in the table of `permissions`, and none that asks for something else than it says."""

from collections import Counter
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from storyarn_export.api.auth import Guard
from storyarn_export.api.permissions import OPERATIONS, RULES, Operation


class UnguardedRouteError(RuntimeError):
    """A route does not do what the table says. The application does not start."""


def refuse_unguarded(app: FastAPI) -> None:
    """Nothing, if every route of the application is guarded as the table says.

    Args:
        app: with all its routes.

    Raises:
        UnguardedRouteError: a route has no line in the table, shares its line with another one, or its guards are
            not those of its line; or a line has no route.
    """
    routes = list(iter_route_contexts(app.routes))
    names = Counter(route.name or "" for route in routes)
    unknown = sorted(names.keys() - OPERATIONS.keys())
    unused = sorted(OPERATIONS.keys() - names.keys())
    twice = sorted(name for name, count in names.items() if count > 1)
    if unknown or unused or twice:
        raise UnguardedRouteError(
            f"routes that are not in the table: {unknown}; lines without a route: {unused}; twice: {twice}"
        )
    for route in routes:
        name = route.name or ""
        # A route of the framework has no dependencies, so that nothing guards it.
        dependant: Dependant | None = getattr(route, "dependant", None)
        found = {(guard.action, guard.takes_ticket) for guard in _guards(dependant)}
        if found != _wanted(OPERATIONS[name]):
            raise UnguardedRouteError(f"the guards of {name} are {sorted(found)}, not those of the table")


def _wanted(operation: Operation) -> set[tuple[str, bool]]:
    return {(operation.action, operation.by_ticket)} if RULES[operation.action].token else set()


def _guards(dependant: Dependant | None) -> Iterator[Guard]:
    for one in dependant.dependencies if dependant is not None else ():
        call: object = one.call
        if isinstance(call, Guard):
            yield call
        yield from _guards(one)
