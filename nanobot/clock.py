"""The one source of "now", so that a test can turn it and a quota resets before its eyes.

Imports nothing of nanobot. Everything above takes a `Clock` by constructor; nothing else asks for the time of day.
Durations are measured with `time.monotonic`, never with this clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the current moment as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class TurnableClock:
    """A clock that stands still until it is turned."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def turn(self, by: timedelta) -> None:
        """Move on by `by`.

        Raises:
            ValueError: `by` is negative: no clock of ours runs backwards.
        """
        if by < timedelta(0):
            raise ValueError("a clock is turned forwards")
        self._now += by
