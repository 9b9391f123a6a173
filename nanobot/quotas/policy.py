"""The rules of quotas as pure functions: which rule applies, and what a request gets.

Imports `nanobot.settings` and `nanobot.store.tables` for their words, and nothing that does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from nanobot.quotas.windows import Window
from nanobot.settings import Period
from nanobot.store.tables import Unit

Amount: TypeAlias = int | Decimal
"""Pictures as a whole number, or US dollars."""

# How often each fits into 210 days, so that allowances of different periods compare exactly.
_TIMES_IN = {Period.DAY: 210, Period.WEEK: 30, Period.MONTH: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many pictures or dollars a period; `None` is unlimited, 0 is no allowance.

    Raises:
        ValueError: less than 0, or a part of a picture.
    """

    unit: Unit
    amount: Amount | None
    period: Period

    def __post_init__(self) -> None:
        if self.amount is not None and self.amount < 0:
            raise ValueError("an allowance is 0 or more")
        if self.unit is Unit.IMAGES and isinstance(self.amount, Decimal):
            raise ValueError("pictures are counted whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRule:
    """An admin's rule for this one member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRule:
    """An admin's rule for a role that the member has."""

    role_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRule:
    """An admin's rule for each member of the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotRule:
    """The operator's setting, where no admin set anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCap:
    """An admin's limit for all members of the server together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerCap:
    """The operator's limit for all servers and direct messages together."""


RuleSource: TypeAlias = MemberRule | RoleRule | ServerRule | BotRule
Source: TypeAlias = RuleSource | ServerCap | OwnerCap


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRule:
    """The one rule that counts for a member, and where it comes from."""

    rule: Rule
    source: RuleSource


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLeft:
    """What is left of a grant that has not expired: more than 0, until `expires_at` where that is not `None`."""

    grant_id: int
    amount: Amount
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One of the limits that a request has to keep within, and how matters stand.

    `used` is of the allowance in `window` and contains `held`, the part whose outcome is still open (not told of
    caps, where it is 0). `grants` top up a member's own allowance, in the order in which they are used.
    """

    rule: Rule
    source: Source
    window: Window
    used: Amount
    held: Amount = 0
    grants: tuple[GrantLeft, ...] = ()

    @property
    def unit(self) -> Unit:
        return self.rule.unit

    @property
    def limit(self) -> Amount | None:
        return self.rule.amount

    @property
    def granted(self) -> Amount:
        return sum(grant.amount for grant in self.grants)

    @property
    def next_expiry(self) -> datetime | None:
        """Return when the first of the grants lapses, if one does."""
        return self.grants[0].expires_at if self.grants else None

    @property
    def is_cap(self) -> bool:
        """Whether it is shared with others."""
        return isinstance(self.source, ServerCap | OwnerCap)

    @property
    def is_blocked(self) -> bool:
        """Whether the member may make nothing at all: a 0 of one's own also shuts out grants."""
        return isinstance(self.source, MemberRule) and self.rule.amount == 0

    @property
    def left(self) -> Amount | None:
        """Return what allowance and grants together still give, `None` for any amount."""
        if self.rule.amount is None:
            return None
        return 0 if self.is_blocked else _allowance_left(self.rule.amount, self.used) + self.granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """So much out of one grant."""

    grant_id: int
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What comes from the allowance, and what from which grants."""

    from_allowance: Amount
    from_grants: tuple[Draw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A request is granted whole."""

    images: Share
    usd: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached:
    """A request for `wanted` is refused whole, since it passes this limit."""

    constraint: Constraint
    wanted: Amount

    @property
    def left(self) -> Amount:
        return self.constraint.left or 0

    @property
    def is_blocked(self) -> bool:
        return self.constraint.is_blocked

    @property
    def fits_after_reset(self) -> bool:
        """Whether the same request will be granted once the allowance starts anew."""
        limit = self.constraint.limit
        return not self.is_blocked and limit is not None and limit + self.constraint.granted >= self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUnknown:
    """A request is refused, since it has to keep within a limit in dollars and nobody knows what it costs."""

    constraint: Constraint


QuotaRefusal: TypeAlias = LimitReached | PriceUnknown


def applied_rule(
    *, member: Rule | None, roles: Mapping[int, Rule], server: Rule | None, bot: Rule
) -> AppliedRule:
    """Choose the rule that counts: the member's own, else the best of the roles', else the server's, else the bot's.

    All are of one unit. The best is the one that gives most a day. Of two that give the same, the one with more at
    once is better, and then the one of the older role.
    """
    if member is not None:
        return AppliedRule(rule=member, source=MemberRule())
    if roles:
        role_id = min(roles, key=lambda role_id: (*_rank(roles[role_id]), role_id))
        return AppliedRule(rule=roles[role_id], source=RoleRule(role_id=role_id))
    if server is not None:
        return AppliedRule(rule=server, source=ServerRule())
    return AppliedRule(rule=bot, source=BotRule())


def decide(constraints: Sequence[Constraint], *, images: int, usd: Decimal | None) -> Allowed | QuotaRefusal:
    """Grant all of a request, from allowances first and then from grants, or nothing.

    `usd` is what it will cost, as far as is known. All constraints must allow it; the first that does not is named.
    """
    for constraint in constraints:
        refusal = _refusal(constraint, images if constraint.unit is Unit.IMAGES else usd)
        if refusal is not None:
            return refusal
    own = {constraint.unit: constraint for constraint in constraints if not constraint.is_cap}
    return Allowed(
        images=_share(own.get(Unit.IMAGES), images), usd=_share(own.get(Unit.USD), usd or Decimal(0))
    )


def _refusal(constraint: Constraint, wanted: Amount | None) -> QuotaRefusal | None:
    left = constraint.left
    if left is None:
        return None
    if constraint.is_blocked:
        return LimitReached(constraint=constraint, wanted=wanted or 0)
    if wanted is None:
        return PriceUnknown(constraint=constraint)
    return LimitReached(constraint=constraint, wanted=wanted) if wanted > left else None


def _share(own: Constraint | None, wanted: Amount) -> Share:
    if own is None or own.limit is None:
        return Share(from_allowance=wanted)
    from_allowance = min(wanted, _allowance_left(own.limit, own.used))
    missing = wanted - from_allowance
    draws = []
    for grant in own.grants:
        if taken := min(missing, grant.amount):
            draws.append(Draw(grant_id=grant.grant_id, amount=taken))
            missing -= taken
    return Share(from_allowance=from_allowance, from_grants=tuple(draws))


def _allowance_left(limit: Amount, used: Amount) -> Amount:
    # An admin may have lowered the allowance below what was used already.
    return max(type(limit)(0), limit - used)


def _rank(rule: Rule) -> tuple[bool, Amount, Amount]:
    """Sort the best rule first."""
    if rule.amount is None:
        return (False, 0, 0)
    return (True, -rule.amount * _TIMES_IN[rule.period], -rule.amount)
