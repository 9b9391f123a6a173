"""Keeps the list of NanoGPT's models at hand, so that nothing a member does waits for it. Imports clock, nanogpt, store.

The list is stored as NanoGPT sent it: a later version of nanobot may read more out of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nanobot.clock import Clock
from nanobot.nanogpt import Catalogue, NanoGPTClient, NanoGPTError, read_models
from nanobot.store import bot_state
from nanobot.store.database import Database

log = logging.getLogger(__name__)

REFRESH_SECONDS = 3600
STATE_KEY = "catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    fetched_at: datetime
    entries: Sequence[object]


class CatalogueKeeper:
    """Holds the newest catalogue that is known: from NanoGPT, or from the copy that all processes share.

    `current` is replaced as a whole. Before anything is known it has the models of NanoGPT's guide, and
    `fetched_at` is `None`.
    """

    def __init__(self, *, client: NanoGPTClient, database: Database, clock: Clock) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._refreshing = asyncio.Lock()
        self.current = Catalogue()
        self.fetched_at: datetime | None = None

    async def load(self) -> None:
        """Take the copy in the database, if it is newer than what is at hand.

        One that is damaged is told in the log and left alone; the next `refresh` writes over it.

        Raises:
            DatabaseUnreachable: the database gives no connection.
        """
        try:
            async with self._database.read() as session:
                stored = await bot_state.get(session, STATE_KEY)
        except ValueError as error:  # no JSON at all
            log.warning("the stored copy of NanoGPT's catalogue is damaged and is ignored: %s", error)
            return
        if stored is None:
            return
        copy = _read_copy(stored)
        if copy is None:
            log.warning("the stored copy of NanoGPT's catalogue is damaged and is ignored")
        elif self.fetched_at is None or copy.fetched_at > self.fetched_at:
            await self._take(copy)

    async def refresh(self) -> None:
        """Read the list from NanoGPT now, and share it; who asks while that is under way waits for it.

        What NanoGPT cannot or does not sensibly answer is told in the log, and the list at hand stays.

        Raises:
            DatabaseUnreachable: the new list is at hand, but could not be shared.
        """
        if self._refreshing.locked():
            async with self._refreshing:
                return
        async with self._refreshing:
            await self._refresh()

    async def refresh_if_stale(self) -> None:
        """Refresh a list of more than `REFRESH_SECONDS`, unless another process has; otherwise this costs nothing.

        Raises:
            DatabaseUnreachable: the database gives no connection.
        """
        if not self._is_stale():
            return
        await self.load()
        if self._is_stale():
            await self.refresh()

    async def _refresh(self) -> None:
        try:
            entries = await self._client.fetch_catalogue()
        except NanoGPTError as error:
            log.warning("NanoGPT's catalogue could not be read, the known one stays: %s", error)
            return
        copy = _Copy(fetched_at=self._clock.now(), entries=entries)
        if not await self._take(copy):
            return
        state = {"fetched_at": copy.fetched_at.isoformat(), "entries": list(entries)}
        async with self._database.begin() as session:
            await bot_state.put(session, STATE_KEY, state)

    async def _take(self, copy: _Copy) -> bool:
        # In a thread: 250 entries take some 15 ms, in which nobody else would be served.
        catalogue = await asyncio.to_thread(_understand, copy.entries)
        if not catalogue.is_live:
            log.warning("a catalogue of %d entries names no model and is not taken", len(copy.entries))
            return False
        self.current = catalogue
        self.fetched_at = copy.fetched_at
        log.info("the catalogue of %s lists %d models", copy.fetched_at.isoformat(), len(catalogue.models))
        return True

    def _is_stale(self) -> bool:
        if self.fetched_at is None:
            return True
        # Either way: a list from the future was stored under a clock that has been put right since.
        return abs(self._clock.now() - self.fetched_at) > timedelta(seconds=REFRESH_SECONDS)


def _understand(entries: Sequence[object]) -> Catalogue:
    return Catalogue(read_models(entries))


def _read_copy(stored: object) -> _Copy | None:
    match stored:
        case {"fetched_at": str(moment), "entries": list(entries)}:
            pass
        case _:
            return None
    try:
        fetched_at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return _Copy(fetched_at=fetched_at, entries=entries) if fetched_at.tzinfo is not None else None
