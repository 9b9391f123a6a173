"""Follows the bot's log for what happens to each request. Imports nothing of nanobot.

The bot writes `generation ID: what happened`; its log is all that a sandbox which does not know the bot can follow.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LOOK_SECONDS = 0.1
MAX_GENERATIONS = 200
_MAX_BYTES_AT_ONCE = 1_000_000

_LINE = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(?P<millisecond>\d{3}) \S+ +\S+ generation (?P<id>[0-9a-f]{32}): (?P<what>.+)"
)


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    what: str


class BotLog:
    """Reads on from where it stopped; `on_change` is called whenever a request got further."""

    def __init__(self, path: Path, on_change: Callable[[], None]) -> None:
        self._path = path
        self._on_change = on_change
        self._position = 0
        self._rest = b""
        self._happenings: dict[str, list[Happening]] = {}

    async def follow(self) -> None:
        """Look every now and then, until cancelled: a file tells nobody that it grew."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Read what is new; a line that is not whole yet is left for later."""
        *lines, self._rest = (self._rest + self._new_bytes()).split(b"\n")
        matches = [match for line in lines if (match := _LINE.match(line.decode("utf-8", errors="replace")))]
        for match in matches:
            at = datetime.fromisoformat(f"{match['second']}.{match['millisecond']}").astimezone()
            self._happenings.setdefault(match["id"], []).append(Happening(at, match["what"]))
        if matches:
            self._forget_oldest()
            self._on_change()

    def of(self, generation_id: str) -> Sequence[Happening]:
        return self._happenings.get(generation_id, ())

    def _new_bytes(self) -> bytes:
        try:
            if self._path.stat().st_size == self._position:
                return b""
            with self._path.open("rb") as file:
                file.seek(self._position)
                new = file.read(_MAX_BYTES_AT_ONCE)
        except OSError:  # the bot was never started
            return b""
        self._position += len(new)
        return new

    def _forget_oldest(self) -> None:
        while len(self._happenings) > MAX_GENERATIONS:
            del self._happenings[next(iter(self._happenings))]
