"""The key's balance and daily count. Imports nothing of nanobot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from nanobot.sandbox.nanogpt.refusals import Refusal


class Till:
    """Takes money for pictures before they are made; amounts are in USD."""

    def __init__(self, balance: Decimal, now: Callable[[], datetime]) -> None:
        self.balance = balance
        self.charged = Decimal(0)
        self.paid_pictures = 0
        self._now = now
        self._orders_of_day: tuple[date, int] = (now().date(), 0)

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
        """Return the answer of an account that pays per picture, without a subscription.

        https://docs.nano-gpt.com/api-reference/endpoint/subscription-usage, with timestamps in milliseconds.
        """
        midnight = self.next_midnight
        next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        first = next_month if midnight.day != 1 else midnight
        return {
            "active": False,
            "limits": {"daily": 0, "monthly": 0},
            "enforceDailyLimit": True,
            "daily": _window(midnight),
            "monthly": _window(first),
            "period": {"currentPeriodEnd": None},
            "state": "inactive",
            "graceUntil": None,
        }


def _window(resets_at: datetime) -> dict[str, object]:
    return {"used": 0, "remaining": 0, "percentUsed": 0.0, "resetAt": int(resets_at.timestamp() * 1000)}
