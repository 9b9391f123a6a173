"""A desk on a real database, where each call is a transaction of its own, as the bot makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from nanobot.clock import TurnableClock
from nanobot.quotas.desk import Hold, QuotaDesk
from nanobot.quotas.policy import Amount, QuotaRefusal, Rule
from nanobot.quotas.standing import Limits, Member, Standing
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.tables import RuleScope, Unit

ADMIN = 1
MEMBER = Member(user_id=2**62 + 1, guild_id=500, role_ids=frozenset({71, 72}))
NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday
TEN_A_DAY = Rule(unit=Unit.IMAGES, amount=10, period=Period.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    database: Database
    clock: TurnableClock
    desk: QuotaDesk
    member: Member = MEMBER

    @classmethod
    def at(
        cls,
        database: Database,
        *,
        bot_rule: Rule = TEN_A_DAY,
        caps: tuple[Rule, ...] = (),
        now: datetime = NOON,
    ) -> Visits:
        clock = TurnableClock(now)
        desk = QuotaDesk(clock=clock, limits=Limits(default=bot_rule, caps=caps))
        return cls(database=database, clock=clock, desk=desk)

    def of(self, member: Member) -> Visits:
        return replace(self, member=member)

    async def hold(
        self, images: int, usd: Decimal | None = None, *, generation_id: str | None = None
    ) -> Hold | QuotaRefusal:
        async with self.database.begin() as session:
            return await self.desk.hold(
                session, self.member, generation_id=generation_id or uuid4().hex, images=images, usd=usd
            )

    async def hold_granted(self, images: int, usd: Decimal | None = None) -> Hold:
        hold = await self.hold(images, usd)
        assert isinstance(hold, Hold), hold
        return hold

    async def settle(
        self,
        hold: Hold,
        images: int,
        cost: Decimal | None = None,
        *,
        lost: int = 0,
        unpriced: int = 0,
        in_doubt: int = 0,
    ) -> bool:
        async with self.database.begin() as session:
            return await self.desk.settle(
                session,
                hold.generation_id,
                images=images,
                cost=cost,
                lost=lost,
                unpriced=unpriced,
                in_doubt=in_doubt,
            )

    async def release(
        self,
        hold: Hold,
        *,
        cost: Decimal | None = None,
        lost: int = 0,
        unpriced: int = 0,
        in_doubt: int = 0,
    ) -> bool:
        async with self.database.begin() as session:
            return await self.desk.release(
                session,
                hold.generation_id,
                note="cancelled",
                cost=cost,
                lost=lost,
                unpriced=unpriced,
                in_doubt=in_doubt,
            )

    async def grant(
        self, amount: Amount, *, unit: Unit = Unit.IMAGES, expires_at: datetime | None = None
    ) -> None:
        async with self.database.begin() as session:
            await self.desk.grant(
                session,
                guild_id=self.member.guild_id,
                user_id=self.member.user_id,
                unit=unit,
                amount=amount,
                expires_at=expires_at,
                actor_id=ADMIN,
            )

    async def reset(self) -> None:
        async with self.database.begin() as session:
            await self.desk.reset(
                session, guild_id=self.member.guild_id, user_id=self.member.user_id, actor_id=ADMIN
            )

    async def set_rule(
        self, scope: RuleScope, subject_id: int, rule: Rule | None, *, unit: Unit = Unit.IMAGES
    ) -> None:
        async with self.database.begin() as session:
            await self.desk.set_rule(
                session,
                guild_id=self.member.guild_id,
                scope=scope,
                subject_id=subject_id,
                unit=rule.unit if rule else unit,
                rule=rule,
                actor_id=ADMIN,
            )

    async def standing(self) -> Standing:
        async with self.database.read() as session:
            return await self.desk.standing(session, self.member)

    async def set_timezone(self, name: str | None) -> None:
        async with self.database.begin() as session:
            await self.desk.set_timezone(session, guild_id=self.member.guild_id, name=name, actor_id=ADMIN)

    async def correct(self, *, images: int, usd: Decimal, note: str) -> None:
        async with self.database.begin() as session:
            await self.desk.correct(
                session,
                guild_id=self.member.guild_id,
                user_id=self.member.user_id,
                images=images,
                usd=usd,
                actor_id=ADMIN,
                note=note,
            )
