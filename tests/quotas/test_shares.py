"""What a part of a hold is charged or written off where nobody says what it cost."""

from __future__ import annotations

from decimal import Decimal

from nanobot.quotas.policy import Rule
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.tables import RuleScope, Unit
from tests.quotas.visits import Visits

TWO_DOLLARS = Rule(unit=Unit.USD, amount=Decimal(2), period=Period.DAY)


async def test_a_part_of_an_estimate_is_exact(database: Database) -> None:
    """One of six at nine cents each, and then half of a dollar that is in doubt: in decimals a sixth has no end."""
    visits = Visits.at(database)
    await visits.set_rule(RuleScope.CAP, 0, TWO_DOLLARS)
    await visits.settle(await visits.hold_granted(6, Decimal("0.54")), 1, None)
    await visits.release(await visits.hold_granted(6, Decimal(1)), in_doubt=3)
    standing = await visits.standing()

    assert standing.usd.used == Decimal("0.09")
    assert standing.caps[0].used == Decimal("0.59")


async def test_where_some_answers_tell_no_price_the_estimate_stands_for_these_alone(
    database: Database,
) -> None:
    """Three for a dollar: two thirds of ten cents and of a third of a dollar are used, one third is written off."""
    visits = Visits.at(database)
    await visits.set_rule(RuleScope.CAP, 0, TWO_DOLLARS)
    hold = await visits.hold_granted(3, Decimal(1))
    await visits.settle(hold, 2, Decimal("0.1"), lost=1, unpriced=1)
    standing = await visits.standing()

    assert standing.usd.used == Decimal("0.288889")
    assert standing.caps[0].used == Decimal("0.433334")


async def test_sums_of_thirds_do_not_drift(database: Database) -> None:
    """A third of the price and two thirds of the estimate are one dollar, and no millionth more."""
    visits = Visits.at(database)
    await visits.set_rule(RuleScope.CAP, 0, TWO_DOLLARS)
    hold = await visits.hold_granted(3, Decimal(1))
    await visits.settle(hold, 1, Decimal(1), lost=2, unpriced=2, in_doubt=1)
    standing = await visits.standing()

    assert standing.usd.used == Decimal("0.555556")
    assert standing.caps[0].used == 2


async def test_who_got_nothing_pays_nothing_for_answers_without_a_price(database: Database) -> None:
    visits = Visits.at(database)
    await visits.set_rule(RuleScope.CAP, 0, TWO_DOLLARS)
    hold = await visits.hold_granted(4, Decimal(1))
    await visits.release(hold, cost=Decimal("0.1"), lost=2, unpriced=1, in_doubt=1)
    standing = await visits.standing()

    assert standing.usd.used == 0
    assert standing.caps[0].used == Decimal("0.6")
