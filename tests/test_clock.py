"""The clock that people go by, and the one that tests turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from nanobot.clock import SystemClock, TurnableClock


def test_the_machines_clock_tells_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()

    assert before <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC


def test_a_turnable_clock_stands_still_until_it_is_turned() -> None:
    start = datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=1)))
    clock = TurnableClock(start)

    assert clock.now() == clock.now() == start
    assert clock.now().tzinfo is UTC

    clock.turn(timedelta(days=1))

    assert clock.now() == start + timedelta(days=1)


def test_no_clock_is_turned_backwards() -> None:
    clock = TurnableClock(datetime(2026, 1, 1, tzinfo=UTC))

    with pytest.raises(ValueError, match="forwards"):
        clock.turn(timedelta(seconds=-1))
