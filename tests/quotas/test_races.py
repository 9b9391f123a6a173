"""No order of events lets a member pass the limit: real connections, all at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError

from nanobot.quotas.desk import Hold
from nanobot.quotas.policy import OwnerCap, Rule
from nanobot.quotas.standing import Member
from nanobot.settings import Period
from nanobot.store.database import Database, is_in_trouble
from nanobot.store.tables import ALL_GUILDS, RuleScope, Unit
from tests.quotas.balance import imbalance
from tests.quotas.visits import MEMBER, Visits

IN_TIME_SECONDS = 60


TEN_IMAGES = Rule(unit=Unit.IMAGES, amount=10, period=Period.DAY)
A_DOLLAR = Rule(unit=Unit.USD, amount=Decimal(1), period=Period.DAY)
UNLIMITED = Rule(unit=Unit.IMAGES, amount=None, period=Period.DAY)
A_DIME = Decimal("0.1")
TOGETHER = [Member(user_id=number, guild_id=MEMBER.guild_id) for number in range(1, 9)]
EVERYWHERE = [Member(user_id=number, guild_id=500 + number % 4) for number in range(1, 9)]


@pytest.mark.parametrize(
    ("scope", "rule", "members"),
    [
        pytest.param(RuleScope.SERVER, TEN_IMAGES, [MEMBER], id="own pictures"),
        pytest.param(RuleScope.SERVER, A_DOLLAR, [MEMBER], id="own dollars"),
        pytest.param(RuleScope.CAP, TEN_IMAGES, TOGETHER, id="the server's pictures"),
        pytest.param(RuleScope.CAP, A_DOLLAR, TOGETHER, id="the server's dollars"),
        pytest.param(None, TEN_IMAGES, EVERYWHERE, id="the owner's pictures"),
        pytest.param(None, A_DOLLAR, EVERYWHERE, id="the owner's dollars"),
    ],
)
async def test_forty_at_once_in_two_processes_share_ten(
    database: Database,
    same_database: Database,
    scope: RuleScope | None,
    rule: Rule,
    members: list[Member],
) -> None:
    """Whatever limits them, and whoever they are."""
    caps = (rule,) if scope is None else ()
    processes = [Visits.at(each, bot_rule=UNLIMITED, caps=caps) for each in (database, same_database)]
    if scope is not None:
        await processes[0].set_rule(scope, 0, rule)
    visits = [processes[number % 2].of(members[number % len(members)]) for number in range(48)]
    async with asyncio.timeout(IN_TIME_SECONDS):
        outcomes = await asyncio.gather(*(visit.hold(1, A_DIME) for visit in visits))

    assert sum(isinstance(outcome, Hold) for outcome in outcomes) == 10
    assert [each.used for each in (await visits[0].standing()).constraints if each.limit is not None] == [
        rule.amount
    ]
    assert await imbalance(database, ALL_GUILDS) == []


async def test_holds_and_ends_of_everybody_at_once_wait_for_each_other_in_one_order(
    database: Database, same_database: Database
) -> None:
    """With each kind of lock in play no two transactions wait for each other in a circle."""
    caps = (TEN_IMAGES, A_DOLLAR)
    processes = [Visits.at(each, bot_rule=UNLIMITED, caps=caps) for each in (database, same_database)]
    for member in EVERYWHERE[:4]:
        await processes[0].of(member).set_rule(RuleScope.CAP, 0, TEN_IMAGES)

    async def come_and_go(number: int) -> int:
        visit = processes[number % 2].of(EVERYWHERE[number % len(EVERYWHERE)])
        outcome = await visit.hold(1 + number % 3, A_DIME)
        if not isinstance(outcome, Hold):
            return 0
        if number % 2:
            await visit.release(outcome)
            return 0
        await visit.settle(outcome, 1, A_DIME / 2)
        return 1

    async with asyncio.timeout(IN_TIME_SECONDS):
        kept = sum(await asyncio.gather(*(come_and_go(number) for number in range(64))))
    standing = await processes[0].standing()
    (owner,) = [each for each in standing.caps if each.source == OwnerCap() and each.unit is Unit.IMAGES]

    assert 0 < kept <= 10
    assert owner.used == kept
    assert await imbalance(database, ALL_GUILDS) == []


async def test_at_once_for_two_the_odd_one_is_refused(database: Database, same_database: Database) -> None:
    one, two = Visits.at(database), Visits.at(same_database)
    await one.hold_granted(7)
    async with asyncio.timeout(IN_TIME_SECONDS):
        outcomes = await asyncio.gather(one.hold(2), two.hold(2))

    assert sorted(isinstance(outcome, Hold) for outcome in outcomes) == [False, True]


async def test_credits_are_not_spent_twice(database: Database, same_database: Database) -> None:
    one, two = Visits.at(database), Visits.at(same_database)
    await one.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=0, period=Period.DAY))
    await one.grant(5)
    async with asyncio.timeout(IN_TIME_SECONDS):
        outcomes = await asyncio.gather(*((one, two)[number % 2].hold(1) for number in range(20)))

    assert sum(isinstance(outcome, Hold) for outcome in outcomes) == 5
    assert (await one.standing()).granted == 0


async def test_two_processes_end_a_hold_once(database: Database, same_database: Database) -> None:
    """One thinks that the other is dead and gives the credit back while the other settles."""
    one, two = Visits.at(database), Visits.at(same_database)
    holds = [await one.hold_granted(1) for _ in range(8)]
    async with asyncio.timeout(IN_TIME_SECONDS):
        ended = [await asyncio.gather(one.settle(hold, 1), two.release(hold)) for hold in holds]

    assert [sorted(pair) for pair in ended] == [[False, True]] * 8
    assert (await one.standing()).used == sum(settled for settled, _released in ended)


async def test_a_cancelled_hold_is_whole_or_not_there(database: Database) -> None:
    """A member who goes away while the database is at it costs no one a turn and passes no limit."""
    visits = Visits.at(database)
    tasks = [asyncio.create_task(visits.hold(1)) for _ in range(30)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=IN_TIME_SECONDS)
    for task in tasks[::2]:
        task.cancel()
    async with asyncio.timeout(IN_TIME_SECONDS):
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        standing = await visits.standing()

    granted = sum(isinstance(outcome, Hold) for outcome in outcomes)
    cancelled = sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    assert granted + cancelled >= 10
    assert granted <= standing.used <= 10


async def test_whoever_goes_away_at_any_moment_leaves_the_database_to_others(database: Database) -> None:
    """On SQLite there is one connection to write, so its lock must go with whoever held it."""
    visits = Visits.at(database, bot_rule=UNLIMITED)
    await visits.hold_granted(1)
    for steps in range(0, 80, 2):
        going = asyncio.create_task(visits.hold(1))
        for _ in range(steps):
            await asyncio.sleep(0)
        going.cancel()
        async with asyncio.timeout(IN_TIME_SECONDS):
            await asyncio.wait([going])
            await visits.hold_granted(1)

    assert 41 <= (await visits.standing()).used <= 81
    assert await imbalance(database, ALL_GUILDS) == []


async def test_members_do_not_wait_for_each_other_on_postgresql(postgres_url: str) -> None:
    """While one member's books are locked, another's hold goes through."""
    database = Database.open(postgres_url)
    visits = Visits.at(database)
    other = visits.of(Member(user_id=3, guild_id=MEMBER.guild_id))
    try:
        async with database.begin() as session:
            await visits.desk.hold(session, MEMBER, generation_id="a" * 32, images=1)
            async with asyncio.timeout(IN_TIME_SECONDS):
                outcome = await other.hold(1)
    finally:
        await database.close()

    assert isinstance(outcome, Hold)


async def test_on_postgresql_nobody_waits_long_for_books_that_somebody_keeps_locked(
    postgres_url: str,
) -> None:
    """On SQLite the connection itself says so."""
    database = Database.open(postgres_url)
    visits = Visits.at(database)
    try:
        async with database.begin() as session:
            await visits.desk.hold(session, MEMBER, generation_id="a" * 32, images=1)
            with pytest.raises(DBAPIError) as kept_waiting:
                await visits.hold(1)
        afterwards = await visits.hold(1)
    finally:
        await database.close()

    assert is_in_trouble(kept_waiting.value)
    assert isinstance(afterwards, Hold)


@pytest.mark.parametrize("order", ["reset first", "hold first"])
async def test_a_hold_and_a_reset_at_once_leave_sound_books(
    database: Database, same_database: Database, order: str
) -> None:
    one, two = Visits.at(database), Visits.at(same_database)
    before = await one.hold_granted(9)
    together = [two.reset(), one.hold(1)] if order == "reset first" else [one.hold(1), two.reset()]
    async with asyncio.timeout(IN_TIME_SECONDS):
        await asyncio.gather(*together)
    await one.release(before)
    one.clock.turn(timedelta(seconds=1))

    assert (await one.standing()).used in {0, 1}
