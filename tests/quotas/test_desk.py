from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from nanobot.quotas.changing import MAX_GRANT_AMOUNT, MAX_RULE_AMOUNT, QuotaInputError
from nanobot.quotas.desk import Hold
from nanobot.quotas.policy import BotRule, LimitReached, MemberRule, RoleRule, Rule, ServerRule
from nanobot.quotas.standing import Member
from nanobot.quotas.windows import period_window
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.tables import LedgerEntry, RuleScope, Unit
from tests.quotas.visits import ADMIN, MEMBER, NOON, TEN_A_DAY, Visits

DAY = timedelta(days=1)


@pytest.fixture
def visits(database: Database) -> Visits:
    return Visits.at(database)


async def test_a_hold_counts_at_once(visits: Visits) -> None:
    hold = await visits.hold_granted(4)
    standing = await visits.standing()

    assert (hold.images, hold.usd, hold.left) == (4, None, 6)
    assert hold.resets_at == datetime(2026, 3, 19, tzinfo=UTC)
    assert (standing.used, standing.held, standing.left) == (4, 4, 6)


async def test_a_hold_beyond_the_allowance_is_refused_and_costs_nothing(visits: Visits) -> None:
    await visits.hold_granted(8)
    refusal = await visits.hold(3)

    assert isinstance(refusal, LimitReached)
    assert (refusal.constraint.used, refusal.wanted, refusal.left) == (8, 3, 2)
    assert (await visits.standing()).used == 8


async def test_what_was_made_stays_used_and_the_rest_comes_back(visits: Visits) -> None:
    hold = await visits.hold_granted(4)

    assert await visits.settle(hold, 3, Decimal("0.03"))
    standing = await visits.standing()
    assert (standing.used, standing.held, standing.left) == (3, 0, 7)


async def test_a_release_gives_everything_back(visits: Visits) -> None:
    hold = await visits.hold_granted(4)

    assert await visits.release(hold)
    standing = await visits.standing()
    assert (standing.used, standing.held, standing.left) == (0, 0, 10)


@pytest.mark.parametrize("first", ["settle", "release"])
@pytest.mark.parametrize("second", ["settle", "release"])
async def test_a_hold_ends_exactly_once(visits: Visits, first: str, second: str) -> None:
    hold = await visits.hold_granted(4)

    async def end(way: str) -> bool:
        return await (visits.settle(hold, 1) if way == "settle" else visits.release(hold))

    assert await end(first)
    after_first = await visits.standing()
    assert not await end(second)
    assert await visits.standing() == after_first


async def test_there_is_nothing_to_settle_without_a_hold(visits: Visits) -> None:
    nothing = Hold(generation_id="f" * 32, images=1, usd=None, left=None, resets_at=NOON)

    assert not await visits.settle(nothing, 1)
    assert not await visits.release(nothing)


async def test_no_less_than_nothing_is_kept(visits: Visits) -> None:
    hold = await visits.hold_granted(4)
    with pytest.raises(ValueError, match="fewer than 0"):
        await visits.settle(hold, -1)

    assert (await visits.standing()).held == 4


async def test_pictures_beyond_those_held_are_not_charged(visits: Visits) -> None:
    await visits.settle(await visits.hold_granted(4), 6)
    standing = await visits.standing()

    assert (standing.used, standing.held) == (4, 0)


async def test_a_hold_of_nothing_is_a_mistake(visits: Visits) -> None:
    with pytest.raises(ValueError, match="1 image or more"):
        await visits.hold(0)


async def test_credits_are_spent_after_the_allowance_and_come_back_first(visits: Visits) -> None:
    await visits.grant(5)
    hold = await visits.hold_granted(12)

    assert hold.left == 3
    assert ((await visits.standing()).used, (await visits.standing()).granted) == (10, 3)
    await visits.settle(hold, 9)
    standing = await visits.standing()
    assert (standing.used, standing.granted, standing.left) == (9, 5, 6)


