"""What limits hold for a member now and how matters stand with each, read from the books. Imports the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.quotas.policy import (
    Amount,
    AppliedRule,
    Constraint,
    GrantLeft,
    OwnerCap,
    Rule,
    ServerCap,
    applied_rule,
)
from nanobot.quotas.windows import UnknownTimezone, Window, period_window, zone_named
from nanobot.store import buckets, grants, guild_settings, ledger
from nanobot.store import rules as rule_rows
from nanobot.store.accounts import Account
from nanobot.store.buckets import Used
from nanobot.store.grants import GrantRest
from nanobot.store.ledger import Stretch
from nanobot.store.rules import SERVER_SUBJECT, StoredRule
from nanobot.store.tables import ALL_GUILDS, QuotaRule, RuleScope, Unit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person as quotas see one: in a server with roles, or in direct messages, where `guild_id` is 0."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int] = frozenset()

    @property
    def account(self) -> Account:
        return Account(guild_id=self.guild_id, user_id=self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The operator's: what a member may make where no admin set anything, and what all together may."""

    default: Rule
    caps: tuple[Rule, ...] = ()

    def default_of(self, unit: Unit) -> Rule:
        """Return the default of a unit; in one that the operator says nothing of, it is unlimited."""
        if unit is self.default.unit:
            return self.default
        return Rule(unit=unit, amount=None, period=self.default.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How matters stand for a member: the own allowance in pictures and in dollars, and the caps shared with others.

    The properties are those of the own allowance in pictures.
    """

    images: Constraint
    usd: Constraint
    caps: tuple[Constraint, ...] = ()

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """Return all, in the order in which they are asked."""
        return (self.images, self.usd, *self.caps)

    @property
    def used(self) -> Amount:
        return self.images.used

    @property
    def held(self) -> Amount:
        return self.images.held

    @property
    def granted(self) -> Amount:
        return self.images.granted

    @property
    def left(self) -> Amount | None:
        return self.images.left

    @property
    def window(self) -> Window:
        return self.images.window


async def zone_of(session: AsyncSession, guild_id: int) -> tzinfo:
    """Return the time zone of a server's days; direct messages have UTC's."""
    chosen = await guild_settings.get(session, guild_id)
    return _zone(guild_id, chosen.timezone)


async def read_standing(session: AsyncSession, member: Member, *, limits: Limits, now: datetime) -> Standing:
    """Read everything that the decision on a request of the member rests on."""
    about = await rule_rows.about(
        session, guild_id=member.guild_id, user_id=member.user_id, role_ids=member.role_ids
    )
    zone, rows = _zone(member.guild_id, about.timezone), about.rules
    applied = {unit: _applied(rows, unit, limits) for unit in Unit}
    windows = {unit: period_window(applied[unit].rule.period, now, zone) for unit in Unit}
    sums = await ledger.sums(
        session, member.account, images=_stretch(windows[Unit.IMAGES]), usd=_stretch(windows[Unit.USD])
    )
    rests = await grants.of(session, member.account, now=now)
    caps = [rule_of(row) for row in rows if row.scope is RuleScope.CAP]
    return Standing(
        images=_own(applied, windows, Unit.IMAGES, rests, used=sums.images, held=sums.held_images),
        usd=_own(applied, windows, Unit.USD, rests, used=sums.usd, held=sums.held_usd),
        caps=(
            *[
                await _server_cap(session, member.guild_id, cap, period_window(cap.period, now, zone))
                for cap in caps
            ],
            *[await _owner_cap(session, cap, period_window(cap.period, now)) for cap in limits.caps],
        ),
    )


def rule_of(row: QuotaRule | StoredRule) -> Rule:
    """Return a stored rule as the policy sees it."""
    amount = row.amount
    is_whole = row.unit is Unit.IMAGES and amount is not None
    return Rule(unit=row.unit, amount=int(amount or 0) if is_whole else amount, period=row.period)


def _zone(guild_id: int, name: str | None) -> tzinfo:
    if name is None:
        return UTC
    try:
        return zone_named(name)
    except UnknownTimezone:  # it was known when it was chosen: the machine's list of zones changed
        log.warning("server %s: no time zone %s here, so UTC is used", guild_id, name)
        return UTC


def _applied(rows: Sequence[StoredRule], unit: Unit, limits: Limits) -> AppliedRule:
    def by_subject(scope: RuleScope) -> dict[int, Rule]:
        return {row.subject_id: rule_of(row) for row in rows if row.scope is scope and row.unit is unit}

    return applied_rule(
        member=next(iter(by_subject(RuleScope.MEMBER).values()), None),
        roles=by_subject(RuleScope.ROLE),
        server=by_subject(RuleScope.SERVER).get(SERVER_SUBJECT),
        bot=limits.default_of(unit),
    )


def _own(
    applied: Mapping[Unit, AppliedRule],
    windows: Mapping[Unit, Window],
    unit: Unit,
    rests: Sequence[GrantRest],
    *,
    used: Amount,
    held: Amount,
) -> Constraint:
    amounts = [(rest, rest.images if unit is Unit.IMAGES else rest.usd) for rest in rests]
    return Constraint(
        rule=applied[unit].rule,
        source=applied[unit].source,
        window=windows[unit],
        used=used,
        held=held,
        grants=tuple(
            GrantLeft(grant_id=rest.grant_id, amount=amount, expires_at=rest.expires_at)
            for rest, amount in amounts
            if amount > 0
        ),
    )


async def _server_cap(session: AsyncSession, guild_id: int, cap: Rule, window: Window) -> Constraint:
    used = await buckets.total(session, guild_id, start=window.start, end=window.resets_at)
    return Constraint(rule=cap, source=ServerCap(), window=window, used=_in(cap.unit, used))


async def _owner_cap(session: AsyncSession, cap: Rule, window: Window) -> Constraint:
    used = await buckets.total(session, ALL_GUILDS, start=window.start, end=window.resets_at)
    return Constraint(rule=cap, source=OwnerCap(), window=window, used=_in(cap.unit, used))


def _in(unit: Unit, used: Used) -> Amount:
    return used.images if unit is Unit.IMAGES else used.usd


def _stretch(window: Window) -> Stretch:
    return Stretch(start=window.start, end=window.resets_at)
