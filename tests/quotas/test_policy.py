from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.quotas.policy import (
    Allowed,
    AppliedRule,
    BotRule,
    MemberRule,
    QuotaRefusal,
    RoleRule,
    Rule,
    RuleSource,
    ServerRule,
    applied_rule,
    decide,
    images_left,
    period_window,
)
from nanobot.settings import Period

MIDNIGHT = datetime(2026, 3, 19, tzinfo=UTC)


def rule(images: int | None, period: str = "day") -> Rule:
    return Rule(images=images, period=Period(period))


BOT = rule(20)


@pytest.mark.parametrize(
    ("member", "roles", "server", "expected"),
    [
        pytest.param(None, {}, None, (BOT, BotRule()), id="nobody set anything"),
        pytest.param(None, {}, rule(3), (rule(3), ServerRule()), id="server beats bot"),
        pytest.param(None, {5: rule(1)}, rule(3), (rule(1), RoleRule(role_id=5)), id="role beats server"),
        pytest.param(
            rule(2), {5: rule(None)}, rule(3), (rule(2), MemberRule()), id="own rule beats the best role"
        ),
        pytest.param(None, {5: rule(0)}, rule(3), (rule(0), RoleRule(role_id=5)), id="a role may take away"),
        pytest.param(
            None, {5: rule(1), 6: rule(4)}, None, (rule(4), RoleRule(role_id=6)), id="best role counts"
        ),
        pytest.param(
            None,
            {5: rule(999), 6: rule(None)},
            None,
            (rule(None), RoleRule(role_id=6)),
            id="unlimited is best",
        ),
        pytest.param(
            None,
            {5: rule(10), 6: rule(50, "week")},
            None,
            (rule(10), RoleRule(role_id=5)),
            id="70 a week > 50",
        ),
        pytest.param(
            None,
            {5: rule(10, "week"), 6: rule(50, "month")},
            None,
            (rule(50, "month"), RoleRule(role_id=6)),
            id="50 a month > 10 a week",
        ),
        pytest.param(
            None,
            {5: rule(1), 6: rule(7, "week")},
            None,
            (rule(7, "week"), RoleRule(role_id=6)),
            id="of the same pace the larger at once",
        ),
        pytest.param(
            None,
            {6: rule(4), 5: rule(4)},
            None,
            (rule(4), RoleRule(role_id=5)),
            id="of the same the older role",
        ),
        pytest.param(
            None,
            {6: rule(None, "month"), 5: rule(None)},
            None,
            (rule(None), RoleRule(role_id=5)),
            id="of unlimited ones the older role",
        ),
    ],
)
def test_one_rule_counts(
    member: Rule | None, roles: dict[int, Rule], server: Rule | None, expected: tuple[Rule, RuleSource]
) -> None:
    applied = applied_rule(member=member, roles=roles, server=server, bot=BOT)

    assert (applied.rule, applied.source) == expected


@pytest.mark.parametrize(
    ("images", "used", "granted", "wanted", "expected"),
    [
        pytest.param(10, 0, 0, 4, (4, 0), id="from the allowance"),
        pytest.param(10, 6, 9, 4, (4, 0), id="the last of the allowance before any credit"),
        pytest.param(10, 8, 2, 4, (2, 2), id="the rest from credits"),
        pytest.param(10, 10, 4, 4, (0, 4), id="all from credits"),
        pytest.param(10, 12, 4, 4, (0, 4), id="a lowered allowance eats no credits"),
        pytest.param(10, 7, 0, 4, None, id="all or nothing"),
        pytest.param(10, 8, 1, 4, None, id="all or nothing with credits"),
        pytest.param(0, 0, 0, 1, None, id="no allowance"),
        pytest.param(0, 0, 1, 1, (0, 1), id="no allowance but a credit"),
        pytest.param(None, 5000, 3, 4, (4, 0), id="unlimited spends no credits"),
    ],
)
def test_a_request_is_granted_whole_or_refused(
    images: int | None, used: int, granted: int, wanted: int, expected: tuple[int, int] | None
) -> None:
    applied = AppliedRule(rule=rule(images), source=ServerRule())
    decision = decide(applied, used=used, granted=granted, wanted=wanted, resets_at=MIDNIGHT)

    match decision:
        case Allowed():
            assert (decision.from_allowance, decision.from_grant) == expected
        case QuotaRefusal():
            assert expected is None


@pytest.mark.parametrize(
    ("source", "is_blocked"),
    [
        pytest.param(MemberRule(), True, id="member"),
        pytest.param(RoleRule(role_id=5), False, id="role"),
        pytest.param(ServerRule(), False, id="server"),
        pytest.param(BotRule(), False, id="bot"),
    ],
)
def test_only_a_zero_of_ones_own_makes_credits_wait(source: RuleSource, *, is_blocked: bool) -> None:
    applied = AppliedRule(rule=rule(0), source=source)
    decision = decide(applied, used=0, granted=5, wanted=1, resets_at=MIDNIGHT)

    assert applied.is_blocked is is_blocked
    assert isinstance(decision, QuotaRefusal) is is_blocked
    assert images_left(applied, used=0, granted=5) == (0 if is_blocked else 5)


def test_a_refusal_says_how_matters_stand() -> None:
    applied = AppliedRule(rule=rule(10), source=ServerRule())
    refusal = decide(applied, used=9, granted=2, wanted=4, resets_at=MIDNIGHT)

    assert refusal == QuotaRefusal(applied=applied, used=9, granted=2, wanted=4, left=3, resets_at=MIDNIGHT)


@pytest.mark.parametrize(
    ("images", "granted", "source", "fits"),
    [
        pytest.param(4, 0, ServerRule(), True, id="just the allowance"),
        pytest.param(3, 1, ServerRule(), True, id="allowance and credit"),
        pytest.param(3, 0, ServerRule(), False, id="never enough"),
        pytest.param(0, 9, MemberRule(), False, id="blocked"),
    ],
)
def test_a_refusal_says_whether_waiting_helps(
    images: int, granted: int, source: RuleSource, *, fits: bool
) -> None:
    applied = AppliedRule(rule=rule(images), source=source)
    refusal = decide(applied, used=images + granted, granted=granted, wanted=4, resets_at=MIDNIGHT)

    assert isinstance(refusal, QuotaRefusal)
    assert refusal.fits_after_reset is fits


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


def test_an_allowance_is_not_negative() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        rule(-1)