async def test_a_release_gives_credits_back_as_credits(visits: Visits) -> None:
    await visits.grant(5)
    hold = await visits.hold_granted(12)
    await visits.release(hold)
    standing = await visits.standing()

    assert (standing.used, standing.granted) == (0, 5)


async def test_credits_outlast_the_period(visits: Visits) -> None:
    await visits.grant(5)
    await visits.hold_granted(12)
    visits.clock.turn(40 * DAY)
    standing = await visits.standing()

    assert (standing.used, standing.granted, standing.left) == (0, 3, 13)


async def test_the_allowance_starts_anew_at_midnight(visits: Visits) -> None:
    await visits.hold_granted(10)
    visits.clock.turn(DAY / 2 - timedelta(microseconds=1))
    assert isinstance(await visits.hold(1), LimitReached)

    visits.clock.turn(timedelta(microseconds=1))
    assert isinstance(await visits.hold(10), Hold)


async def test_what_is_released_after_midnight_gives_the_new_day_nothing(database: Database) -> None:
    visits = Visits.at(database, now=datetime(2026, 3, 18, 23, 59, tzinfo=UTC))
    hold = await visits.hold_granted(4)
    visits.clock.turn(timedelta(minutes=2))
    await visits.release(hold)
    standing = await visits.standing()

    assert (standing.used, standing.left) == (0, 10)
    assert isinstance(await visits.hold(11), LimitReached)


async def test_what_was_held_yesterday_counts_in_the_same_month_until_released(database: Database) -> None:
    visits = Visits.at(
        database,
        bot_rule=Rule(unit=Unit.IMAGES, amount=10, period=Period.MONTH),
        now=datetime(2026, 3, 22, 23, 59, tzinfo=UTC),
    )
    hold = await visits.hold_granted(4)
    visits.clock.turn(timedelta(minutes=2))

    assert (await visits.standing()).used == 4
    await visits.release(hold)
    assert (await visits.standing()).used == 0


async def test_a_reset_starts_the_allowance_anew_and_keeps_credits(visits: Visits) -> None:
    await visits.grant(3)
    await visits.hold_granted(12)
    await visits.reset()
    standing = await visits.standing()

    assert (standing.used, standing.held, standing.granted, standing.left) == (0, 0, 1, 11)


async def test_what_was_open_at_a_reset_makes_no_credit_of_its_release(visits: Visits) -> None:
    open_hold = await visits.hold_granted(6)
    await visits.reset()
    await visits.hold_granted(2)
    await visits.release(open_hold)
    standing = await visits.standing()

    assert (standing.used, standing.left) == (2, 8)


async def test_credits_in_an_open_hold_come_back_after_a_reset(visits: Visits) -> None:
    await visits.grant(3)
    open_hold = await visits.hold_granted(12)
    await visits.reset()
    await visits.release(open_hold)
    standing = await visits.standing()

    assert (standing.used, standing.granted, standing.left) == (0, 3, 13)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Member(user_id=MEMBER.user_id, guild_id=501), id="another server"),
        pytest.param(Member(user_id=MEMBER.user_id, guild_id=0), id="direct messages"),
        pytest.param(Member(user_id=3, guild_id=MEMBER.guild_id), id="another member"),
    ],
)
async def test_each_members_books_are_their_own(visits: Visits, other: Member) -> None:
    await visits.of(other).grant(2)
    await visits.of(other).hold_granted(11)
    await visits.hold_granted(10)
    await visits.reset()

    assert (await visits.of(other).standing()).used == 10
    assert (await visits.of(other).standing()).granted == 1


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


async def test_a_blocked_member_keeps_credits_for_later(visits: Visits) -> None:
    await visits.grant(3)
    await visits.set_rule(
        RuleScope.MEMBER, MEMBER.user_id, Rule(unit=Unit.IMAGES, amount=0, period=Period.DAY)
    )
    refusal = await visits.hold(1)

    assert isinstance(refusal, LimitReached)
    assert refusal.is_blocked
    assert (refusal.left, refusal.constraint.granted) == (0, 3)


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
