"""The desk where pictures are held before they are made, and settled or released after. Imports the store and layer 0.

Two short transactions, never one around the call to the vendor: the first holds, the second settles or releases.
The caller opens and commits them (`Database.begin`), together with what belongs to them in `generations`. The sum
of the ledger is the truth: nothing here remembers a balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.clock import Clock
from nanobot.quotas import books, changing
from nanobot.quotas.changing import Actor
from nanobot.quotas.policy import Allowed, Amount, QuotaRefusal, Rule, decide
from nanobot.quotas.standing import Limits, Member, Standing, read_standing, rule_of, zone_of
from nanobot.quotas.windows import Window, last_days
from nanobot.store import accounts, reports
from nanobot.store import rules as rule_rows
from nanobot.store.accounts import Account
from nanobot.store.ledger import Stretch
from nanobot.store.reports import DayUsage, MemberUsage, ModelUsage
from nanobot.store.tables import LedgerKind, RuleScope, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What is set aside for a generation, and how many pictures the member has left besides them."""

    generation_id: str
    images: int
    usd: Decimal | None
    left: Amount | None
    resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRule:
    """An admin's rule and whom it is about; `subject_id` of a server's rule or cap is 0."""

    scope: RuleScope
    subject_id: int
    rule: Rule
    updated_by: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildRules:
    """All that is allowed in a server: admins' rules, and the operator's default where they set none."""

    bot: Rule
    placed: tuple[PlacedRule, ...] = ()

    def of(self, scope: RuleScope, unit: Unit) -> dict[int, Rule]:
        """Return the rules of a scope and unit by their subjects."""
        return {
            each.subject_id: each.rule
            for each in self.placed
            if each.scope is scope and each.rule.unit is unit
        }


