"""How admins say until when extras count."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nanobot.bot.expiry import ExpiryUnclear, read_expiry
from nanobot.quotas.changing import ExpiryInThePast

BERLIN = ZoneInfo("Europe/Berlin")
# In Berlin it is the 29th of March by now, the day on which the clocks go forward.
NOW = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("2026-03-29", datetime(2026, 3, 29, 22, tzinfo=UTC), id="today"),
        pytest.param("2026-12-31", datetime(2026, 12, 31, 23, tzinfo=UTC), id="a date"),
        pytest.param(" 2026-4-1 ", datetime(2026, 4, 1, 22, tzinfo=UTC), id="without zeros"),
        pytest.param("1", datetime(2026, 3, 30, 22, tzinfo=UTC), id="tomorrow"),
        pytest.param("30 days", datetime(2026, 4, 28, 22, tzinfo=UTC), id="days"),
        pytest.param("30D", datetime(2026, 4, 28, 22, tzinfo=UTC), id="days in short"),
        pytest.param("3650", datetime(2036, 3, 26, 23, tzinfo=UTC), id="as far as it goes"),
    ],
)
def test_extras_count_to_the_end_of_the_last_day_where_the_server_is(text: str, end: datetime) -> None:
    assert read_expiry(text, now=NOW, zone=BERLIN) == end


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0",
        "-3",
        "1.5",
        "2026-06-31",
        "2026-13-01",
        "31.12.2026",
        "3651",
        "999999",
        "2099-01-01",
        "٣",
    ],
)
def test_what_is_no_date_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ExpiryUnclear, match=r"give the last day as `2027-01-31`, or a number of days"):
        read_expiry(text, now=NOW, zone=BERLIN)


def test_a_day_that_is_over_is_told_as_such() -> None:
    """The server's days count: in UTC it is still the 28th."""
    with pytest.raises(ExpiryInThePast, match="That day is over"):
        read_expiry("2026-03-28", now=NOW, zone=BERLIN)


def test_what_was_written_cannot_break_out_of_its_quotes() -> None:
    with pytest.raises(ExpiryUnclear) as refused:
        read_expiry("`<@7>` " + "x" * 500, now=NOW, zone=BERLIN)

    assert str(refused.value).startswith("No date can be read from `'<@7>' xxx")
    assert len(str(refused.value)) < 250
