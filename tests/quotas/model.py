"""Quotas in a few lines: lists that are summed anew each time, and dates that are compared instead of windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction

from nanobot.quotas.policy import Rule
from nanobot.settings import Period
from nanobot.store.tables import Unit

IMAGES, USD = Unit.IMAGES, Unit.USD
Amounts = dict[Unit, Decimal]


@dataclass
class Extra:
    """A grant; `left` may lapse at `expires_at`."""

    member: int
    unit: Unit
    left: Decimal
    expires_at: datetime | None
    number: int


@dataclass
class Use:
    """A hold or what became of it: so much of the allowance, and so much of each extra."""

    member: int
    at: datetime
    epoch: int
    own: Amounts
    drawn: dict[Unit, list[tuple[Extra, Decimal]]]
    written_off: Decimal = Decimal(0)
    is_open: bool = True

    def total(self, unit: Unit) -> Decimal:
        return self.own[unit] + sum(amount for _extra, amount in self.drawn[unit])

    def end(self, keep: Amounts) -> None:
        """Keep so much, of the allowance before extras, and give back the rest; more than was held is added."""
        self.is_open = False
        for unit in Unit:
            kept = min(keep[unit], self.own[unit])
            missing = keep[unit] - kept
            for i, (extra, amount) in enumerate(self.drawn[unit]):
                stays = min(missing, amount)
                extra.left += amount - stays
                missing -= stays
                self.drawn[unit][i] = (extra, stays)
            self.own[unit] = kept + missing


@dataclass
class Model:
    """One server, and everybody in it; the owner's caps are those of this server, as there is no other."""

    now: datetime
    default: Rule
    owner_caps: tuple[Rule, ...]
    zone: tzinfo = UTC
    server: dict[Unit, Rule] = field(default_factory=dict)
    caps: dict[Unit, Rule] = field(default_factory=dict)
    own: dict[tuple[int, Unit], Rule] = field(default_factory=dict)
    epochs: dict[int, int] = field(default_factory=dict)
    extras: list[Extra] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    def rule(self, member: int, unit: Unit) -> Rule:
        otherwise = (
            self.default if unit is IMAGES else Rule(unit=USD, amount=None, period=self.default.period)
        )
        return self.own.get((member, unit), self.server.get(unit, otherwise))

    def used(self, member: int, unit: Unit, *, open_only: bool = False) -> Decimal:
        period = self.rule(member, unit).period
        return sum(
            (
                use.own[unit]
                for use in self.uses
                if use.member == member
                and use.epoch == self.epochs.get(member, 0)
                and self._is_now(use.at, period, self.zone)
                and (use.is_open or not open_only)
            ),
            Decimal(0),
        )

    def used_by_all(self, cap: Rule, zone: tzinfo) -> Decimal:
        counted = (use for use in self.uses if self._is_now(use.at, cap.period, zone))
        return sum(
            (use.total(cap.unit) + (use.written_off if cap.unit is USD else 0) for use in counted), Decimal(0)
        )

    def alive(self, member: int, unit: Unit) -> list[Extra]:
        """Return the extras that can be used, the first to lapse first."""
        extras = [
            extra
            for extra in self.extras
            if (extra.member, extra.unit) == (member, unit)
            and extra.left > 0
            and (extra.expires_at is None or extra.expires_at > self.now)
        ]
        never = datetime.max.replace(tzinfo=UTC)
        return sorted(extras, key=lambda extra: (extra.expires_at or never, extra.number))

    def left(self, member: int, unit: Unit) -> Decimal | None:
        rule = self.rule(member, unit)
        if rule.amount is None:
            return None
        if rule.amount == 0 and (member, unit) in self.own:
            return Decimal(0)
        granted = sum(extra.left for extra in self.alive(member, unit))
        return max(Decimal(0), rule.amount - self.used(member, unit)) + granted

    def try_hold(self, member: int, images: int, usd: Decimal | None) -> Use | None:
        """Hold all of it, or nothing."""
        wanted = {IMAGES: Decimal(images), USD: usd}
        limits = [(unit, self.left(member, unit)) for unit in Unit]
        for caps, zone in ((self.caps.values(), self.zone), (self.owner_caps, UTC)):
            for cap in caps:
                free = (
                    None if cap.amount is None else max(Decimal(0), cap.amount - self.used_by_all(cap, zone))
                )
                limits.append((cap.unit, free))
        for unit, left in limits:
            amount = wanted[unit]
            is_blocked = (
                unit in Unit
                and self.own.get((member, unit)) is not None
                and self.own[member, unit].amount == 0
            )
            if is_blocked or (left is not None and (amount is None or amount > left)):
                return None
        use = Use(
            member=member,
            at=self.now,
            epoch=self.epochs.get(member, 0),
            own={IMAGES: Decimal(0), USD: Decimal(0)},
            drawn={IMAGES: [], USD: []},
        )
        for unit in Unit:
            self._take(use, unit, wanted[unit] or Decimal(0))
        self.uses.append(use)
        return use

    def end(
        self, use: Use, images: int, cost: Decimal | None, *, lost: int, unpriced: int, in_doubt: int
    ) -> None:
        """Charge what arrived, and write off all else that was paid, or may have been for what was asked."""
        held, came = int(use.total(IMAGES)), images + lost
        silent = came if cost is None else min(unpriced, came)
        for_each = Fraction(use.total(USD)) / held
        paid = Fraction(cost or 0) + for_each * min(held, silent + in_doubt)
        charged = Decimal(0)
        if images:
            mine = Fraction(images, came)
            charged = _up(mine * Fraction(cost or 0) + for_each * min(Fraction(held), mine * silent))
        use.written_off = _up(paid) - charged
        use.end({IMAGES: Decimal(min(images, held)), USD: charged})

    def _take(self, use: Use, unit: Unit, amount: Decimal) -> None:
        limit = self.rule(use.member, unit).amount
        free = amount if limit is None else max(Decimal(0), limit - self.used(use.member, unit))
        use.own[unit] = min(amount, free)
        missing = amount - use.own[unit]
        for extra in self.alive(use.member, unit):
            taken = min(missing, extra.left)
            extra.left -= taken
            missing -= taken
            use.drawn[unit].append((extra, taken))

    def _is_now(self, at: datetime, period: Period, zone: tzinfo) -> bool:
        one, other = at.astimezone(zone).date(), self.now.astimezone(zone).date()
        match period:
            case Period.DAY:
                return one == other
            case Period.WEEK:
                return one.isocalendar()[:2] == other.isocalendar()[:2]
            case Period.MONTH:
                return (one.year, one.month) == (other.year, other.month)


def _up(amount: Fraction) -> Decimal:
    return Decimal(-(-amount.numerator * 1_000_000 // amount.denominator)) / 1_000_000
