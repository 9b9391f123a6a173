"""Showing progress without ever holding up the work: the latest text wins, at a pace that Discord allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.generation.collect import CollectedPicture

log = logging.getLogger(__name__)

# Edits of one message share a limit of about five in five seconds; two seconds leaves room for the last word.
EDIT_EVERY_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What the person is shown: with `cancellable_id`, a button offers to withdraw that generation.

    `pictures` are those of several that are there already, where there is a place to show them; with `None` those
    that are shown stay.
    """

    text: str
    cancellable_id: str | None = None
    waiting: bool = False
    pictures: tuple[CollectedPicture, ...] | None = None


class Progress:
    """Sends the latest update that `show` was given; used as an async context manager around the work."""

    def __init__(self, send: Callable[[Update], Awaitable[None]]) -> None:
        self._send = send
        self._latest: Update | None = None
        self._news = asyncio.Event()
        self._sending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Progress:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; an edit that is under way is let through first, so that it cannot overtake the last word."""
        if self._task is None:
            return
        async with self._sending:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def show(self, update: Update) -> None:
        """Have `update` shown as soon as the pace allows, unless another comes first."""
        self._latest = update
        self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._latest is not None:
                async with self._sending:
                    await self._try_send(self._latest)
                await asyncio.sleep(EDIT_EVERY_SECONDS)

    async def _try_send(self, update: Update) -> None:
        try:
            await self._send(update)
        except DISCORD_TROUBLE as error:
            # Progress is a courtesy: the token may be 15 minutes old or the message deleted; the work goes on.
            log.debug("progress not shown: %s", error)
