"""The clock that people go by, and the one that tests turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from nanobot.clock import ShiftedClock, SystemClock, TurnableClock


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


def test_a_clock_is_turned_by_whoever_shares_its_file(tmp_path: Path) -> None:
    mine, theirs = ShiftedClock(tmp_path / "clock"), ShiftedClock(tmp_path / "clock")

    assert mine.offset == theirs.offset == timedelta(0)

    theirs.turn(timedelta(hours=24))
    theirs.turn(timedelta(minutes=30))
    before = datetime.now(UTC)
    told = mine.now()

    assert before + timedelta(hours=24.5) <= told <= datetime.now(UTC) + timedelta(hours=24.5)
    assert told.tzinfo is UTC
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize(
    "content",
    [b"", b"tomorrow", b"nan", b"inf", b"1e300", b"1e12", b"\xff\xfe"],
    ids=["empty", "words", "no number", "infinite", "too large", "beyond the calendar", "no text"],
)
def test_a_clock_file_that_makes_no_sense_changes_nothing(tmp_path: Path, content: bytes) -> None:
    """A bot must not fall over a file that somebody is editing."""
    file = tmp_path / "clock"
    file.write_bytes(content)

    assert ShiftedClock(file).offset == timedelta(0)


@pytest.mark.parametrize(
    ("by", "error"),
    [
        pytest.param(timedelta(seconds=-1), ValueError, id="backwards"),
        pytest.param(timedelta(days=365 * 9000), OverflowError, id="beyond the calendar"),
    ],
)
def test_a_clock_file_is_not_turned_where_no_clock_goes(
    tmp_path: Path, by: timedelta, error: type[Exception]
) -> None:
    clock = ShiftedClock(tmp_path / "clock")
    clock.turn(timedelta(hours=1))

    with pytest.raises(error):
        clock.turn(by)

    assert clock.offset == timedelta(hours=1)
