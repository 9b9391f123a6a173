"""Who lives is not taken for dead, however long the database was away; who died is taken over within a minute."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from nanobot.generation.books import LEASE_SECONDS, RENEW_SECONDS, SIGN_SECONDS
from nanobot.generation.recovery import LOOK_SECONDS
from nanobot.generation.vigil import GRACE_SECONDS, LONGEST_GAP_SECONDS, WATCH_SECONDS, Vigil
from nanobot.store import leases
from nanobot.store.database import Database
from nanobot.store.engines import LETTING_GO_SECONDS
from nanobot.store.leases import Lease
from tests.store.rows import NOON, add_generation

HANGS_SECONDS = SIGN_SECONDS + LETTING_GO_SECONDS
MINUTE = 60
SEEDS = range(12)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_TAKER = "who looks"


class Time:
    """What a monotonic clock and, from noon, that on the wall say."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def lease(self, owner: str) -> Lease:
        return Lease(owner=owner, until=self.now() + timedelta(seconds=LEASE_SECONDS))

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def vigil(database: Database, time: Time) -> Vigil:
    return Vigil(database=database, owner=_TAKER, monotonic=time.monotonic)


async def hold(database: Database, time: Time) -> str:
    async with database.begin() as session:
        return (await add_generation(session, lease=time.lease("who works"))).id


async def renew(database: Database, time: Time, generation_id: str) -> None:
    async with database.begin() as session:
        await leases.renew(session, time.lease("who works"), [generation_id])


async def watch(vigil: Vigil, time: Time, seconds: float) -> None:
    """Look every so often, and a last time after so many seconds."""
    until = time.seconds + seconds
    while time.seconds < until:
        time.seconds = min(until, time.seconds + WATCH_SECONDS)
        await vigil.look()


def ids(silent: Collection[tuple[str, datetime]]) -> list[str]:
    return [generation_id for generation_id, _ in silent]


async def test_who_never_looked_knows_of_no_silence(database: Database, time: Time, vigil: Vigil) -> None:
    await hold(database, time)
    time.seconds = 3600

    assert ids(vigil.silent()) == []


async def test_a_lease_that_stands_unchanged_for_the_grace_is_silent(
    database: Database, time: Time, vigil: Vigil
) -> None:
    generation_id = await hold(database, time)
    await vigil.look()
    await watch(vigil, time, GRACE_SECONDS - 1)
    before = ids(vigil.silent())
    time.seconds += 1

    assert (before, ids(vigil.silent())) == ([], [generation_id])


async def test_a_renewal_is_a_sign_of_life(database: Database, time: Time, vigil: Vigil) -> None:
    generation_id = await hold(database, time)
    await vigil.look()
    await watch(vigil, time, GRACE_SECONDS - 1)
    await renew(database, time, generation_id)
    await watch(vigil, time, WATCH_SECONDS)

    assert ids(vigil.silent()) == []


@pytest.mark.parametrize(("gap", "counts"), [(LONGEST_GAP_SECONDS, True), (LONGEST_GAP_SECONDS + 1, False)])
async def test_silence_is_counted_anew_after_a_gap(
    database: Database, time: Time, vigil: Vigil, gap: float, counts: bool
) -> None:
    """Nobody could renew anything meanwhile, or this process slept."""
    generation_id = await hold(database, time)
    await vigil.look()
    await watch(vigil, time, GRACE_SECONDS)
    time.seconds += gap
    at_once = ids(vigil.silent())
    await vigil.look()

    assert at_once == ids(vigil.silent()) == ([generation_id] if counts else [])
    await watch(vigil, time, GRACE_SECONDS)
    assert ids(vigil.silent()) == [generation_id]


