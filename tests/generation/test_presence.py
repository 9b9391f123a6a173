from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from typing_extensions import override

from nanobot.clock import TurnableClock
from nanobot.generation.presence import ALIVE_SECONDS, BEAT_SECONDS, NOTICED_SECONDS, Presence
from nanobot.nanogpt import Pace
from nanobot.nanogpt.retry import MAX_WAIT_SECONDS
from nanobot.store.database import Database
from tests.generation.studio import NOON

BEAT = timedelta(seconds=BEAT_SECONDS)
ALIVE = timedelta(seconds=ALIVE_SECONDS)
SECOND = timedelta(seconds=1)


class NotedPace(Pace):
    """A pace that tells what it was asked to keep."""

    def __init__(self) -> None:
        self.share = Fraction(1)
        self.pauses: list[float] = []
        super().__init__()

    @override
    def divide(self, processes: int) -> None:
        super().divide(processes)
        self.share = Fraction(1, processes)

    @override
    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        self.pauses.append(seconds)


@dataclass(slots=True, kw_only=True)
class Process:
    """What one process of several has."""

    presence: Presence
    pace: NotedPace = field(repr=False)
    starts_sending_at: datetime = NOON
    next_beat: datetime = NOON

    async def renew(self, clock: TurnableClock) -> None:
        known = len(self.pace.pauses)
        await self.presence.renew()
        for seconds in self.pace.pauses[known:]:
            self.starts_sending_at = clock.now() + timedelta(seconds=seconds)
        self.next_beat = clock.now() + BEAT


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock(NOON)


def start(database: Database, clock: TurnableClock, owner: str) -> Process:
    pace = NotedPace()
    return Process(presence=Presence(database=database, clock=clock, owner=owner, pace=pace), pace=pace)


async def test_one_process_has_the_whole_limit_at_once(database: Database, clock: TurnableClock) -> None:
    alone = start(database, clock, "alone")
    for _ in range(3):
        await alone.renew(clock)
        clock.turn(BEAT)

    assert alone.pace.share == 1
    assert alone.pace.pauses == []


async def test_processes_share_the_limit_as_long_as_they_live(
    database: Database, same_database: Database, clock: TurnableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nanobot")
    one, two = start(database, clock, "one"), start(same_database, clock, "two")
    for process in (one, two, one):
        await process.renew(clock)
    together = (one.pace.share, two.pace.share)
    await two.presence.leave()
    await one.renew(clock)

    assert together == (Fraction(1, 2), Fraction(1, 2))
    assert one.pace.share == 1
    assert "2 processes share the key" in caplog.text


async def test_the_share_of_a_process_that_died_is_taken_after_a_while(
    database: Database, clock: TurnableClock
) -> None:
    one, dead = start(database, clock, "one"), start(database, clock, "dead")
    await dead.renew(clock)
    clock.turn(SECOND)
    await one.renew(clock)
    clock.turn(ALIVE - 2 * SECOND)
    await one.renew(clock)
    before = one.pace.share
    clock.turn(SECOND)
    await one.renew(clock)

    assert (before, one.pace.share) == (Fraction(1, 2), Fraction(1))


async def test_after_a_crash_the_only_process_of_a_file_goes_on_at_once(
    sqlite_url: str, clock: TurnableClock
) -> None:
    database = Database.open(sqlite_url)
    try:
        await start(database, clock, "crashed").renew(clock)
        again = start(database, clock, "again")
        await again.renew(clock)
    finally:
        await database.close()

    assert again.pace.pauses == []


async def test_a_process_that_comes_to_others_waits_once_until_they_have_noticed(
    postgres_url: str, clock: TurnableClock
) -> None:
    database = Database.open(postgres_url)
    try:
        one, two = start(database, clock, "one"), start(database, clock, "two")
        for _ in range(3):
            await one.renew(clock)
            await two.renew(clock)
            clock.turn(BEAT)
    finally:
        await database.close()

    assert one.pace.pauses == []
    assert two.pace.pauses == [NOTICED_SECONDS]
    assert BEAT_SECONDS < NOTICED_SECONDS <= MAX_WAIT_SECONDS, "a pace must be willing to wait so long"


async def test_a_process_that_was_thought_dead_comes_back_as_a_new_one(
    postgres_url: str, clock: TurnableClock
) -> None:
    """A laptop that slept, or a machine that stood still."""
    database = Database.open(postgres_url)
    try:
        slept, awake = start(database, clock, "slept"), start(database, clock, "awake")
        await slept.renew(clock)
        await awake.renew(clock)
        clock.turn(ALIVE)
        await awake.renew(clock)
        assert awake.pace.share == 1
        await slept.renew(clock)
    finally:
        await database.close()

    assert slept.pace.pauses == [NOTICED_SECONDS]


async def test_of_processes_that_start_at_the_same_moment_one_at_most_does_not_wait(
    postgres_url: str, clock: TurnableClock
) -> None:
    databases = [Database.open(postgres_url) for _ in range(8)]
    try:
        await asyncio.gather(*(each.ping() for each in databases))  # so that none is held up by connecting
        started = [start(each, clock, f"process {number}") for number, each in enumerate(databases)]
        await asyncio.gather(*(process.renew(clock) for process in started))
    finally:
        await asyncio.gather(*(each.close() for each in databases))

    assert sum(not process.pace.pauses for process in started) <= 1


@pytest.mark.parametrize("seed", range(4))
async def test_shares_never_add_up_to_more_than_the_limit(
    postgres_url: str, clock: TurnableClock, seed: int
) -> None:
    """Processes come, leave and die as they like, and a beat may come late by another."""
    chance = random.Random(seed)
    database = Database.open(postgres_url)
    living: list[Process] = []
    most = 0
    try:
        for second in range(240):
            if chance.random() < 0.1 and len(living) < 6:
                living.append(start(database, clock, f"{second}"))
                await living[-1].renew(clock)
            elif chance.random() < 0.03 and living:
                gone = living.pop(chance.randrange(len(living)))
                if chance.random() < 0.5:
                    await gone.presence.leave()
            for process in living:
                late = clock.now() - process.next_beat
                if late >= BEAT or (late >= timedelta(0) and chance.random() < 0.5):
                    await process.renew(clock)
            sending = [each for each in living if each.starts_sending_at <= clock.now()]
            most = max(most, len(sending))

            assert sum(each.pace.share for each in sending) <= 1
            clock.turn(SECOND)
    finally:
        await database.close()

    assert most > 2, "the scenario has several processes at work"
