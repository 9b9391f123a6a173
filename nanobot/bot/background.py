"""What the bot does by itself while it answers people. Each piece of work outlives an error of one round."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Collection, Coroutine
from functools import partial
from typing import Any, Final

from nanobot.bot.alarms import hear
from nanobot.bot.announcing import announce_untold
from nanobot.bot.client import NanobotClient
from nanobot.bot.destination import Destination, of_generation
from nanobot.bot.resuming import LateSurface, request_of
from nanobot.generation.books import RENEW_SECONDS
from nanobot.generation.breaker import PROBE_SECONDS
from nanobot.generation.presence import BEAT_SECONDS
from nanobot.generation.recovery import LOOK_SECONDS, Recoverer, Recovery, Unsent
from nanobot.generation.vigil import WATCH_SECONDS, Vigil
from nanobot.store.database import DatabaseUnreachable
from nanobot.store.tables import Generation

log = logging.getLogger(__name__)

CATALOGUE_LOOK_SECONDS: Final = 600.0
"""How often it is looked whether the list of models is an hour old; where NanoGPT gave none, so soon it is asked again."""

_UNTOLD_LOOK_SECONDS: Final = 5.0
_JITTER: Final = 0.2
_LAST_ROUND_SECONDS: Final = 5.0


class Background:
    """Work without an end, started with the bot and stopped with it."""

    def __init__(self, bot: NanobotClient) -> None:
        self._bot = bot
        self._services = bot.services
        self._tasks: list[asyncio.Task[None]] = []
        self._rounds: set[asyncio.Task[None]] = set()
        self._resumed: set[asyncio.Task[None]] = set()
        self._vigil = Vigil(database=self._services.database, owner=self._services.books.owner)
        self._recoverer = Recoverer(
            self._services.books,
            self._services.collector,
            self._deliver,
            adopt=self._adopt,
            at_work=lambda: self._at_work,
            silent=self._vigil.silent if self._services.database.is_shared else None,
            start=self._begin_round,
        )

    async def start(self) -> None:
        """Start all of it; NanoGPT is not waited for, so that the bot is online whether or not it is there."""
        # Other processes have to know of this one before its first call to NanoGPT.
        await _surviving(self._services.presence.renew())
        if self._bot.stopping:
            return
        for work in (
            self._repeat(self._services.catalogue.refresh_if_stale, CATALOGUE_LOOK_SECONDS, jitter=_JITTER),
            self._repeat(self._services.presence.renew, BEAT_SECONDS),
            self._watch_breaker(),
            self._repeat(self._renew_leases, RENEW_SECONDS),
            self._watch_leases(),
            self._repeat(partial(announce_untold, self._bot), _UNTOLD_LOOK_SECONDS),
            self._tell_alarms(),
            self._recover_for_ever(),
        ):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        """Stop all of it, and leave the share of NanoGPT's limit to the other processes.

        A round under way has a while to end, as a transaction that is torn apart can keep SQLite's lock.
        """
        await _cancel(self._tasks)
        if self._rounds:
            await asyncio.wait(self._rounds, timeout=_LAST_ROUND_SECONDS)
        await _cancel(self._rounds)
        await _surviving(self._services.presence.leave())

    async def _round(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` once, to its end even if whoever repeats it is stopped."""
        await asyncio.shield(self._begin_round(work))

    def _begin_round(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_surviving(work))
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)
        return task

    async def _repeat(
        self, work: Callable[[], Coroutine[Any, Any, None]], every_seconds: float, *, jitter: float = 0.0
    ) -> None:
        """Do it now and every so often; `jitter` is the part of the time by which processes differ."""
        while True:
            await self._round(work())
            await asyncio.sleep(every_seconds * random.uniform(1 - jitter, 1 + jitter))  # noqa: S311  # no secret

    async def _watch_breaker(self) -> None:
        while True:
            await _surviving(self._services.breaker.watch(self._services.nanogpt))
            await asyncio.sleep(PROBE_SECONDS)

    async def _renew_leases(self) -> None:
        if at_work := self._at_work:
            await self._services.books.renew_leases(at_work)

    async def _watch_leases(self) -> None:
        if self._services.database.is_shared:
            await self._repeat(self._vigil.look, WATCH_SECONDS)

    @property
    def _at_work(self) -> frozenset[str]:
        return self._services.generator.active_ids | self._bot.conversation.at_work

    async def _tell_alarms(self) -> None:
        async for signal in self._services.alarms.heard():
            await self._round(hear(signal, self._bot))

    async def _recover_for_ever(self) -> None:
        """Deliver what was left behind: at once what the last run left, then whatever becomes stale."""
        await self._bot.wait_until_ready()
        is_only_process = not self._services.database.is_shared
        await self._round(self._recoverer.take_up(even_if_leased=is_only_process))
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._round(self._recoverer.take_up())

    async def _adopt(self, generation: Generation, *, in_part: bool = False) -> bool:
        destination = of_generation(generation, self._bot)
        async with self._bot.conversation.underway():
            return await self._bot.conversation.adopt(generation, destination, in_part=in_part)

    async def _deliver(self, recovery: Recovery) -> None:
        destination = of_generation(recovery.generation, self._bot)
        if isinstance(recovery, Unsent):
            self._resume(recovery.generation, destination)
            return
        async with self._bot.conversation.underway():
            await self._bot.conversation.deliver_recovered(recovery, destination)

    def _resume(self, generation: Generation, destination: Destination) -> None:
        """Go on with a request that was never sent, beside the others; once the bot stops it is left to the next start."""
        if self._bot.stopping:
            return
        request = request_of(generation, self._bot, self._services)
        surface = LateSurface(destination, self._bot.delivery)
        answering = self._bot.conversation.answer(request, surface, resumed_id=generation.id)
        task = asyncio.create_task(_surviving(answering))
        self._resumed.add(task)
        task.add_done_callback(self._resumed.discard)


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _surviving(work: Coroutine[Any, Any, None]) -> None:
    """Let a background task outlive an error of one round, which is logged with an id."""
    try:
        await work
    except DatabaseUnreachable as error:
        log.error("the database failed in the background: %s", error)
    except Exception:
        log.exception("error %s in the background", secrets.token_hex(4))
