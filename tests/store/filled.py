"""A database with something in each of its tables, as a bot that was used leaves it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from nanobot.quotas.policy import Rule
from nanobot.settings import Period
from nanobot.store import bot_state, generations, processes
from nanobot.store.database import Database
from nanobot.store.tables import GenerationStatus, LedgerEntry, RuleScope, Unit
from tests.quotas.visits import ADMIN, MEMBER, NOON, Visits
from tests.store.rows import LEASE, add_generation, make_pictures

POSTED, FAILED, WAITING, GIVEN_BACK = "a" * 32, "b" * 32, "c" * 32, "d" * 32
COST = Decimal("0.061235")
DAY = timedelta(days=1)


async def fill(database: Database) -> Visits:
    """Let a member of a capped server use extras, and have a request posted, one made, and one failed on an allowance and one on extras."""
    visits = Visits.at(database)
    await visits.set_rule(RuleScope.CAP, 0, Rule(unit=Unit.USD, amount=Decimal("12.5"), period=Period.WEEK))
    await visits.set_rule(RuleScope.SERVER, 0, Rule(unit=Unit.IMAGES, amount=3, period=Period.DAY))
    await visits.set_rule(
        RuleScope.MEMBER, MEMBER.user_id, Rule(unit=Unit.USD, amount=Decimal("0.2"), period=Period.DAY)
    )
    await visits.grant(5, expires_at=NOON + DAY)
    await visits.grant(Decimal("0.75"), unit=Unit.USD)
    await post(visits, POSTED, cost=COST)
    await fail(visits, FAILED)
    await ask(visits, WAITING, images=3)
    await fail(visits, GIVEN_BACK, cost=Decimal("0.045"))
    await correct(visits)
    async with database.begin() as session:
        await make_pictures(session, WAITING)
        await visits.desk.set_timezone(
            session, guild_id=MEMBER.guild_id, name="Europe/Berlin", actor_id=ADMIN
        )
        await bot_state.put(session, "a digest", {"commands": "ü🦊"})
        await processes.beat(session, "an old process", now=NOON, until=NOON)
    return visits


async def ask(visits: Visits, generation_id: str, *, images: int = 2) -> None:
    """Hold, and write the generation's row, in one transaction as the bot does."""
    async with visits.database.begin() as session:
        await visits.desk.hold(
            session, visits.member, generation_id=generation_id, images=images, usd=Decimal("0.05") * images
        )
        await add_generation(
            session,
            generation_id=generation_id,
            guild_id=visits.member.guild_id,
            user_id=visits.member.user_id,
            images_wanted=images,
            request={"prompt": "a fox, 狐 and \0 and \ud83e", "strength": 0.1},
        )


async def post(visits: Visits, generation_id: str, *, cost: Decimal | None, images: int = 1) -> None:
    """Ask for two pictures and post so many."""
    await ask(visits, generation_id)
    async with visits.database.begin() as session:
        await make_pictures(session, generation_id)
        await generations.mark_posted(
            session, generation_id, now=NOON, channel_id=600, message_id=700, cost=cost
        )
        await visits.desk.settle(session, generation_id, images=images, cost=cost)


async def fail(visits: Visits, generation_id: str, *, cost: Decimal | None = None) -> None:
    await ask(visits, generation_id)
    async with visits.database.begin() as session:
        await generations.finish(
            session,
            generation_id,
            now=NOON,
            owner=LEASE.owner,
            status=GenerationStatus.FAILED,
            error="It broke.",
            cost=cost,
        )
        await visits.desk.release(
            session, generation_id, note="failed", cost=cost, lost=0 if cost is None else 1
        )


async def correct(visits: Visits) -> None:
    """Count a little less by hand."""
    async with visits.database.begin() as session:
        await visits.desk.correct(
            session,
            guild_id=visits.member.guild_id,
            user_id=visits.member.user_id,
            images=-1,
            usd=Decimal("-0.01"),
            actor_id=0,
            note="charged twice",
        )


async def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything, in an order of its own."""
    async with database.read() as session:
        return {
            table.name: sorted(map(tuple, await session.execute(select(table))), key=repr)
            for table in LedgerEntry.metadata.sorted_tables
        }
