from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.quotas.windows import UnknownTimezone, last_days, period_window, zone_named
from nanobot.settings import Period
from nanobot.store.buckets import bucket_start


@pytest.mark.parametrize(
    ("period", "now", "start", "resets_at"),
    [
        pytest.param("day", "2026-03-18T00:00", "2026-03-18", "2026-03-19", id="first moment of a day"),
        pytest.param("day", "2026-03-18T23:59:59.999999", "2026-03-18", "2026-03-19", id="last of a day"),
        pytest.param("week", "2026-03-18T12:00", "2026-03-16", "2026-03-23", id="a Wednesday"),
        pytest.param("week", "2026-03-16T00:00", "2026-03-16", "2026-03-23", id="a Monday"),
        pytest.param("week", "2026-03-22T23:59", "2026-03-16", "2026-03-23", id="a Sunday"),
        pytest.param("week", "2027-01-01T12:00", "2026-12-28", "2027-01-04", id="over New Year"),
        pytest.param("month", "2026-02-28T23:59", "2026-02-01", "2026-03-01", id="February"),
        pytest.param("month", "2028-02-29T12:00", "2028-02-01", "2028-03-01", id="a leap day"),
        pytest.param("month", "2026-12-31T23:59", "2026-12-01", "2027-01-01", id="December"),
        pytest.param("month", "2026-01-31T00:00", "2026-01-01", "2026-02-01", id="before a short month"),
    ],
)
def test_periods_follow_the_calendar(period: str, now: str, start: str, resets_at: str) -> None:
    window = period_window(Period(period), datetime.fromisoformat(now).replace(tzinfo=UTC))

    assert window.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert window.resets_at == datetime.fromisoformat(resets_at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "start", "hours"),
    [
        pytest.param("Asia/Tokyo", "2026-03-18T14:59", "2026-03-17T15:00", 24, id="east of UTC"),
        pytest.param("America/New_York", "2026-01-10T04:59", "2026-01-09T05:00", 24, id="west of UTC"),
        pytest.param("Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", 23, id="clocks go forward"),
        pytest.param("Europe/Berlin", "2026-10-25T12:00", "2026-10-24T22:00", 25, id="clocks go back"),
    ],
)
def test_a_day_is_the_one_of_the_zones_clocks(zone: str, now: str, start: str, hours: int) -> None:
    window = period_window(Period.DAY, datetime.fromisoformat(now).replace(tzinfo=UTC), tz=ZoneInfo(zone))

    assert window.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert window.resets_at - window.start == timedelta(hours=hours)


@given(
    period=st.sampled_from(Period),
    now=st.datetimes(datetime(2015, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Africa/Cairo", "Pacific/Kiritimati", "America/Sao_Paulo"]),
)
def test_windows_leave_no_gap(period: Period, now: datetime, zone: str) -> None:
    tz = ZoneInfo(zone)
    window = period_window(period, now, tz)
    last_moment = window.resets_at - timedelta(microseconds=1)

    assert window.start <= now < window.resets_at
    assert period_window(period, last_moment, tz) == window
    assert period_window(period, window.resets_at, tz).start == window.resets_at


@given(
    days=st.integers(1, 90),
    now=st.datetimes(datetime(2015, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu"]),
)
def test_the_last_days_follow_each_other_up_to_today(days: int, now: datetime, zone: str) -> None:
    windows = last_days(days, now, ZoneInfo(zone))

    assert len(windows) == days
    assert windows[-1] == period_window(Period.DAY, now, ZoneInfo(zone))
    assert all(windows[i].resets_at == windows[i + 1].start for i in range(days - 1))


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    zone=st.sampled_from(sorted(available_timezones())),
)
def test_every_zones_midnight_is_at_a_quarter_of_an_hour(now: datetime, zone: str) -> None:
    """On this the sums of caps rest, which are kept by quarters of an hour."""
    start = period_window(Period.DAY, now, ZoneInfo(zone)).start

    assert start == bucket_start(start)


@pytest.mark.parametrize("name", ["Europe/Berlin", " UTC ", "Asia/Kathmandu"])
def test_a_zone_is_known_by_its_name(name: str) -> None:
    assert zone_named(name).key == name.strip()


@pytest.mark.parametrize(
    "name", ["", "Berlin", "Europe", "../etc/passwd", "/etc/passwd", "Europe/Berlin\0", "x" * 5000]
)
def test_a_zone_that_there_is_not_is_a_sentence(name: str) -> None:
    with pytest.raises(UnknownTimezone, match="There is no time zone"):
        zone_named(name)
