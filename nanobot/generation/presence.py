"""Shares NanoGPT's limit of calls per second among the processes that use one key. Imports clock, nanogpt, store and `books`."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from nanobot.clock import Clock
from nanobot.generation.books import SIGN_SECONDS
from nanobot.nanogpt import Pace
from nanobot.store import processes
from nanobot.store.database import Database

log = logging.getLogger(__name__)

BEAT_SECONDS = 5
# The others may be late by a beat, and what they sent just before still counts for a second.
NOTICED_SECONDS = 2 * BEAT_SECONDS + 2
ALIVE_SECONDS = 60


class Presence:
    """Says that this process is alive, and takes its share: 1/n of the limit where n are alive.

    With `renew` called before the first call and then every `BEAT_SECONDS`, the shares of all processes never add
    up to more than the limit. A process makes itself known first, counts then, and, if it finds others, sends nothing
    for `NOTICED_SECONDS`; by then each of them has counted it and taken less. Of several that start at once, each
    that counts later than another made itself known waits as well, and of any two that is one at least. A process
    without its database cannot count, but neither can it write down, and so send, a paid call. One that was thought
    dead, since it slept for longer than `ALIVE_SECONDS`, comes back as a new one.

    On an SQLite file there is one process, and what it finds there is what it left in a crash: it does not wait.
    """

    def __init__(self, *, database: Database, clock: Clock, owner: str, pace: Pace) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._pace = pace
        self._alive_until: datetime | None = None
        self._counted = 1

    async def renew(self) -> None:
        """Give a sign of life and take the share that belongs to it.

        Raises:
            DatabaseUnreachable: nobody could be told; the share stays as it is.
        """
        now = self._clock.now()
        is_new = self._alive_until is None or self._alive_until <= now
        until = now + timedelta(seconds=ALIVE_SECONDS)
        async with self._database.begin_sign(SIGN_SECONDS) as session:
            await processes.beat(session, self._owner, now=now, until=until)
        # A transaction of its own, after the other's end: of two that start at once, one must see the other.
        async with self._database.begin_sign(SIGN_SECONDS) as session:
            alive = max(1, await processes.count_alive(session, now))
        self._pace.divide(alive)
        if is_new and alive > 1 and self._database.is_shared:
            self._pace.pause(NOTICED_SECONDS)
        if alive != self._counted:
            log.info("%d processes share the key of NanoGPT", alive)
        self._alive_until, self._counted = until, alive

    async def leave(self) -> None:
        """Leave this process's share to the others; it sends nothing any more.

        Raises:
            DatabaseUnreachable: they will notice when it has been silent for `ALIVE_SECONDS`.
        """
        async with self._database.begin() as session:
            await processes.leave(session, self._owner)
        self._alive_until = None
