"""The books of a bot that was used balance, and whatever is wrong with them is found."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update

from nanobot.quotas.audit import Audit, audit
from nanobot.store.database import Database
from nanobot.store.tables import Generation
from tests.quotas.visits import Visits
from tests.store.filled import FAILED, GIVEN_BACK, POSTED, WAITING, fail, fill, post


async def audited(database: Database) -> Audit:
    async with database.read() as session:
        return await audit(session)


async def test_what_a_bot_wrote_balances(database: Database) -> None:
    """Pictures posted, failed and waited for, from allowances and grants, with a correction by hand."""
    await fill(database)
    found = await audited(database)

    assert found.sentences == [
        "The books balance: 16 entries, 4 holds (1 still open), 3 pictures and $0.201235 used."
    ]
    assert found.balances


async def test_empty_books_balance(database: Database) -> None:
    assert (await audited(database)).sentences == [
        "The books balance: 0 entries, 0 holds, 0 pictures and $0.00 used."
    ]


async def test_a_cost_finer_than_a_millionth_balances(database: Database) -> None:
    """What is used is rounded up, and what is noted as the cost to the nearest."""
    visits = Visits.at(database)
    await post(visits, POSTED, cost=Decimal("0.0000014"))
    await post(visits, WAITING, cost=Decimal("0.3"), images=2)
    await post(visits, GIVEN_BACK, cost=None)

    assert (await audited(database)).sentences == [
        "The books balance: 6 entries, 3 holds, 4 pictures and $0.350002 used."
    ]


async def test_what_was_paid_for_nothing_is_told(database: Database) -> None:
    visits = Visits.at(database)
    await fail(visits, FAILED)
    async with database.begin() as session:
        await session.execute(update(Generation).values(cost=Decimal("1.5")))

    assert (await audited(database)).sentences == [
        "The books balance: 2 entries, 1 hold, 0 pictures and $0.00 used. "
        "$1.50 more was paid for pictures that are not posted."
    ]
