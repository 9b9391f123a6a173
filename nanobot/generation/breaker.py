"""Turning requests away while NanoGPT turns all of them away, so that nothing is held or sent in vain.

Imports the vendor's errors and this package's sentences.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from nanobot.clock import Clock
from nanobot.errors import PersonError
from nanobot.generation.alarms import Alarms
from nanobot.generation.failures import sentence_of
from nanobot.generation.purse import Purse
from nanobot.nanogpt import errors
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.shapes import Balance

log = logging.getLogger(__name__)

PROBE_SECONDS: Final = 60.0
# A balance that cannot be compared (Nano, a subscription that began anew) is tried out by a request of a member
# now and then: one that is turned away with 402 costs nothing.
FUNDS_RETRY: Final = timedelta(minutes=15)


class OutOfOrder(PersonError):
    """NanoGPT turns every request away for now; the sentence says why and until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Why nothing is sent: `sentence` is for members, `until` is when it ends by itself, `required_usd` what one picture cost."""

    key: str
    sentence: str
    until: datetime | None = None
    required_usd: Decimal | None = None


class Breaker:
    """Open while the key, the balance or the address is known to be of no use; one for the process.

    A wrong key or address stays known until `probe` finds that it works; a daily limit until the next 00:00 UTC
    (https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling).
    """

    def __init__(
        self,
        *,
        clock: Clock,
        alarms: Alarms,
        purse: Purse,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._alarms = alarms
        self._purse = purse
        self._pause = pause
        self._outage: Outage | None = None

    @property
    def outage(self) -> Outage | None:
        """Why nothing is sent now; `None` while all is well."""
        outage = self._outage
        if outage is not None and outage.until is not None and self._clock.now() >= outage.until:
            self._outage = None
            if outage.key == _DAILY_LIMIT:
                self._alarms.quieten(outage.key)
        return self._outage

    def raise_if_open(self) -> None:
        """Ask before anything is held, and again before anything is sent.

        Raises:
            OutOfOrder: nothing can be made now.
        """
        if (outage := self.outage) is not None:
            raise OutOfOrder(outage.sentence)

    def note(self, error: errors.NanoGPTError) -> None:
        """Learn from a call that failed; most failures say nothing about the next one."""
        outage = self._outage_of(error)
        if outage is None:
            return
        self._outage = outage
        self._alarms.sound(
            outage.key, f"{_FOR_THE_OPERATOR[outage.key]} Until then requests are turned away."
        )

    def note_success(self) -> None:
        """Learn from a paid call that was carried out; a daily limit holds all the same until its midnight."""
        if self._outage is None or self._outage.key != _DAILY_LIMIT:
            self._close()

    async def probe(self, client: NanoGPTClient) -> None:
        """Ask NanoGPT for the balance, which costs nothing, and close if that says that requests can work again."""
        outage = self.outage
        if outage is None or outage.key == _DAILY_LIMIT:
            return
        try:
            balance = await client.check_balance()
        except errors.NanoGPTError as error:
            log.info("still out of order: %s", error)
            return
        self._purse.note(balance.usd)
        if outage is self._outage and _suffices(balance, outage):
            self._close()

    async def watch(self, client: NanoGPTClient) -> None:
        """Probe every `PROBE_SECONDS` while open, and never end."""
        while True:
            await self._pause(PROBE_SECONDS)
            await self.probe(client)

    def _outage_of(self, error: errors.NanoGPTError) -> Outage | None:
        now = self._clock.now()
        match error:
            case errors.Unauthorized():
                key, until, required = _KEY, None, None
            case errors.WrongAddress():
                key, until, required = _ADDRESS, None, None
            case errors.OutOfFunds():
                key, until, required = _FUNDS, now + FUNDS_RETRY, error.required_balance
            case errors.DailyLimitReached():
                key, until, required = _DAILY_LIMIT, _next_midnight(now), None
            case _:
                return None
        return Outage(key=key, sentence=sentence_of(error, model=""), until=until, required_usd=required)

    def _close(self) -> None:
        if self._outage is not None:
            log.warning("NanoGPT works again, requests are taken")
        self._outage = None
        for key in _FOR_THE_OPERATOR:  # one outage may have hidden another
            self._alarms.quieten(key)


_KEY: Final = "nanogpt_key"
_ADDRESS: Final = "nanogpt_address"
_FUNDS: Final = "nanogpt_funds"
_DAILY_LIMIT: Final = "nanogpt_daily_limit"
_FOR_THE_OPERATOR: Final = {
    _KEY: "NanoGPT does not accept the key: put a valid NANOGPT_API_KEY in place and start the bot again.",
    _ADDRESS: "NanoGPT does not answer at NANOGPT_BASE_URL: check that address and start the bot again.",
    _FUNDS: "The balance at NanoGPT is used up: top it up at https://nano-gpt.com.",
    _DAILY_LIMIT: "The daily limit of the NanoGPT key is reached: it starts anew at 00:00 UTC, or raise it at "
    "https://nano-gpt.com/api.",
}


def _suffices(balance: Balance, outage: Outage) -> bool:
    if outage.key != _FUNDS:
        return True
    return balance.usd > 0 if outage.required_usd is None else balance.usd >= outage.required_usd


def _next_midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
