"""What is known of the balance at NanoGPT, from answers that say it. Imports only `alarms`."""

from __future__ import annotations

from decimal import Decimal

from nanobot.generation.alarms import Alarms

_KEY = "low_balance"


class Purse:
    """Remembers the last balance in US dollars and sounds an alarm once it falls below `low_usd`."""

    def __init__(self, *, alarms: Alarms, low_usd: Decimal) -> None:
        self._alarms = alarms
        self._low_usd = low_usd
        self.balance: Decimal | None = None

    @property
    def is_low(self) -> bool:
        return self.balance is not None and self.balance < self._low_usd

    def note(self, balance: Decimal | None) -> None:
        """Remember what NanoGPT says is left; `None`, where it says nothing, changes nothing."""
        if balance is None:
            return
        self.balance = balance
        if self.is_low:
            self._alarms.sound(
                _KEY,
                f"The NanoGPT balance is down to ${balance:.2f}, below the ${self._low_usd:.2f} of LOW_BALANCE_USD: "
                "top it up at https://nano-gpt.com.",
            )
        else:
            self._alarms.quieten(_KEY)
