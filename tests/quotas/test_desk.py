from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from nanobot.quotas.desk import Hold
from nanobot.quotas.policy import LimitReached, PriceUnknown, Rule
from nanobot.quotas.standing import Member
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.tables import RuleScope, Unit
from tests.quotas.visits import MEMBER, NOON, Visits

DAY = timedelta(days=1)
A_DOLLAR = Rule(unit=Unit.USD, amount=Decimal(1), period=Period.DAY)


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


async def test_a_blocked_member_keeps_credits_for_later(visits: Visits) -> None:
    await visits.grant(3)
    await visits.set_rule(
        RuleScope.MEMBER, MEMBER.user_id, Rule(unit=Unit.IMAGES, amount=0, period=Period.DAY)
    )
    refusal = await visits.hold(1)

    assert isinstance(refusal, LimitReached)
    assert refusal.is_blocked
    assert (refusal.left, refusal.constraint.granted) == (0, 3)


async def test_dollars_are_held_by_the_estimate_and_settled_by_the_cost(visits: Visits) -> None:
    await visits.set_rule(RuleScope.SERVER, 0, A_DOLLAR)
    hold = await visits.hold_granted(2, Decimal("0.4"))
    held = await visits.standing()
    await visits.settle(hold, 2, Decimal("0.25"))
    settled = await visits.standing()

    assert (held.usd.used, held.usd.held, held.usd.left) == (Decimal("0.4"), Decimal("0.4"), Decimal("0.6"))
    assert (settled.usd.used, settled.usd.held) == (Decimal("0.25"), 0)


async def test_what_costs_more_than_thought_is_used_and_the_operator_is_told(
    visits: Visits, caplog: pytest.LogCaptureFixture
) -> None:
    await visits.set_rule(RuleScope.SERVER, 0, A_DOLLAR)
    hold = await visits.hold_granted(1, Decimal("0.9"))
    await visits.settle(hold, 1, Decimal("1.2"))
    standing = await visits.standing()

    assert (standing.usd.used, standing.usd.left) == (Decimal("1.2"), 0)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"generation {hold.generation_id}: cost $1.200000, and $0.900000 was held for it"
    ]


async def test_where_nobody_says_what_it_cost_the_estimate_stands_for_what_was_made(visits: Visits) -> None:
    await visits.settle(await visits.hold_granted(3, Decimal("0.1")), 2, None)

    assert (await visits.standing()).usd.used == Decimal("0.066667")


async def test_a_limit_in_dollars_refuses_what_has_no_price(visits: Visits) -> None:
    assert isinstance(await visits.hold(1), Hold)
    await visits.set_rule(RuleScope.CAP, 0, A_DOLLAR)

    assert isinstance(await visits.hold(1), PriceUnknown)


async def test_what_was_used_before_a_limit_in_dollars_counts_in_it(visits: Visits) -> None:
    await visits.settle(await visits.hold_granted(1, Decimal("0.95")), 1, Decimal("0.95"))
    await visits.set_rule(RuleScope.SERVER, 0, A_DOLLAR)

    assert isinstance(await visits.hold(1, Decimal("0.06")), LimitReached)
    assert isinstance(await visits.hold(1, Decimal("0.05")), Hold)


async def test_the_grant_that_lapses_first_is_used_first_and_given_back_to_last(visits: Visits) -> None:
    await visits.grant(2)
    await visits.grant(2, expires_at=NOON + 9 * DAY)
    await visits.grant(2, expires_at=NOON + DAY)
    hold = await visits.hold_granted(13)
    while_held = (await visits.standing()).images.grants
    await visits.settle(hold, 12)

    assert [(grant.grant_id, grant.amount) for grant in while_held] == [(2, 1), (1, 2)]
    assert [(grant.grant_id, grant.amount) for grant in (await visits.standing()).images.grants] == [
        (2, 2),
        (1, 2),
    ]


async def test_what_comes_back_to_a_grant_that_has_lapsed_is_lost(visits: Visits) -> None:
    await visits.grant(5, expires_at=NOON + DAY)
    hold = await visits.hold_granted(12)
    visits.clock.turn(DAY - timedelta(microseconds=1))
    assert (await visits.standing()).granted == 3

    visits.clock.turn(timedelta(microseconds=1))
    await visits.release(hold)
    assert (await visits.standing()).granted == 0


async def test_a_lowered_limit_counts_what_is_running_and_takes_nothing_of_it_away(visits: Visits) -> None:
    hold = await visits.hold_granted(6)
    await visits.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=3, period=Period.DAY))

    assert (await visits.standing()).left == 0
    assert await visits.settle(hold, 6)
    assert (await visits.standing()).used == 6


async def test_grants_of_one_unit_do_not_stand_in_for_the_other(visits: Visits) -> None:
    await visits.set_rule(RuleScope.SERVER, 0, A_DOLLAR)
    await visits.grant(Decimal("0.5"), unit=Unit.USD)

    assert isinstance(await visits.hold(11, Decimal("0.1")), LimitReached)
    await visits.hold_granted(1, Decimal("1.3"))
    standing = await visits.standing()
    assert (standing.usd.used, standing.usd.granted, standing.granted) == (1, Decimal("0.2"), 0)
