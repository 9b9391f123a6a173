"""What admins change, what is written down of it, and what is told of use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nanobot.quotas.changing import MAX_GRANT_AMOUNT, MAX_RULE_AMOUNT, ExpiryInThePast, QuotaInputError
from nanobot.quotas.policy import BotRule, MemberRule, RoleRule, Rule, ServerRule
from nanobot.quotas.standing import Member
from nanobot.quotas.windows import UnknownTimezone, period_window
from nanobot.settings import Period
from nanobot.store import quota_changes
from nanobot.store.database import Database
from nanobot.store.tables import LedgerEntry, RuleScope, Unit
from tests.quotas.visits import ADMIN, MEMBER, NOON, TEN_A_DAY, Visits
from tests.store.rows import add_generation

DAY = timedelta(days=1)
ABOUT_MEMBER = (RuleScope.MEMBER, MEMBER.user_id)


@pytest.fixture
def visits(database: Database) -> Visits:
    return Visits.at(database)


async def test_rules_apply_as_soon_as_they_are_set(visits: Visits) -> None:
    seen = []
    for scope, subject_id, images in [
        (RuleScope.SERVER, 0, 5),
        (RuleScope.ROLE, 71, 3),
        (RuleScope.ROLE, 72, 6),
        (RuleScope.ROLE, 99, 1000),
        (RuleScope.MEMBER, MEMBER.user_id, 2),
        (RuleScope.MEMBER, 3, 1000),
    ]:
        await visits.set_rule(scope, subject_id, Rule(unit=Unit.IMAGES, amount=images, period=Period.DAY))
        standing = await visits.standing()
        seen.append((standing.images.source, standing.left))

    assert seen == [
        (ServerRule(), 5),
        (RoleRule(role_id=71), 3),
        (RoleRule(role_id=72), 6),
        (RoleRule(role_id=72), 6),
        (MemberRule(), 2),
        (MemberRule(), 2),
    ]


async def test_a_rule_that_is_taken_away_uncovers_the_next(visits: Visits) -> None:
    unlimited = Rule(unit=Unit.IMAGES, amount=None, period=Period.DAY)
    await visits.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=5, period=Period.WEEK))
    await visits.set_rule(RuleScope.MEMBER, MEMBER.user_id, unlimited)
    assert (await visits.standing()).left is None

    await visits.set_rule(RuleScope.MEMBER, MEMBER.user_id, None)
    assert (await visits.standing()).left == 5

    await visits.set_rule(RuleScope.SERVER, 0, None)
    assert (await visits.standing()).images.source == BotRule()


async def test_a_rule_of_a_longer_period_counts_what_was_used_before(visits: Visits) -> None:
    await visits.hold_granted(4)
    visits.clock.turn(DAY)
    await visits.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=6, period=Period.WEEK))
    standing = await visits.standing()

    assert (standing.used, standing.left) == (4, 2)
    assert standing.window.resets_at == datetime(2026, 3, 23, tzinfo=UTC)


async def test_a_rule_is_replaced_and_not_doubled(visits: Visits) -> None:
    await visits.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=5, period=Period.WEEK))
    await visits.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=None, period=Period.MONTH))
    async with visits.database.read() as session:
        shown = await visits.desk.rules(session, MEMBER.guild_id)

    assert shown.of(RuleScope.SERVER, Unit.IMAGES)[0] == Rule(
        unit=Unit.IMAGES, amount=None, period=Period.MONTH
    )


async def test_the_rules_of_a_server_are_shown_whole(visits: Visits) -> None:
    five = Rule(unit=Unit.IMAGES, amount=5, period=Period.DAY)
    await visits.set_rule(RuleScope.ROLE, 71, five)
    await visits.set_rule(RuleScope.MEMBER, 8, five)
    await visits.of(Member(user_id=8, guild_id=501)).set_rule(RuleScope.SERVER, 0, five)
    async with visits.database.read() as session:
        shown = await visits.desk.rules(session, MEMBER.guild_id)

    assert shown.bot == TEN_A_DAY
    assert [(each.scope, each.subject_id, each.rule) for each in shown.placed] == [
        (RuleScope.MEMBER, 8, five),
        (RuleScope.ROLE, 71, five),
    ]


async def test_usage_shows_who_made_most_whatever_was_reset(visits: Visits) -> None:
    busy, idle = visits, visits.of(Member(user_id=3, guild_id=MEMBER.guild_id))
    await busy.grant(5)
    await busy.settle(await busy.hold_granted(12), 11, Decimal("0.11"))
    await busy.reset()
    await idle.settle(await idle.hold_granted(2), 2, None)
    await idle.of(Member(user_id=4, guild_id=MEMBER.guild_id)).release(
        await idle.of(Member(user_id=4, guild_id=MEMBER.guild_id)).hold_granted(1)
    )
    async with visits.database.read() as session:
        usage = await visits.desk.usage(
            session, guild_id=MEMBER.guild_id, window=period_window(Period.DAY, NOON), limit=10
        )
        top = await visits.desk.usage(
            session, guild_id=MEMBER.guild_id, window=period_window(Period.DAY, NOON), limit=1
        )

    assert [(each.user_id, each.images, each.cost) for each in usage] == [
        (MEMBER.user_id, 11, Decimal("0.11")),
        (3, 2, Decimal(0)),
    ]
    assert top == usage[:1]


@pytest.mark.parametrize("images", [0, -3, MAX_GRANT_AMOUNT + 1])
async def test_a_grant_has_bounds(visits: Visits, images: int) -> None:
    with pytest.raises(QuotaInputError, match="from 1 to 1,000,000"):
        await visits.grant(images)

    assert (await visits.standing()).granted == 0


async def test_a_rule_has_an_upper_bound(visits: Visits) -> None:
    with pytest.raises(QuotaInputError, match="from 0 to 1,000,000") as failure:
        await visits.set_rule(
            RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=MAX_RULE_AMOUNT + 1, period=Period.DAY)
        )

    assert failure.value.sentence == (
        "An allowance is a number from 0 to 1,000,000, and 1,000,001 is not: give another."
    )


@pytest.mark.parametrize(
    ("scope", "subject_id"), [(RuleScope.SERVER, 5), (RuleScope.MEMBER, 0), (RuleScope.ROLE, 0)]
)
async def test_a_rule_is_about_somebody(visits: Visits, scope: RuleScope, subject_id: int) -> None:
    with pytest.raises(ValueError, match="subject is 0"):
        await visits.set_rule(scope, subject_id, TEN_A_DAY)


async def test_the_books_say_who_did_what_and_why(visits: Visits) -> None:
    await visits.grant(5)
    hold = await visits.hold_granted(2)
    await visits.release(hold)
    await visits.reset()
    async with visits.database.read() as session:
        entries = (await session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))).all()

    assert [(each.kind, each.actor_id, each.note) for each in entries] == [
        ("grant", ADMIN, None),
        ("hold", None, None),
        ("release", None, "cancelled"),
        ("reset", ADMIN, None),
    ]
    assert [each.generation_id for each in entries] == [None, hold.generation_id, hold.generation_id, None]


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1), Decimal("1000000.01")])
async def test_a_grant_of_dollars_has_bounds(visits: Visits, amount: Decimal) -> None:
    with pytest.raises(QuotaInputError, match=r"an amount in US dollars from 0\.000001 to 1,000,000"):
        await visits.grant(amount, unit=Unit.USD)


@pytest.mark.parametrize("ago", [timedelta(0), DAY])
async def test_a_grant_cannot_have_expired(visits: Visits, ago: timedelta) -> None:
    with pytest.raises(ExpiryInThePast, match="That day is over"):
        await visits.grant(1, expires_at=NOON - ago)


async def test_every_change_is_written_down_with_who_made_it(visits: Visits) -> None:
    two_a_day = Rule(unit=Unit.IMAGES, amount=2, period=Period.DAY)
    a_dollar = Rule(unit=Unit.USD, amount=Decimal("1.50"), period=Period.WEEK)
    await visits.set_rule(RuleScope.MEMBER, MEMBER.user_id, two_a_day)
    await visits.set_rule(
        RuleScope.MEMBER, MEMBER.user_id, Rule(unit=Unit.IMAGES, amount=None, period=Period.DAY)
    )
    await visits.set_rule(RuleScope.CAP, 0, a_dollar)
    await visits.set_rule(RuleScope.CAP, 0, None, unit=Unit.USD)
    await visits.grant(5, expires_at=NOON + DAY)
    await visits.reset()
    await visits.correct(images=-1, usd=Decimal("0.25"), note="paid twice by mistake")
    await visits.set_timezone("Asia/Tokyo")
    async with visits.database.read() as session:
        changes = await quota_changes.changes(session, MEMBER.guild_id, limit=20)
        about_member = await quota_changes.changes(session, MEMBER.guild_id, subject=ABOUT_MEMBER, limit=20)
        elsewhere = await quota_changes.changes(session, 501, limit=20)

    assert [(each.action, each.scope, each.before, each.after) for each in reversed(changes)] == [
        ("rule", "member", None, {"unit": "images", "amount": "2", "period": "day"}),
        (
            "rule",
            "member",
            {"unit": "images", "amount": "2", "period": "day"},
            {"unit": "images", "amount": None, "period": "day"},
        ),
        ("rule", "cap", None, {"unit": "usd", "amount": "1.50", "period": "week"}),
        ("rule", "cap", {"unit": "usd", "amount": "1.500000", "period": "week"}, {"unit": "usd"}),
        (
            "grant",
            "member",
            None,
            {"unit": "images", "amount": "5", "expires_at": "2026-03-19T12:00:00+00:00"},
        ),
        ("reset", "member", None, None),
        ("correction", "member", None, {"images": -1, "usd": "0.250000", "note": "paid twice by mistake"}),
        ("timezone", None, {"timezone": None}, {"timezone": "Asia/Tokyo"}),
    ]
    assert {(each.actor_id, each.at) for each in changes} == {(ADMIN, NOON)}
    assert [each.action for each in about_member] == ["correction", "reset", "grant", "rule", "rule"]
    assert elsewhere == []


async def test_changes_are_read_in_pages(visits: Visits) -> None:
    for _ in range(5):
        await visits.reset()
    async with visits.database.read() as session:
        first = await quota_changes.changes(session, MEMBER.guild_id, limit=3)
        second = await quota_changes.changes(session, MEMBER.guild_id, before_id=first[-1].id, limit=3)

    assert [each.id for each in [*first, *second]] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("statement", ["UPDATE quota_changes SET actor_id = 0", "DELETE FROM quota_changes"])
async def test_the_log_refuses_to_be_changed(visits: Visits, statement: str) -> None:
    await visits.reset()

    async def change() -> None:
        async with visits.database.begin() as session:
            await session.execute(text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        await change()


async def test_a_change_that_fails_leaves_no_line(visits: Visits) -> None:
    with pytest.raises(UnknownTimezone):
        await visits.set_timezone("Mars/Olympus")
    with pytest.raises(QuotaInputError):
        await visits.grant(0)
    async with visits.database.read() as session:
        assert await quota_changes.changes(session, MEMBER.guild_id, limit=20) == []


async def test_a_correction_counts_for_the_member_and_for_all(database: Database) -> None:
    visits = Visits.at(database, caps=(Rule(unit=Unit.USD, amount=Decimal(9), period=Period.DAY),))
    await visits.settle(await visits.hold_granted(2, Decimal("0.5")), 2, Decimal("0.5"))
    await visits.correct(images=-1, usd=Decimal("-0.2"), note="it was broken")
    standing = await visits.standing()

    assert (standing.images.used, standing.usd.used) == (1, Decimal("0.3"))
    assert [cap.used for cap in standing.caps] == [Decimal("0.3")]


async def test_a_day_begins_at_the_servers_midnight(visits: Visits) -> None:
    """In Tokyo it is 21:00 at noon in UTC, and direct messages know no server's time."""
    await visits.hold_granted(10)
    await visits.set_timezone("Asia/Tokyo")
    visits.clock.turn(timedelta(hours=3))
    standing = await visits.standing()
    by_message = await visits.of(Member(user_id=MEMBER.user_id, guild_id=0)).standing()

    assert standing.left == 10
    assert standing.window.resets_at == datetime(2026, 3, 19, 15, tzinfo=UTC)
    assert by_message.window.resets_at == datetime(2026, 3, 19, tzinfo=UTC)


