"""What the sandbox's panel shows of the bot's books, read from its database while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nanobot.clock import Clock
from nanobot.quotas.desk import QuotaDesk
from nanobot.quotas.policy import Amount, Rule
from nanobot.quotas.standing import Limits, Member
from nanobot.quotas.standing import Standing as DeskStanding
from nanobot.sandbox.page.insight import Asked, Books, LedgerLine, Standing, Whose
from nanobot.settings import Settings
from nanobot.store import generations, ledger
from nanobot.store.accounts import Account
from nanobot.store.database import Database
from nanobot.store.tables import Generation, LedgerEntry, Unit

SHOWN_LINES = 50
SHOWN_GENERATIONS = 20


@asynccontextmanager
async def open_insight(database_url: str, clock: Clock) -> AsyncIterator[DatabaseInsight]:
    """Look into the books of a sandbox's bot, which has every setting's default."""
    # Not from the environment, which the sandbox's bot is not given either.
    defaults = Settings.model_construct()
    rule = Rule(unit=Unit.IMAGES, amount=defaults.default_quota_images, period=defaults.default_quota_period)
    database = Database.open(database_url)
    try:
        yield DatabaseInsight(database, QuotaDesk(clock=clock, limits=Limits(default=rule)))
    finally:
        await database.close()


class DatabaseInsight:
    """Implements `BotInsight`; its database has its tables once the bot was online."""

    def __init__(self, database: Database, desk: QuotaDesk) -> None:
        self._database = database
        self._desk = desk

    async def books_of(self, whose: Whose) -> Books:
        member = Member(user_id=whose.user_id, guild_id=whose.guild_id, role_ids=whose.role_ids)
        account = Account(guild_id=whose.guild_id, user_id=whose.user_id)
        async with self._database.read() as session:
            entries = await ledger.latest(session, account, limit=SHOWN_LINES)
            standing = await self._desk.standing(session, member)
            asked = await generations.history(
                session, user_id=whose.user_id, guild_id=whose.guild_id, limit=SHOWN_GENERATIONS
            )
        return Books(
            ledger=[_line(entry) for entry in entries],
            standing=_standing(standing),
            generations=[_asked(generation) for generation in asked],
        )


def _line(entry: LedgerEntry) -> LedgerLine:
    return LedgerLine(
        at=entry.at,
        kind=entry.kind.value,
        images=entry.allowance_images,
        extra=entry.grant_images,
        cost=entry.cost,
        note=entry.note,
        generation=entry.generation_id,
    )


def _standing(standing: DeskStanding) -> Standing:
    return Standing(
        used=int(standing.used),
        limit=_whole(standing.images.limit),
        left=_whole(standing.left),
        resets_at=standing.window.resets_at,
        period=standing.images.rule.period.value,
    )


def _whole(pictures: Amount | None) -> int | None:
    return None if pictures is None else int(pictures)


def _asked(generation: Generation) -> Asked:
    return Asked(
        id=generation.id,
        prompt=str(generation.request.get("prompt", "")),
        status=generation.status.value,
        updated_at=generation.updated_at,
        error=generation.error,
    )
