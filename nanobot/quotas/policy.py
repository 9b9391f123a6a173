"""The rules of quotas as pure functions: which rule applies, which window counts, what a request gets.

Imports `nanobot.settings` for `Period`, and nothing that does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeAlias, assert_never

from nanobot.settings import Period

_DAYS_IN = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}
_COMMON_DAYS = 210  # a multiple of each of the above, so that allowances compare as whole numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many images a period; `None` is unlimited, 0 is no allowance.

    Raises:
        ValueError: less than 0.
    """

    images: int | None
    period: Period

    def __post_init__(self) -> None:
        if self.images is not None and self.images < 0:
            raise ValueError("an allowance is 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRule:
    """An admin's rule for this one member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRule:
    """An admin's rule for a role that the member has."""

    role_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRule:
    """An admin's rule for everyone in the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotRule:
    """The operator's setting, where no admin set anything."""


RuleSource: TypeAlias = MemberRule | RoleRule | ServerRule | BotRule


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRule:
    """The one rule that counts for a member, and where it comes from."""

    rule: Rule
    source: RuleSource

    @property
    def is_blocked(self) -> bool:
        """Whether the member may make nothing at all: a 0 of one's own also shuts out credits."""
        match self.source:
            case MemberRule():
                return self.rule.images == 0
            case RoleRule() | ServerRule() | BotRule():
                return False
            case _:
                assert_never(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The period in which use counts now: from `start` up to but not including `resets_at`, both in UTC."""

    start: datetime
    resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A request is granted whole, this many images from the allowance and the others from credits."""

    from_allowance: int
    from_grant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRefusal:
    """A request for `wanted` images is refused whole.

    `used` is of the allowance in this window, `granted` are the credits, and `left` is how many images allowance
    and credits together still give now.
    """

    applied: AppliedRule
    used: int
    granted: int
    wanted: int
    left: int
    resets_at: datetime

    @property
    def is_blocked(self) -> bool:
        return self.applied.is_blocked

    @property
    def fits_after_reset(self) -> bool:
        """Whether the same request will be granted once the allowance starts anew."""
        allowance = self.applied.rule.images
        return not self.is_blocked and allowance is not None and allowance + self.granted >= self.wanted


def applied_rule(
    *, member: Rule | None, roles: Mapping[int, Rule], server: Rule | None, bot: Rule
) -> AppliedRule:
    """Choose the rule that counts: the member's own, else the best of the roles', else the server's, else the bot's.

    The best is the one that gives most a day. Of two that give the same, the one with more images at once is
    better, and then the one of the older role.
    """
    if member is not None:
        return AppliedRule(rule=member, source=MemberRule())
    if roles:
        role_id = min(roles, key=lambda role_id: (*_rank(roles[role_id]), role_id))
        return AppliedRule(rule=roles[role_id], source=RoleRule(role_id=role_id))
    if server is not None:
        return AppliedRule(rule=server, source=ServerRule())
    return AppliedRule(rule=bot, source=BotRule())


def period_window(period: Period, now: datetime, tz: tzinfo = UTC) -> Window:
    """Return the calendar's day, week from Monday, or month around `now`, as the clocks of `tz` show it."""
    today = now.astimezone(tz).date()
    match period:
        case Period.DAY:
            first, after = today, today + timedelta(days=1)
        case Period.WEEK:
            first = today - timedelta(days=today.weekday())
            after = first + timedelta(days=7)
        case Period.MONTH:
            first = today.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
        case _:
            assert_never(period)
    return Window(start=_midnight(first, tz), resets_at=_midnight(after, tz))


def images_left(applied: AppliedRule, *, used: int, granted: int) -> int | None:
    """Return how many images allowance and credits together still give, `None` for any number."""
    if applied.rule.images is None:
        return None
    return 0 if applied.is_blocked else _allowance_left(applied.rule.images, used) + granted


def decide(
    applied: AppliedRule, *, used: int, granted: int, wanted: int, resets_at: datetime
) -> Allowed | QuotaRefusal:
    """Grant all of `wanted`, from the allowance first and then from credits, or nothing."""
    left = images_left(applied, used=used, granted=granted)
    if left is not None and wanted > left:
        return QuotaRefusal(
            applied=applied, used=used, granted=granted, wanted=wanted, left=left, resets_at=resets_at
        )
    if applied.rule.images is None:
        return Allowed(from_allowance=wanted, from_grant=0)
    from_allowance = min(wanted, _allowance_left(applied.rule.images, used))
    return Allowed(from_allowance=from_allowance, from_grant=wanted - from_allowance)


def _allowance_left(images: int, used: int) -> int:
    # An admin may have lowered the allowance below what was used already.
    return max(0, images - used)


def _rank(rule: Rule) -> tuple[bool, int, int]:
    """Sort the best rule first."""
    if rule.images is None:
        return (False, 0, 0)
    return (True, -rule.images * _COMMON_DAYS // _DAYS_IN[rule.period], -rule.images)


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=tz).astimezone(UTC)