def test_the_numbers_fit() -> None:
    failed = HANGS_SECONDS + RENEW_SECONDS

    assert GRACE_SECONDS == 2 * failed + LONGEST_GAP_SECONDS + SIGN_SECONDS == 40
    assert RENEW_SECONDS + SIGN_SECONDS + LONGEST_GAP_SECONDS + failed + SIGN_SECONDS < LEASE_SECONDS
    assert WATCH_SECONDS + SIGN_SECONDS <= LONGEST_GAP_SECONDS, "a look may take as long as it is waited for"
    assert WATCH_SECONDS + GRACE_SECONDS < LEASE_SECONDS, "who dies is not waited for any longer"
    assert LEASE_SECONDS + LOOK_SECONDS < MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The database cannot be reached; who tries hears so at once, or nothing."""

    begins: float
    ends: float


@dataclass(slots=True, kw_only=True)
class Scene:
    """Second by second: one process works on a generation and may die, another one looks for what is left."""

    database: Database
    time: Time
    outages: list[Outage]
    dies_at: float
    hangs: Callable[[str, float], bool]
    due: dict[str, float]

    async def taken_at(self, vigil: Vigil, seconds: int) -> float | None:
        """Return when the generation was taken over, if it was."""
        generation_id = await hold(self.database, self.time)
        for second in range(seconds):
            self.time.seconds = second
            if second < self.dies_at and self._can_reach("renewal", RENEW_SECONDS):
                await renew(self.database, self.time, generation_id)
            if self._can_reach("watch", WATCH_SECONDS):
                await vigil.look()
            if self._can_reach("look", LOOK_SECONDS) and await self._take(vigil):
                return self.time.seconds
        return None

    def _can_reach(self, work: str, every_seconds: float) -> bool:
        """Tell whether an attempt that is due now succeeds; one that hangs does not, even if the database comes back."""
        now = self.time.seconds
        if now < self.due[work]:
            return False
        is_away = any(outage.begins <= now < outage.ends for outage in self.outages)
        self.due[work] = now + every_seconds
        if is_away and self.hangs(work, now):
            self.due[work] += HANGS_SECONDS
        return not is_away

    async def _take(self, vigil: Vigil) -> bool:
        async with self.database.begin() as session:
            lease = self.time.lease(_TAKER)
            taken = await leases.take_expired(
                session, now=self.time.now(), lease=lease, limit=1, silent=vigil.silent()
            )
        return bool(taken)


def outages_of(chance: random.Random) -> list[Outage]:
    """Two long ones, after each of which the database may go away once more, for so short that no look may see it."""
    outages = []
    for begins in (chance.randint(1, 60), chance.randint(300, 360)):
        ends = begins + chance.randint(LEASE_SECONDS, 180)
        again = ends + chance.randint(1, 30)
        short = again + chance.randint(0, int(LONGEST_GAP_SECONDS))
        outages += [Outage(begins=begins, ends=ends), Outage(begins=again, ends=short)]
    return outages


def scene(database: Database, time: Time, chance: random.Random, *, dies_at: float) -> Scene:
    due = {work: float(chance.randint(0, 8)) for work in ("renewal", "watch", "look")}
    return Scene(
        database=database,
        time=time,
        outages=outages_of(chance),
        dies_at=dies_at,
        hangs=lambda _work, _now: chance.random() < 0.5,
        due=due,
    )


@ON_SQLITE
@pytest.mark.parametrize("seed", SEEDS)
async def test_who_lives_keeps_its_work_whatever_the_database_does(
    database: Database, time: Time, vigil: Vigil, seed: int
) -> None:
    living = scene(database, time, random.Random(seed), dies_at=float("inf"))

    assert await living.taken_at(vigil, 600) is None


@ON_SQLITE
@pytest.mark.parametrize("seed", SEEDS)
async def test_who_dies_is_taken_over_in_time_whatever_the_database_did(
    database: Database, time: Time, vigil: Vigil, seed: int
) -> None:
    """Within a minute of its death, or of the moment from which on the database stays."""
    chance = random.Random(seed)
    dying = scene(database, time, chance, dies_at=float(chance.randint(10, 600)))
    taken_at = await dying.taken_at(vigil, 700)
    steady_from = dying.dies_at
    for outage in dying.outages:
        if outage.begins < steady_from + MINUTE:
            steady_from = max(steady_from, outage.ends)

    assert taken_at is not None
    assert dying.dies_at < taken_at <= steady_from + MINUTE


@ON_SQLITE
async def test_who_is_kept_waiting_by_two_outages_keeps_its_work(
    database: Database, time: Time, vigil: Vigil
) -> None:
    """Its attempts begin just before the database is back, the first time and after a gap that no look notices."""
    unlucky = Scene(
        database=database,
        time=time,
        outages=[Outage(begins=40, ends=100), Outage(begins=111, ends=118)],
        dies_at=float("inf"),
        hangs=lambda work, now: work == "renewal" and now in {99, 115},
        due={"renewal": 3, "watch": 2, "look": 0},
    )

    assert await unlucky.taken_at(vigil, 200) is None


def test_the_scenes_have_outages_that_outlast_a_lease_and_short_ones_soon_after() -> None:
    for seed in SEEDS:
        outages = outages_of(random.Random(seed))

        assert sum(each.ends - each.begins >= LEASE_SECONDS for each in outages) == 2
        assert all(earlier.ends < later.begins for earlier, later in pairwise(outages))
