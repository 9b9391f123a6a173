"""What only a sandbox has: a clock that can be turned, trouble on demand, and a bot to restart.

Imports the keeper of this package and the stand-ins' troubles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta

from nanobot.clock import ShiftedClock
from nanobot.errors import PersonError
from nanobot.sandbox.nanogpt import Trouble
from nanobot.sandbox.opening import Sandbox
from nanobot.sandbox.page.actions import ActionUnclear
from nanobot.sandbox.page.keeper import BotKeeper

MAX_TURN = timedelta(days=366)
# Longer than the bot waits before it gives up, so that the person sees the refusal and not a wait.
_RETRY_AFTER_SECONDS = 60


class TurnRefused(PersonError):
    """The clock does not turn that way."""

    def __init__(self) -> None:
        super().__init__(f"The clock turns forwards only, and by {MAX_TURN.days} days at most at a time.")


class OnlyWithStandIn(PersonError):
    """NanoGPT is the real one, which makes no trouble on demand."""

    def __init__(self) -> None:
        super().__init__("NanoGPT makes trouble on demand only where the sandbox stands in for it.")


class Knobs:
    """Turns what the panel shows; `on_change` is called after each turn."""

    def __init__(
        self, sandbox: Sandbox, clock: ShiftedClock, keeper: BotKeeper, on_change: Callable[[], None]
    ) -> None:
        self._sandbox = sandbox
        self._clock = clock
        self._keeper = keeper
        self._on_change = on_change
        self._is_on = dict.fromkeys((*_NANOGPT_SWITCHES, *_DISCORD_SWITCHES), False)

    @property
    def trouble(self) -> Mapping[str, bool]:
        """Which troubles there are, and which are on."""
        return dict(self._is_on)

    async def use(self, action: object) -> None:
        """Turn one knob, named as in the page's JSON.

        Raises:
            PersonError: there is no such knob, or it does not turn that way.
        """
        match action:
            case {"type": "turn_clock", "hours": int() | float() as hours} if not isinstance(hours, bool):
                self._turn_clock(hours)
            case {"type": "trouble", "name": str(name), "on": bool(is_on)} if name in self._is_on:
                self._switch(name, is_on=is_on)
            case {"type": "restart_bot", "how": "kill" | "term" as how}:
                await self._keeper.restart(how)
            case _:
                raise ActionUnclear
        self._on_change()

    def _turn_clock(self, hours: float) -> None:
        if not (math.isfinite(hours) and 0 < hours <= MAX_TURN / timedelta(hours=1)):
            raise TurnRefused
        try:
            self._clock.turn(timedelta(hours=hours))
        except OverflowError as error:
            raise TurnRefused from error

    def _switch(self, name: str, *, is_on: bool) -> None:
        if name in _DISCORD_SWITCHES:
            self._sandbox.discord.trouble.refuse_files = is_on
        elif self._sandbox.nanogpt is None:
            raise OnlyWithStandIn
        else:
            _NANOGPT_SWITCHES[name](self._sandbox.nanogpt.trouble, is_on)
        self._is_on[name] = is_on


def _slow(trouble: Trouble, is_on: bool) -> None:
    if is_on:
        trouble.hold()
    else:
        trouble.let_go()


def _out_of_funds(trouble: Trouble, is_on: bool) -> None:
    trouble.out_of_funds = is_on


def _failing(status: int, code: str, retry_after: int | None = None) -> Callable[[Trouble, bool], None]:
    def switch(trouble: Trouble, is_on: bool) -> None:
        if is_on:
            trouble.keep_failing(status, code, retry_after=retry_after)
        else:
            trouble.stop_failing(code)

    return switch


_NANOGPT_SWITCHES: Mapping[str, Callable[[Trouble, bool], None]] = {
    "slow": _slow,
    "rate_limit": _failing(429, "rate_limit_exceeded", _RETRY_AFTER_SECONDS),
    "server_error": _failing(500, "internal_error"),
    "out_of_funds": _out_of_funds,
    "policy": _failing(400, "content_policy_violation"),
}
_DISCORD_SWITCHES = ("discord_upload",)
