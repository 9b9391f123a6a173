"""The one source of "now", so that a test can turn it and a quota resets before its eyes.

Imports nothing of nanobot. Everything above takes a `Clock` by constructor; nothing else asks for the time of day.
Durations are measured with `time.monotonic`, never with this clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
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


class ShiftedClock:
    """The machine's clock plus the seconds that a file says, so that one process can turn the clock of another.

    The file is read at each look; one that is missing or makes no sense says 0.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    @property
    def offset(self) -> timedelta:
        try:
            offset = timedelta(seconds=float(self.file.read_text("ascii")))
            _ = datetime.now(UTC) + offset  # must be a moment that can be told
        except (OSError, ValueError, OverflowError):
            return timedelta(0)
        return offset

    def turn(self, by: timedelta) -> None:
        """Move on by `by`, for whoever looks at the same file.

        Raises:
            ValueError: `by` is negative.
            OverflowError: no calendar goes that far.
            OSError: the file cannot be written.
        """
        if by < timedelta(0):
            raise ValueError("a clock is turned forwards")
        offset = self.offset + by
        _ = datetime.now(UTC) + offset
        fresh = self.file.with_name(f"{self.file.name}.new")
        fresh.write_text(f"{offset.total_seconds():.6f}", "ascii")
        fresh.replace(self.file)  # whole or not at all, however soon somebody looks
