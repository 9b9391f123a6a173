"""The desk where images are held before they are made, and settled or released after. Imports the store and layer 0.

Two short transactions, never one around the call to the vendor: the first holds, the second settles or releases.
The caller opens and commits them (`Database.begin`), together with what belongs to them in `generations`. The sum
of the ledger is the truth: nothing here remembers a balance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.clock import Clock
from nanobot.errors import PersonError
from nanobot.quotas import books
from nanobot.quotas.policy import (
    AppliedRule,
    QuotaRefusal,
    Rule,
    Window,
    applied_rule,
    decide,
    images_left,
    period_window,
)
from nanobot.store import accounts, ledger
from nanobot.store import rules as rule_rows
from nanobot.store.accounts import Account
from nanobot.store.ledger import MemberUsage
from nanobot.store.tables import LedgerKind, QuotaRule, RuleScope

MAX_RULE_IMAGES = 1_000_000
MAX_GRANT_IMAGES = 1_000_000


class QuotaInputError(PersonError):
    """An admin gave a number of images outside of its bounds."""

    def __init__(self, *, what: str, images: int, least: int, most: int) -> None:
        super().__init__(f"{what} is a number from {least} to {most:,}, and {images:,} is not: give another.")
        self.images = images
        self.least = least
        self.most = most


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person as quotas see one: in a server with roles, or in direct messages, where `guild_id` is 0."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a member has left.

    `used` is of the allowance in this window and contains `held`, the part whose outcome is still open; `granted`
    are the credits; `left` is what both still give, `None` for any number.
    """

    applied: AppliedRule
    window: Window
    used: int
    held: int
    granted: int
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Images that are set aside for a generation, and what the member has left besides them."""

    generation_id: str
    from_allowance: int
    from_grant: int
    left: int | None
    resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildRules:
    """All that is allowed in a server: admins' rules, and the operator's where they set none."""

    bot: Rule
    server: Rule | None
    roles: Mapping[int, Rule]
    members: Mapping[int, Rule]


class QuotaDesk:
    """Holds and gives back images. Every session it is handed is one of `Database.begin`, unless said otherwise."""

    def __init__(self, *, clock: Clock, bot_rule: Rule) -> None:
        self._clock = clock
        self._bot_rule = bot_rule

    async def hold(
        self, session: AsyncSession, member: Member, *, generation_id: str, images: int
    ) -> Hold | QuotaRefusal:
        """Set aside `images` (at least 1) for a generation that has no hold yet, all of them or none."""
        if images < 1:
            raise ValueError("a hold is of 1 image or more")
        account = _account(member)
        await accounts.lock(session, account)
        # Once, and under the lock: who waited past midnight is counted, and let in, by the new day.
        now = self._clock.now()
        standing = await self._standing(session, member, now)
        decision = decide(
            standing.applied,
            used=standing.used,
            granted=standing.granted,
            wanted=images,
            resets_at=standing.window.resets_at,
        )
        if isinstance(decision, QuotaRefusal):
            return decision
        await books.append_hold(
            session,
            account,
            now=now,
            generation_id=generation_id,
            from_allowance=decision.from_allowance,
            from_grant=decision.from_grant,
        )
        return Hold(
            generation_id=generation_id,
            from_allowance=decision.from_allowance,
            from_grant=decision.from_grant,
            left=None if standing.left is None else standing.left - images,
            resets_at=standing.window.resets_at,
        )

    async def settle(
        self, session: AsyncSession, generation_id: str, *, images: int, cost: Decimal | None
    ) -> bool:
        """Keep `images` of what was held and give back the others, credits first.

        Returns whether this ended the hold: `False` where there is none, or it was settled or released before.

        Raises:
            ValueError: fewer than 0 images, or more than were held.
        """
        return await books.end_hold(
            session, generation_id, kind=LedgerKind.SETTLE, now=self._clock.now(), keep=images, cost=cost
        )

    async def release(self, session: AsyncSession, generation_id: str, *, note: str) -> bool:
        """Give back all that was held. `note` says why in the program's words: the ledger forgets nothing.

        Returns whether this ended the hold: `False` where there is none, or it was settled or released before.
        """
        return await books.end_hold(
            session, generation_id, kind=LedgerKind.RELEASE, now=self._clock.now(), keep=0, note=note
        )

    async def standing(self, session: AsyncSession, member: Member) -> Standing:
        """Tell what a member has left now; a session of `Database.read` is enough."""
        return await self._standing(session, member, self._clock.now())

    async def set_rule(
        self,
        session: AsyncSession,
        *,
        guild_id: int,
        scope: RuleScope,
        subject_id: int,
        rule: Rule | None,
        actor_id: int,
    ) -> None:
        """Give a member, a role, or the server (`subject_id` 0) a rule, or take theirs away with `None`.

        Raises:
            QuotaInputError: the rule allows more than `MAX_RULE_IMAGES`.
            ValueError: a server's rule has a subject, or another has none.
        """
        if (scope is RuleScope.SERVER) != (subject_id == rule_rows.SERVER_SUBJECT):
            raise ValueError(
                "a rule is about a member, about a role, or about the server, whose subject is 0"
            )
        if rule is None:
            await rule_rows.remove(session, guild_id=guild_id, scope=scope, subject_id=subject_id)
            return
        if rule.images is not None:
            _check_bounds("An allowance", rule.images, least=0, most=MAX_RULE_IMAGES)
        row = QuotaRule(
            guild_id=guild_id,
            scope=scope,
            subject_id=subject_id,
            images=rule.images,
            period=rule.period,
            updated_by=actor_id,
            updated_at=self._clock.now(),
        )
        await rule_rows.put(session, row)

    async def grant(
        self, session: AsyncSession, *, guild_id: int, user_id: int, images: int, actor_id: int
    ) -> None:
        """Give a member credits, which count once the allowance is used up and never lapse.

        Raises:
            QuotaInputError: fewer than 1 or more than `MAX_GRANT_IMAGES`.
        """
        _check_bounds("A grant", images, least=1, most=MAX_GRANT_IMAGES)
        account = Account(guild_id=guild_id, user_id=user_id)
        await books.append_grant(session, account, now=self._clock.now(), images=images, actor_id=actor_id)

    async def reset(self, session: AsyncSession, *, guild_id: int, user_id: int, actor_id: int) -> None:
        """Let a member's allowance start anew at once; credits stay as they are.

        What was held before does not come back to the new allowance when it is released.
        """
        account = Account(guild_id=guild_id, user_id=user_id)
        await books.append_reset(session, account, now=self._clock.now(), actor_id=actor_id)

    async def rules(self, session: AsyncSession, guild_id: int) -> GuildRules:
        """Return every rule of a server; a session of `Database.read` is enough."""
        rows = await rule_rows.of_guild(session, guild_id)
        return GuildRules(
            bot=self._bot_rule,
            server=_by_subject(rows, RuleScope.SERVER).get(rule_rows.SERVER_SUBJECT),
            roles=_by_subject(rows, RuleScope.ROLE),
            members=_by_subject(rows, RuleScope.MEMBER),
        )

    async def usage(
        self, session: AsyncSession, *, guild_id: int, window: Window, limit: int
    ) -> Sequence[MemberUsage]:
        """Return who made most images in a window; a session of `Database.read` is enough."""
        return await ledger.usage_by_member(
            session, guild_id=guild_id, start=window.start, end=window.resets_at, limit=limit
        )

    async def _standing(self, session: AsyncSession, member: Member, now: datetime) -> Standing:
        applied = await self._applied_rule(session, member)
        window = period_window(applied.rule.period, now)
        sums = await ledger.sums(session, _account(member), start=window.start, end=window.resets_at)
        return Standing(
            applied=applied,
            window=window,
            used=sums.used,
            held=sums.held,
            granted=sums.granted,
            left=images_left(applied, used=sums.used, granted=sums.granted),
        )

    async def _applied_rule(self, session: AsyncSession, member: Member) -> AppliedRule:
        rows = await rule_rows.about(
            session, guild_id=member.guild_id, user_id=member.user_id, role_ids=member.role_ids
        )
        return applied_rule(
            member=_by_subject(rows, RuleScope.MEMBER).get(member.user_id),
            roles=_by_subject(rows, RuleScope.ROLE),
            server=_by_subject(rows, RuleScope.SERVER).get(rule_rows.SERVER_SUBJECT),
            bot=self._bot_rule,
        )


def _account(member: Member) -> Account:
    return Account(guild_id=member.guild_id, user_id=member.user_id)


def _check_bounds(what: str, images: int, *, least: int, most: int) -> None:
    if not least <= images <= most:
        raise QuotaInputError(what=what, images=images, least=least, most=most)


def _by_subject(rows: Sequence[QuotaRule], scope: RuleScope) -> dict[int, Rule]:
    return {row.subject_id: Rule(images=row.images, period=row.period) for row in rows if row.scope is scope}
