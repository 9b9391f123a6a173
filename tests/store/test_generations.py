from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import generations, leases, pictures
from nanobot.store.database import Database
from nanobot.store.leases import Lease
from nanobot.store.pictures import NewPicture
from nanobot.store.tables import Generation, GenerationStatus
from tests.store.rows import LEASE, MINUTE, NOON, PERSON, SERVER, TICKET, add_generation, make_pictures

LATER = NOON + MINUTE
OTHER = Lease(owner="second process", until=NOON + 10 * MINUTE)

Step = Callable[[AsyncSession, str], Awaitable[bool]]


async def run(session: AsyncSession, generation_id: str, lease: Lease = LEASE) -> bool:
    return await generations.mark_running(session, generation_id, now=NOON, lease=lease)


async def answer(session: AsyncSession, generation_id: str, owner: str = LEASE.owner) -> bool:
    return await generations.record_answer(
        session, generation_id, now=NOON, owner=owner, pictures=[NewPicture(url="https://x/1")], cost=None
    )


async def post(session: AsyncSession, generation_id: str) -> bool:
    ended = await generations.mark_posted(session, generation_id, now=LATER, channel_id=600, message_id=700)
    return ended is not None


async def fail(session: AsyncSession, generation_id: str, owner: str = LEASE.owner) -> bool:
    ended = await generations.finish(
        session, generation_id, now=LATER, owner=owner, status=GenerationStatus.FAILED, error="It broke."
    )
    return ended is not None


async def stored(database: Database, generation_id: str) -> Generation:
    async with database.read() as session:
        generation = await generations.get(session, generation_id)
    assert generation is not None
    return generation


