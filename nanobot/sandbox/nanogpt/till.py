"""The key's balance and daily count. Imports nothing of nanobot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from nanobot.sandbox.nanogpt.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many orders a subscription includes."""

    daily: int
    monthly: int


class Till:
    """Takes money for pictures before they are made; amounts are in USD."""

    def __init__(self, balance: Decimal, now: Callable[[], datetime]) -> None:
        self.balance = balance
        self.charged = Decimal(0)
        self.paid_pictures = 0
        self._now = now
        self._orders_of_day: tuple[date, int] = (now().date(), 0)
        self._orders = 0
        self._allowance: Allowance | None = None

    @property
    def orders_today(self) -> int:
        day, count = self._orders_of_day
        return count if day == self._now().date() else 0

    @property
    def next_midnight(self) -> datetime:
        """When the daily count starts anew, 00:00 UTC."""
        now = self._now()
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    def count_order(self, daily_limit: int | None) -> None:
        """Count an order of today.

        Raises:
            Refusal: `daily_limit` is reached.
        """
        if daily_limit is not None and self.orders_today >= daily_limit:
            raise Refusal(
                status=429,
                code="daily_rpd_limit_exceeded",
                message="The daily request limit of this API key is reached; it resets at 00:00 UTC.",
                retry_after=max(1, int((self.next_midnight - self._now()).total_seconds())),
            )
        self._orders_of_day = (self._now().date(), self.orders_today + 1)
        self._orders += 1

    def subscribe(self, allowance: Allowance) -> None:
        """Let the account have a subscription from now on; what pictures cost does not change."""
        self._allowance = allowance

    def check(self, cost: Decimal, *, out_of_funds: bool) -> None:
        """Raise unless `cost` can be paid.

        Raises:
            Refusal: the balance is lower than `cost`, or `out_of_funds` says to act as if it were.
        """
        if out_of_funds or cost > self.balance:
            raise Refusal(
                status=402,
                code="insufficient_balance",
                message="Insufficient balance",
                envelope="flat",
                required_balance=cost,
            )

    def charge(self, cost: Decimal, pictures: int) -> None:
        """Take `cost`; follows a `check` without waiting in between."""
        self.balance -= cost
        self.charged += cost
        self.paid_pictures += pictures

    def subscription_usage(self) -> dict[str, object]:
        """Return what is left of the subscription, or the answer of an account that pays per picture.

        https://docs.nano-gpt.com/api-reference/endpoint/subscription-usage, with timestamps in milliseconds. The orders
        of the month are counted from the stand-in's start.
        """
        midnight = self.next_midnight
        next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        first = next_month if midnight.day != 1 else midnight
        allowance = self._allowance or Allowance(daily=0, monthly=0)
        is_active = self._allowance is not None
        return {
            "active": is_active,
            "limits": {"daily": allowance.daily, "monthly": allowance.monthly},
            "enforceDailyLimit": True,
            "daily": _window(self.orders_today, allowance.daily, midnight),
            "monthly": _window(self._orders, allowance.monthly, first),
            "period": {"currentPeriodEnd": first.isoformat() if is_active else None},
            "state": "active" if is_active else "inactive",
            "graceUntil": None,
        }


def _window(orders: int, limit: int, resets_at: datetime) -> dict[str, object]:
    used = min(orders, limit)
    return {
        "used": used,
        "remaining": limit - used,
        "percentUsed": used / limit if limit else 0.0,
        "resetAt": int(resets_at.timestamp() * 1000),
    }