async def test_use_is_told_by_model_and_by_day(visits: Visits) -> None:
    async def make(visits: Visits, model: str, images: int) -> None:
        hold = await visits.hold_granted(images, Decimal("0.02") * images)
        async with visits.database.begin() as session:
            await add_generation(session, generation_id=hold.generation_id, request={"model": model})
        await visits.settle(hold, images, Decimal("0.01") * images)

    other = visits.of(Member(user_id=3, guild_id=MEMBER.guild_id))
    await visits.set_timezone("Asia/Tokyo")
    await make(visits, "hidream", 2)
    visits.clock.turn(timedelta(hours=3))  # midnight in Tokyo
    await make(visits, "flux", 3)
    await make(visits, "hidream", 1)
    await make(other, "hidream", 4)
    await visits.release(await visits.hold_granted(4), cost=Decimal("0.05"), lost=4)
    async with visits.database.read() as session:
        week = period_window(Period.WEEK, NOON, ZoneInfo("Asia/Tokyo"))
        models = await visits.desk.usage_by_model(session, MEMBER, week)
        days, lines = await visits.desk.usage_by_day(session, guild_id=MEMBER.guild_id, days=3)
        today, only_today = await visits.desk.usage_by_day(session, guild_id=MEMBER.guild_id, days=1)

    assert [(each.model, each.images, each.cost) for each in models] == [
        ("flux", 3, Decimal("0.03")),
        ("hidream", 3, Decimal("0.03")),
    ]
    assert [day.start for day in days] == [datetime(2026, 3, 15 + i, 15, tzinfo=UTC) for i in (1, 2, 3)]
    assert [(each.day, each.user_id, each.model, each.images, each.cost) for each in lines] == [
        (1, MEMBER.user_id, "hidream", 2, Decimal("0.02")),
        (2, 3, "hidream", 4, Decimal("0.04")),
        (2, MEMBER.user_id, "", 0, Decimal(0)),
        (2, MEMBER.user_id, "flux", 3, Decimal("0.03")),
        (2, MEMBER.user_id, "hidream", 1, Decimal("0.01")),
    ]
    assert today == days[-1:]
    assert [(each.day, each.images) for each in only_today] == [(0, 4), (0, 0), (0, 3), (0, 1)]
    assert [each.written_off for each in only_today] == [0, Decimal("0.05"), 0, 0]
