"""Lets people wait for something to become true without looking at the clock. Imports nothing of nanobot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE_SECONDS = 60.0


class Changes:
    """One bell that rings whenever anything in the world changes; whoever waits looks again."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()

    def ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def next(self) -> None:
        """Wait until anything changes."""
        await self._bell.wait()

    async def wait_until(
        self,
        look: Callable[[], Found | None],
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109  # how long a person waits is theirs to say
        waiting_for: str,
    ) -> Found:
        """Return what `look` finds, as soon as it finds something other than `None`.

        Raises:
            TimeoutError: nothing was found in `timeout` seconds; its text names what was waited for.
        """
        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    await self._bell.wait()
                return found
        except TimeoutError as error:
            raise TimeoutError(f"waited {timeout:g} s for {waiting_for}") from error