async def test_a_generation_waits_with_all_that_another_process_needs(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
    held = await stored(database, added.id)

    assert held.status is GenerationStatus.HELD
    assert held.request == {"prompt": "a fox in the snow", "model": "hidream"}
    assert (held.application_id, held.interaction_token) == (TICKET.application_id, TICKET.token)
    assert held.interaction_expires_at == TICKET.expires_at
    assert (held.lease_owner, held.lease_until) == (LEASE.owner, LEASE.until)


async def test_an_answer_is_kept_until_it_is_posted(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await run(session, added.id)
        recorded = await generations.record_answer(
            session,
            added.id,
            now=LATER,
            owner=LEASE.owner,
            pictures=[NewPicture(url="https://x/1"), NewPicture(data=b"\x00PNG", media="image/png")],
            cost=Decimal("0.0153"),
            payment_source="USD",
            vendor_request_id="r-1",
        )
    made = await stored(database, added.id)
    async with database.read() as session:
        kept = await pictures.of(session, added.id)

    assert recorded
    assert (made.status, made.images_made, made.cost) == (GenerationStatus.MADE, 2, Decimal("0.0153"))
    assert (made.payment_source, made.vendor_request_id) == ("USD", "r-1")
    assert [(each.position, each.url, each.data) for each in kept] == [
        (0, "https://x/1", None),
        (1, None, b"\x00PNG"),
    ]


async def test_posting_forgets_the_token_the_bytes_and_the_lease(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await make_pictures(session, added.id)
        posted = await post(session, added.id)
    row = await stored(database, added.id)
    async with database.read() as session:
        kept = await pictures.of(session, added.id)

    assert posted
    assert (row.status, row.finished_at) == (GenerationStatus.POSTED, LATER)
    assert (row.interaction_token, row.interaction_expires_at, row.lease_owner, row.lease_until) == (
        None,
    ) * 4
    assert [each.data for each in kept] == [None, None]


async def test_a_failure_forgets_the_token_the_bytes_and_the_lease(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await make_pictures(session, added.id)
        await fail(session, added.id)
    row = await stored(database, added.id)
    async with database.read() as session:
        kept = await pictures.of(session, added.id)

    assert (row.status, row.error, row.finished_at) == (GenerationStatus.FAILED, "It broke.", LATER)
    assert (row.interaction_token, row.lease_owner, row.lease_until) == (None,) * 3
    assert [each.data for each in kept] == [None, None]


async def test_an_end_keeps_the_cost_that_is_known_unless_it_knows_better(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await run(session, added.id)
        await generations.finish(
            session,
            added.id,
            now=LATER,
            owner=LEASE.owner,
            status=GenerationStatus.UNKNOWN,
            cost=Decimal("0.04"),
        )

    assert (await stored(database, added.id)).cost == Decimal("0.04")


@pytest.mark.parametrize(
    ("before", "step", "takes"),
    [
        pytest.param([], run, True, id="held-run"),
        pytest.param([], answer, False, id="held-answer"),
        pytest.param([], post, False, id="held-post"),
        pytest.param([], fail, True, id="held-fail"),
        pytest.param([run], run, True, id="running-run"),
        pytest.param([run], answer, True, id="running-answer"),
        pytest.param([run], post, False, id="running-post"),
        pytest.param([run], fail, True, id="running-fail"),
        pytest.param([run, answer], run, True, id="made-run"),
        pytest.param([run, answer], answer, True, id="made-answer"),
        pytest.param([run, answer], post, True, id="made-post"),
        pytest.param([run, answer], fail, True, id="made-fail"),
        pytest.param([run, answer, post], run, False, id="posted-run"),
        pytest.param([run, answer, post], answer, False, id="posted-answer"),
        pytest.param([run, answer, post], post, False, id="posted-post"),
        pytest.param([run, answer, post], fail, False, id="posted-fail"),
        pytest.param([fail], run, False, id="failed-run"),
        pytest.param([fail], fail, False, id="failed-fail"),
    ],
)
async def test_each_step_starts_from_its_own_status(
    database: Database, before: list[Step], step: Step, *, takes: bool
) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        for earlier in before:
            assert await earlier(session, added.id)

        assert await step(session, added.id) is takes


async def test_a_process_that_lost_its_lease_can_do_no_more(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await leases.take_expired(session, now=LATER, lease=OTHER, limit=10)

        assert not await run(session, added.id)
        assert await run(session, added.id, OTHER)
        assert not await answer(session, added.id)
        assert not await fail(session, added.id)
        assert await answer(session, added.id, OTHER.owner)
        assert await fail(session, added.id, OTHER.owner)


@pytest.mark.parametrize("status", ["held", "running", "made", "posted"])
async def test_finishing_is_an_end_without_a_message(database: Database, status: str) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        with pytest.raises(ValueError, match=status):
            await generations.finish(
                session, added.id, now=LATER, owner=LEASE.owner, status=GenerationStatus(status)
            )


async def test_a_reply_finds_the_generation_of_its_message(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await make_pictures(session, added.id)
        await post(session, added.id)
        found = await generations.of_message(session, 700)

        assert found is not None
        assert found.id == added.id
        assert await generations.of_message(session, 701) is None


async def test_history_turns_its_pages_without_a_gap_or_a_repeat(database: Database) -> None:
    """Some requests come at the same moment, and a page may end between two of them."""
    moments = [NOON, NOON, NOON, LATER, LATER, LATER + MINUTE]
    async with database.begin() as session:
        added = [await add_generation(session, now=moment) for moment in moments]
        await add_generation(session, user_id=1)
    seen: list[Generation] = []
    async with database.read() as session:
        while page := await generations.history(
            session, user_id=PERSON, limit=2, before=seen[-1].id if seen else None
        ):
            seen.extend(page)

    assert sorted(each.id for each in seen) == sorted(each.id for each in added)
    assert [each.created_at for each in seen] == sorted(moments, reverse=True)


async def test_history_can_keep_to_one_server(database: Database) -> None:
    async with database.begin() as session:
        here = await add_generation(session)
        direct = await add_generation(session, guild_id=0)
        everywhere = await generations.history(session, user_id=PERSON, limit=9)

        assert {each.id for each in everywhere} == {here.id, direct.id}
        assert [
            each.id for each in await generations.history(session, user_id=PERSON, guild_id=SERVER, limit=9)
        ] == [here.id]


async def test_a_sign_of_life_keeps_work_from_being_taken_over(database: Database) -> None:
    async with database.begin() as session:
        at_work = await add_generation(session)
        ended = await add_generation(session)
        await fail(session, ended.id)
        lease = Lease(owner=LEASE.owner, until=NOON + 3 * MINUTE)
        renewed = await leases.renew(session, lease, [at_work.id, ended.id])

        assert renewed == 1
        assert await leases.take_expired(session, now=LATER, lease=OTHER, limit=9) == []
        taken = await leases.take_expired(session, now=NOON + 3 * MINUTE, lease=OTHER, limit=9)
        assert [each.id for each in taken] == [at_work.id]


async def test_a_process_takes_up_its_own_stale_work_but_never_what_it_is_at_work_on(
    database: Database,
) -> None:
    async with database.begin() as session:
        at_work = await add_generation(session)
        left_lying = await add_generation(session)
        own = Lease(owner=LEASE.owner, until=NOON + timedelta(hours=1))
        taken = await leases.take_expired(session, now=LATER, lease=own, limit=9, at_work=[at_work.id])

        assert [each.id for each in taken] == [left_lying.id]


async def test_what_waits_longest_is_taken_over_first(database: Database) -> None:
    async with database.begin() as session:
        late = await add_generation(session, lease=Lease(owner="gone", until=NOON + MINUTE / 2))
        early = await add_generation(session, lease=Lease(owner="gone", until=NOON))
        first = await leases.take_expired(session, now=LATER, lease=OTHER, limit=1)
        second = await leases.take_expired(session, now=LATER, lease=OTHER, limit=1)

    assert [each.id for each in (*first, *second)] == [early.id, late.id]
    assert (await stored(database, early.id)).lease_owner == OTHER.owner


async def test_two_processes_take_over_different_work(database: Database, same_database: Database) -> None:
    async with database.begin() as session:
        added = [await add_generation(session) for _ in range(20)]

    async def take(process: Database, owner: str) -> list[str]:
        async with process.begin() as session:
            lease = Lease(owner=owner, until=NOON + 10 * MINUTE)
            taken = await leases.take_expired(session, now=LATER, lease=lease, limit=15)
            return [each.id for each in taken]

    async with asyncio.timeout(60):
        one, two = await asyncio.gather(take(database, "one"), take(same_database, "two"))

    assert sorted(one + two) == sorted(each.id for each in added)


async def test_taking_over_does_not_wait_for_a_row_that_another_process_has(
    postgres_url: str,
) -> None:
    """SKIP LOCKED: recovery in one process never stands behind the other's."""
    one, two = Database.open(postgres_url), Database.open(postgres_url)
    try:
        async with one.begin() as session:
            added = [await add_generation(session) for _ in range(2)]
        async with asyncio.timeout(60), one.begin() as first:
            of_one = await leases.take_expired(first, now=LATER, lease=OTHER, limit=1)
            async with two.begin() as second:
                lease = Lease(owner="third process", until=OTHER.until)
                of_two = await leases.take_expired(second, now=LATER, lease=lease, limit=9)
    finally:
        await one.close()
        await two.close()

    assert len(of_one) == len(of_two) == 1
    assert {of_one[0].id, of_two[0].id} == {each.id for each in added}
