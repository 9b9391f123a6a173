"""In which stretch of time use counts: the calendar's days, weeks and months in a server's time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import assert_never
from zoneinfo import ZoneInfo

from nanobot.errors import PersonError
from nanobot.settings import Period


class UnknownTimezone(PersonError):
    """An admin named a time zone that there is not."""

    def __init__(self, name: str) -> None:
        shown = name.strip()[:64].replace("`", "'")
        super().__init__(
            f"There is no time zone `{shown}`: choose a name such as `Europe/Berlin`, `America/New_York` or `UTC`."
        )
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The period in which use counts now: from `start` up to but not including `resets_at`, both in UTC."""

    start: datetime
    resets_at: datetime


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, https://www.iana.org/time-zones.

    Raises:
        UnknownTimezone: there is none of that name.
    """
    try:
        return ZoneInfo(name.strip())
    except (LookupError, ValueError, OSError) as error:  # ZoneInfo takes the name for a file's
        raise UnknownTimezone(name) from error


def period_window(period: Period, now: datetime, tz: tzinfo = UTC) -> Window:
    """Return the calendar's day, week from Monday, or month around `now`, as the clocks of `tz` show it."""
    today = now.astimezone(tz).date()
    match period:
        case Period.DAY:
            first, after = today, today + timedelta(days=1)
        case Period.WEEK:
            first = today - timedelta(days=today.weekday())
            after = first + timedelta(days=7)
        case Period.MONTH:
            first = today.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
        case _:
            assert_never(period)
    return Window(start=_midnight(first, tz), resets_at=_midnight(after, tz))


def last_days(days: int, now: datetime, tz: tzinfo = UTC) -> list[Window]:
    """Return the window of each of the last `days` days, oldest first; the last one is today's."""
    today = now.astimezone(tz).date()
    first = [today - timedelta(days=before) for before in range(days - 1, -2, -1)]
    edges = [_midnight(day, tz) for day in first]
    return [Window(start=edges[i], resets_at=edges[i + 1]) for i in range(days)]


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=tz).astimezone(UTC)
