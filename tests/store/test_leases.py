"""Whose leases count: those that are renewed, as far as whoever takes over could see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nanobot.store import generations, leases
from nanobot.store.database import Database
from nanobot.store.leases import Lease
from tests.store.rows import LEASE, MINUTE, NOON, add_generation

LATER = NOON + 2 * MINUTE
OTHER = Lease(owner="second process", until=LATER + MINUTE)


async def test_a_process_sees_the_leases_of_others_and_not_its_own(database: Database) -> None:
    async with database.begin() as session:
        theirs = await add_generation(session)
        await add_generation(session, lease=OTHER)
        ended = await add_generation(session)
        await generations.mark_running(session, ended.id, now=NOON, lease=LEASE)
        await leases.release(session, "nobody", now=NOON)
        given_back = await add_generation(session, lease=Lease(owner="third process", until=LATER))
        await leases.release(session, "third process", now=NOON)

        assert sorted(await leases.of_others(session, OTHER.owner)) == sorted(
            [(theirs.id, LEASE.until), (ended.id, LEASE.until)]
        )
        assert given_back.id not in dict(await leases.of_others(session, LEASE.owner))


@pytest.mark.parametrize(
    ("seen", "is_taken"),
    [
        pytest.param(LEASE.until, True, id="as it was seen"),
        pytest.param(LEASE.until - timedelta(microseconds=1), False, id="renewed since"),
        pytest.param(None, False, id="not seen for long enough"),
    ],
)
async def test_what_another_process_holds_is_taken_only_if_it_is_silent(
    database: Database, seen: datetime | None, is_taken: bool
) -> None:
    async with database.begin() as session:
        held = await add_generation(session)
        silent = [] if seen is None else [(held.id, seen)]
        taken = await leases.take_expired(session, now=LATER, lease=OTHER, limit=9, silent=silent)

        assert [each.id for each in taken] == ([held.id] if is_taken else [])


async def test_silence_alone_ends_no_lease(database: Database) -> None:
    async with database.begin() as session:
        held = await add_generation(session)
        silent = [(held.id, LEASE.until)]

        assert not await leases.take_expired(session, now=NOON, lease=OTHER, limit=9, silent=silent)


async def test_what_was_given_back_is_taken_at_once(database: Database) -> None:
    """And what is one's own: a process knows what it is at work on."""
    async with database.begin() as session:
        given_back = await add_generation(session)
        assert await leases.release(session, LEASE.owner, now=NOON) == 1
        own = await add_generation(session, lease=Lease(owner=OTHER.owner, until=NOON))
        taken = await leases.take_expired(session, now=NOON, lease=OTHER, limit=9, silent=[])

        assert {each.id for each in taken} == {given_back.id, own.id}
