"""Moments that come again and again."""

from datetime import datetime

from croniter import croniter

FIELDS = 5


class Cron:
    """A cron expression, in UTC.

    Args:
        expression: minute, hour, day of month, month, day of week.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, expression: str) -> None:
        if len(expression.split()) != FIELDS or not croniter.is_valid(expression):
            raise ValueError("not a cron expression of five fields")
        self._expression = expression

    def last(self, now: datetime) -> datetime:
        """The last of its moments before `now`."""
        moment: datetime = croniter(self._expression, now).get_prev(datetime)
        return moment

    def next(self, now: datetime) -> datetime:
        """The first of its moments after `now`."""
        moment: datetime = croniter(self._expression, now).get_next(datetime)
        return moment
