"""Sends a call when its turn has come, and again where that is allowed and may help. Imports this package's rules."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nanobot.nanogpt.errors import NanoGPTError, RateLimited
from nanobot.nanogpt.pace import Pace
from nanobot.nanogpt.retry import delay_before_retry

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Repeater:
    """Keeps the pace and the rules of `retry`; `jitter` returns a number within 0…1."""

    def __init__(
        self, *, pace: Pace, sleep: Callable[[float], Awaitable[None]], jitter: Callable[[], float]
    ) -> None:
        self._pace = pace
        self._sleep = sleep
        self._jitter = jitter

    async def call(
        self,
        send_once: Callable[[], Awaitable[_Result]],
        *,
        what: str,
        is_paid: bool,
        is_paced: bool = True,
        on_sending: Callable[[], Awaitable[None]] | None = None,
    ) -> _Result:
        """Return the result of the first attempt that has one; `what` names the call in the log.

        `on_sending` is awaited once, in the first attempt's turn. Calls of other servers are not paced.

        Raises:
            NanoGPTError: that of the last attempt.
        """
        attempt = 1
        waited_seconds = 0.0
        while True:
            if is_paced:
                async with self._pace.turn():
                    if attempt == 1 and on_sending is not None:
                        await on_sending()
            try:
                return await send_once()
            except NanoGPTError as error:
                # A daily limit names its end too, but holding everybody back would only delay the same answer.
                if isinstance(error, RateLimited) and error.retry_after is not None:
                    self._pace.pause(error.retry_after)
                delay = delay_before_retry(
                    error,
                    attempt=attempt,
                    waited_seconds=waited_seconds,
                    jitter=self._jitter(),
                    is_paid=is_paid,
                )
                if delay is None:
                    raise
                _log.warning("%s: attempt %d failed, next in %.1f s: %s", what, attempt, delay, error)
            await self._sleep(delay)
            attempt += 1
            waited_seconds += delay
