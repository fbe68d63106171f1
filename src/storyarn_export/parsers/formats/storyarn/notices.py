"""Counts what was left out or changed, in bounded memory."""

from storyarn_export.domain.document import Notice

# Different things worth telling apart; beyond that one line stands for the rest.
MAX_NOTICES = 500
# A path has keys in it, and those may be of any length.
MAX_PATH_CHARS = 500
OTHERS = "others"


class Notices:
    """Notices by code and subject, each with its first path and a count."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[str, str]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, code: str, message: str, path: str) -> None:
        """Count one occurrence.

        Args:
            code: stable, kebab-case.
            message: one sentence; occurrences with one message are counted together.
            path: where.
        """
        key = (code, message)
        if key not in self._counts and len(self._counts) >= MAX_NOTICES:
            key, message = (code, OTHERS), "further cases of this kind"
        self._first.setdefault(key, (message, path[:MAX_PATH_CHARS]))
        self._counts[key] = self._counts.get(key, 0) + 1

    def all(self) -> tuple[Notice, ...]:
        """All notices, in the order of their first occurrence."""
        return tuple(
            Notice(code=key[0], message=message, path=path, count=self._counts[key])
            for key, (message, path) in self._first.items()
        )