class QuotaDesk:
    """Holds and gives back. Every session it is handed is one of `Database.begin`, unless said otherwise."""

    def __init__(self, *, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits

    async def hold(
        self,
        session: AsyncSession,
        member: Member,
        *,
        generation_id: str,
        images: int,
        usd: Decimal | None = None,
    ) -> Hold | QuotaRefusal:
        """Set aside `images` (at least 1) and `usd` for a generation that has no hold yet, all of it or nothing.

        `usd` is what they are thought to cost, `None` where nobody knows.
        """
        if images < 1:
            raise ValueError("a hold is of 1 image or more")
        usd = None if usd is None else books.to_dollars(usd)
        await self._lock(session, member)
        # Once, and under the locks: who waited past midnight is counted, and let in, by the new day.
        now = self._clock.now()
        standing = await read_standing(session, member, limits=self._limits, now=now)
        decision = decide(standing.constraints, images=images, usd=usd)
        if not isinstance(decision, Allowed):
            return decision
        await books.append_hold(
            session, member.account, now=now, generation_id=generation_id, allowed=decision
        )
        return Hold(
            generation_id=generation_id,
            images=images,
            usd=usd,
            left=None if standing.left is None else standing.left - images,
            resets_at=standing.window.resets_at,
        )

    async def settle(
        self,
        session: AsyncSession,
        generation_id: str,
        *,
        images: int,
        cost: Decimal | None,
        lost: int = 0,
        unpriced: int = 0,
        in_doubt: int = 0,
    ) -> bool:
        """Keep `images` of what was held and what they cost in US dollars, and give back the rest, grants first.

        `cost` is of these and of the `lost` ones, which were paid for and never arrived; for the `unpriced` ones among
        them, of which nobody tells it, the estimate stands. The share of the lost ones is written off: caps count it,
        the member does not. So is the estimate for images `in_doubt`, of which nobody knows whether they were paid
        for. Images beyond those held are not charged; a cost beyond the estimate is used all the same. Returns whether
        this ended the hold: `False` where there is none, or it was settled or released before.

        Raises:
            ValueError: fewer than 0 images.
        """
        ending = books.Ending(
            kind=LedgerKind.SETTLE, images=images, lost=lost, unpriced=unpriced, in_doubt=in_doubt, cost=cost
        )
        return await books.end_hold(session, generation_id, ending, now=self._clock.now())

    async def release(
        self,
        session: AsyncSession,
        generation_id: str,
        *,
        note: str,
        cost: Decimal | None = None,
        lost: int = 0,
        unpriced: int = 0,
        in_doubt: int = 0,
    ) -> bool:
        """Give back all that was held. `note` says why in the program's words: the ledger forgets nothing.

        What was or may have been paid is written off, as in `settle`: it is the owner's loss. Returns whether this
        ended the hold: `False` where there is none, or it was settled or released before.
        """
        ending = books.Ending(
            kind=LedgerKind.RELEASE, lost=lost, unpriced=unpriced, in_doubt=in_doubt, cost=cost, note=note
        )
        return await books.end_hold(session, generation_id, ending, now=self._clock.now())

    async def standing(self, session: AsyncSession, member: Member) -> Standing:
        """Tell how matters stand for a member now; a session of `Database.read` is enough."""
        return await read_standing(session, member, limits=self._limits, now=self._clock.now())

    async def set_rule(
        self,
        session: AsyncSession,
        *,
        guild_id: int,
        scope: RuleScope,
        subject_id: int,
        unit: Unit,
        rule: Rule | None,
        actor_id: int,
    ) -> None:
        """Give a member, a role, or the server or its cap (`subject_id` 0) a rule in a unit, or take it away.

        It counts at once, and what is held already counts as used: nothing is taken away from a running request.

        Raises:
            QuotaInputError: the rule allows more than `MAX_RULE_AMOUNT`.
            ValueError: the rule is of another unit, or a server's rule or cap has a subject, or another has none.
        """
        await changing.set_rule(
            session,
            self._by(actor_id),
            guild_id=guild_id,
            scope=scope,
            subject_id=subject_id,
            unit=unit,
            rule=rule,
        )

    async def grant(
        self,
        session: AsyncSession,
        *,
        guild_id: int,
        user_id: int,
        amount: Amount,
        actor_id: int,
        unit: Unit = Unit.IMAGES,
        expires_at: datetime | None = None,
    ) -> None:
        """Give a member extras, which count once the allowance is used up, until they are used or expire.

        Raises:
            QuotaInputError: nothing, or more than `MAX_GRANT_AMOUNT`.
            ExpiryInThePast: they would have expired already.
        """
        account = Account(guild_id=guild_id, user_id=user_id)
        await changing.grant(
            session, self._by(actor_id), account, unit=unit, amount=amount, expires_at=expires_at
        )

    async def reset(self, session: AsyncSession, *, guild_id: int, user_id: int, actor_id: int) -> None:
        """Let a member's allowances start anew at once, in pictures and dollars; grants and caps stay as they are.

        What was held before does not come back to the new allowance when it is released.
        """
        await changing.reset(session, self._by(actor_id), Account(guild_id=guild_id, user_id=user_id))

    async def correct(
        self,
        session: AsyncSession,
        *,
        guild_id: int,
        user_id: int,
        images: int = 0,
        usd: Decimal = Decimal(0),
        actor_id: int,
        note: str,
    ) -> None:
        """Count so much more as used by a member now, or less where it is negative, towards caps as well."""
        account = Account(guild_id=guild_id, user_id=user_id)
        await changing.correct(session, self._by(actor_id), account, images=images, usd=usd, note=note)

    async def set_timezone(
        self, session: AsyncSession, *, guild_id: int, name: str | None, actor_id: int
    ) -> None:
        """Let a server's days begin at midnight of the time zone with this IANA name; `None` is UTC.

        Raises:
            UnknownTimezone: there is none of that name.
        """
        await changing.set_timezone(session, self._by(actor_id), guild_id, name)

    async def rules(self, session: AsyncSession, guild_id: int) -> GuildRules:
        """Return every rule of a server; a session of `Database.read` is enough."""
        rows = await rule_rows.of_guild(session, guild_id)
        placed = (
            PlacedRule(
                scope=row.scope,
                subject_id=row.subject_id,
                rule=rule_of(row),
                updated_by=row.updated_by,
                updated_at=row.updated_at,
            )
            for row in rows
        )
        return GuildRules(bot=self._limits.default, placed=tuple(placed))

    async def zone(self, session: AsyncSession, guild_id: int) -> tzinfo:
        """Return the time zone of a server's days; a session of `Database.read` is enough."""
        return await zone_of(session, guild_id)

    async def usage(
        self, session: AsyncSession, *, guild_id: int, window: Window, limit: int
    ) -> Sequence[MemberUsage]:
        """Return who made most images in a window; a session of `Database.read` is enough."""
        return await reports.by_member(
            session, guild_id=guild_id, start=window.start, end=window.resets_at, limit=limit
        )

    async def usage_by_model(
        self, session: AsyncSession, member: Member, window: Window
    ) -> Sequence[ModelUsage]:
        """Return what a member made with which models in a window; a session of `Database.read` is enough."""
        stretch = Stretch(start=window.start, end=window.resets_at)
        return await reports.by_model(session, member.account, stretch)

    async def usage_by_day(
        self, session: AsyncSession, *, guild_id: int, days: int
    ) -> tuple[list[Window], Sequence[DayUsage]]:
        """Return a server's last `days` days, and who made what on them; a session of `Database.read` is enough."""
        windows = last_days(days, self._clock.now(), await zone_of(session, guild_id))
        stretches = [Stretch(start=window.start, end=window.resets_at) for window in windows]
        return windows, await reports.by_day(session, guild_id=guild_id, days=stretches)

    async def _lock(self, session: AsyncSession, member: Member) -> None:
        """Lock all books that the decision rests on, in the order that everybody keeps."""
        if self._limits.caps:
            await accounts.lock_everybody(session)
        await accounts.lock_to_hold(session, member.account)

    def _by(self, actor_id: int) -> Actor:
        return Actor(actor_id=actor_id, now=self._clock.now())
