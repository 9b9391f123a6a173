"""Keeps the calls of this process below NanoGPT's limit of requests per second. Imports the standard library and `retry`.

The limit: https://docs.nano-gpt.com/api-reference/miscellaneous/rate-limits. A bucket that leaks (aiolimiter) lets its
burst and its rate through within the same second, can neither be held back nor divided, and knows nothing of calls that
were let through and have not left yet. A list of the latest moments of sending is exact and no longer.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from nanobot.nanogpt.retry import MAX_WAIT_SECONDS

REQUESTS_PER_SECOND: Final = 25.0
# Calls that leave a second apart may arrive closer together: connecting takes its time, and not always the same.
MARGIN_SECONDS: Final = 0.25


class Pace:
    """Gives out turns, first come, first served: no window of one second ever holds more than the share of this process.

    Args:
        requests_per_second: what all processes of the same key together may send.
        clock: seconds that never run backwards.
        sleep: waits for so many seconds of that clock.

    Raises:
        ValueError: the number of requests is not above zero.
    """

    def __init__(
        self,
        requests_per_second: float = REQUESTS_PER_SECOND,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not (requests_per_second > 0 and math.isfinite(requests_per_second)):
            raise ValueError("a pace is above zero")
        self._total = requests_per_second
        self._clock = clock
        self._sleep = sleep
        self._queue = asyncio.Lock()
        self._one_left = asyncio.Event()
        self._leaving = 0
        self._left_at: deque[float] = deque(maxlen=max(1, int(requests_per_second)))
        self._held_back_until = -math.inf
        self.divide(1)

    def divide(self, processes: int) -> None:
        """Take a fair share, from now on: as many processes as this use the same key.

        Raises:
            ValueError: there is not even one.
        """
        if processes < 1:
            raise ValueError("at least this process uses the key")
        share = self._total / processes
        self._calls = max(1, int(share))
        # A share below one call a second makes the window longer.
        self._window_seconds = max(1.0, 1.0 / share) + MARGIN_SECONDS

    def pause(self, seconds: float) -> None:
        """Let nobody's turn come for so long, at most `retry.MAX_WAIT_SECONDS`: NanoGPT asked to be left alone."""
        until = self._clock() + min(seconds, MAX_WAIT_SECONDS)
        self._held_back_until = max(self._held_back_until, until)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; the call is sent right after the block, which may take what time it needs.

        A turn counts from its beginning until a window after the block has passed, so what is done within cannot
        push calls together; asking for another turn within may wait for ever. Whoever is cancelled while waiting
        takes nothing and holds up nobody.
        """
        async with self._queue:
            await self._wait_until_free()
            self._leaving += 1
        try:
            yield
        finally:
            self._leaving -= 1
            self._left_at.append(self._clock())
            self._one_left.set()

    async def _wait_until_free(self) -> None:
        while (wait := self._seconds_until_free()) > 0:
            if math.isinf(wait):
                self._one_left.clear()
                await self._one_left.wait()
            else:
                await self._sleep(wait)

    def _seconds_until_free(self) -> float:
        """Zero or less where a turn is free now; infinity where one that was given must be used first."""
        now = self._clock()
        free = self._calls - self._leaving
        if free <= 0:
            return math.inf
        held_back = self._held_back_until - now
        if len(self._left_at) < free:
            return held_back
        return max(held_back, self._left_at[-free] + self._window_seconds - now)
