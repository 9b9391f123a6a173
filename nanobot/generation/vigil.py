"""Tells a lease that nobody renews from one that nobody could renew.

Where several processes share a database that is away for a minute, every lease has run out when it is back, and
whoever looks first must not take the work of the living. So it is not enough that a lease has run out: whoever takes
it over must have seen it unchanged for `GRACE_SECONDS`, in which a look succeeded so often that the database was never
away for longer than `LONGEST_GAP_SECONDS`.

A living process changes it in that time. An attempt at a renewal, even one that began while the database was away, ends
within `SIGN_SECONDS + LETTING_GO_SECONDS`, and the next follows after `RENEW_SECONDS`. Should the database go away
again right then, unnoticed by the looks, it is back after the longest gap, and once more an attempt that hangs and a
pause pass before one succeeds, within `SIGN_SECONDS`. That sum is the grace, however long the database was away before;
and it is less than a lease, so who renewed a moment before such a gap has not even run out.

No clock of another machine counts, nor a leap of one's own. Time is monotonic: on a machine that slept it stood still
for all of its processes alike, and where a system counts the sleep, it is a gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from nanobot.generation.books import RENEW_SECONDS, SIGN_SECONDS
from nanobot.store import leases
from nanobot.store.database import Database
from nanobot.store.engines import LETTING_GO_SECONDS

WATCH_SECONDS: Final = 4.0
"""How often the leases of others are looked at."""

LONGEST_GAP_SECONDS: Final = 10.0
"""Looks further apart than this begin anew, since the database may have been away in between."""

_FAILED_ATTEMPT_SECONDS: Final = SIGN_SECONDS + LETTING_GO_SECONDS + RENEW_SECONDS
GRACE_SECONDS: Final = _FAILED_ATTEMPT_SECONDS + LONGEST_GAP_SECONDS + _FAILED_ATTEMPT_SECONDS + SIGN_SECONDS
"""How long a lease is seen unchanged before it is taken: 40 seconds, which pass while that of a dead process runs out."""


class Vigil:
    """Watches on behalf of the process `owner` which leases of others stand unchanged, from its first look on."""

    def __init__(
        self, *, database: Database, owner: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._owner = owner
        self._monotonic = monotonic
        self._looked_at: float | None = None
        self._unchanged_since: dict[tuple[str, datetime], float] = {}

    async def look(self) -> None:
        """See which leases there are; to be called every `WATCH_SECONDS`.

        Raises:
            DatabaseUnreachable: it is away, or silent.
        """
        began = self._monotonic()
        async with self._database.begin_sign(SIGN_SECONDS) as session:
            held = await leases.of_others(session, self._owner)
        ended = self._monotonic()
        known = self._unchanged_since if self._is_unbroken(ended) else {}
        self._unchanged_since = {lease: known.get(lease, ended) for lease in held}
        self._looked_at = began

    def silent(self) -> Collection[tuple[str, datetime]]:
        """Return the generations whose leases nobody renews, each with the moment that its lease names.

        Whoever takes one over has to see to it that its lease is still that one.
        """
        now = self._monotonic()
        if not self._is_unbroken(now):
            return ()
        return [lease for lease, since in self._unchanged_since.items() if since <= now - GRACE_SECONDS]

    def _is_unbroken(self, now: float) -> bool:
        return self._looked_at is not None and now <= self._looked_at + LONGEST_GAP_SECONDS
