"""Reads until when extras are to count, as admins and operators write it. Imports quotas; pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from nanobot.errors import PersonError
from nanobot.quotas.changing import ExpiryInThePast
from nanobot.quotas.windows import period_window
from nanobot.settings import Period

MAX_DAYS: Final = 3650
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
_DAYS = re.compile(r"(?P<number>\d{1,6})\s*(d|days?)?", re.ASCII | re.IGNORECASE)
_SHOWN_CHARACTERS: Final = 40


class ExpiryUnclear(PersonError):
    """What was written is neither a date nor a number of days, or is too far away."""

    def __init__(self, text: str) -> None:
        shown = text.strip()[:_SHOWN_CHARACTERS].replace("`", "'")
        super().__init__(
            f"No date can be read from `{shown}`: give the last day as `2027-01-31`, or a number of days from 1 to "
            f"{MAX_DAYS:,} such as `30`."
        )


def read_expiry(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """Return the end of the last day on which extras count, at midnight in `zone`, in UTC.

    `text` is that day as YYYY-MM-DD, or so many days after today.

    Raises:
        ExpiryUnclear: it is neither, or more than `MAX_DAYS` away.
        ExpiryInThePast: the day is over.
    """
    today = now.astimezone(zone).date()
    last_day = _last_day(text.strip(), today)
    if last_day is None or last_day > today + timedelta(days=MAX_DAYS):
        raise ExpiryUnclear(text)
    if last_day < today:
        raise ExpiryInThePast
    noon = datetime.combine(last_day, time(12), tzinfo=zone)
    return period_window(Period.DAY, noon, zone).resets_at


def _last_day(text: str, today: date) -> date | None:
    if _DATE.fullmatch(text):
        try:
            return date(*(int(part) for part in text.split("-")))
        except ValueError:  # the 31st of June
            return None
    days = _DAYS.fullmatch(text)
    number = int(days["number"]) if days else 0
    return today + timedelta(days=number) if 1 <= number <= MAX_DAYS else None
