"""What the operator must be told beyond the log: once per outage, to whoever listens. Imports the standard library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TypeAlias

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One outage: `key` is the same each time it happens, `sentence` says what to do."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllClear:
    """The outage whose alarm had this key is over."""

    key: str


Signal: TypeAlias = Alarm | AllClear


class Alarms:
    """Keeps what is wrong until somebody hears it; one for the process."""

    def __init__(self) -> None:
        self._sounding: set[str] = set()
        self._unheard: asyncio.Queue[Signal] = asyncio.Queue()

    def sound(self, key: str, sentence: str) -> None:
        """Tell the log and whoever listens, unless `key` sounds already."""
        if key in self._sounding:
            return
        self._sounding.add(key)
        log.error("%s", sentence)
        self._unheard.put_nowait(Alarm(key=key, sentence=sentence))

    def quieten(self, key: str) -> None:
        """Note that this outage, if there was one, is over: the next one sounds again."""
        if key in self._sounding:
            self._sounding.discard(key)
            self._unheard.put_nowait(AllClear(key=key))

    async def heard(self) -> AsyncGenerator[Signal, None]:
        """Yield each alarm and each end of one as it comes, those from before first, and never end."""
        while True:
            yield await self._unheard.get()
