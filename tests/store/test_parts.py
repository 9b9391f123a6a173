"""Several paid calls may serve one generation, side by side."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from nanobot.store import generations, pictures
from nanobot.store.database import Database
from nanobot.store.leases import Lease
from nanobot.store.pictures import NewPicture
from nanobot.store.tables import Generation, GenerationStatus, Picture
from tests.store.rows import LEASE, MINUTE, NOON, add_generation

LATER = NOON + MINUTE


async def send(database: Database, generation_id: str, *, lease: Lease = LEASE) -> bool:
    async with database.begin() as session:
        return await generations.mark_running(session, generation_id, now=LATER, lease=lease)


async def answer(
    database: Database,
    generation_id: str,
    *urls: str,
    cost: Decimal | None = None,
    source: str | None = None,
    request_id: str | None = None,
) -> bool:
    async with database.begin() as session:
        return await generations.record_answer(
            session,
            generation_id,
            now=LATER,
            owner=LEASE.owner,
            pictures=[NewPicture(url=url) for url in urls],
            cost=cost,
            payment_source=source,
            vendor_request_id=request_id,
        )


async def stored(database: Database, generation_id: str) -> tuple[Generation, list[Picture]]:
    async with database.read() as session:
        generation = await generations.get(session, generation_id)
        kept = await pictures.of(session, generation_id)
    assert generation is not None
    return generation, list(kept)


@pytest.fixture
async def held(database: Database) -> str:
    async with database.begin() as session:
        return (await add_generation(session, images_wanted=4)).id


async def test_a_later_answer_adds_to_the_ones_before(database: Database, held: str) -> None:
    await send(database, held)
    await answer(database, held, "https://x/1", cost=Decimal("0.01"), source="USD", request_id="r-1")
    await answer(
        database, held, "https://x/2", "https://x/3", cost=Decimal("0.02"), source="USD", request_id="r-2"
    )
    made, kept = await stored(database, held)

    assert (made.status, made.images_made, made.cost) == (GenerationStatus.MADE, 3, Decimal("0.03"))
    assert (made.payment_source, made.vendor_request_id) == ("USD", "r-1 r-2")
    assert [(each.position, each.url) for each in kept] == [
        (0, "https://x/1"),
        (1, "https://x/2"),
        (2, "https://x/3"),
    ]


@pytest.mark.parametrize(
    ("costs", "total"),
    [
        pytest.param([None, None], None, id="never known"),
        pytest.param([None, Decimal("0.02")], Decimal("0.02"), id="known later"),
        pytest.param([Decimal("0.02"), None], Decimal("0.02"), id="known first"),
        pytest.param([Decimal(0), Decimal(0)], Decimal(0), id="free"),
    ],
)
async def test_a_cost_that_is_not_known_adds_nothing(
    database: Database, held: str, costs: list[Decimal | None], total: Decimal | None
) -> None:
    await send(database, held)
    for cost in costs:
        await answer(database, held, "https://x/1", cost=cost)
    made, _ = await stored(database, held)

    assert made.cost == total


async def test_an_answer_without_words_keeps_those_that_are_known(database: Database, held: str) -> None:
    await send(database, held)
    await answer(database, held, "https://x/1", source="subscription", request_id="r-1")
    await answer(database, held, "https://x/2")
    await answer(database, held, "https://x/3", source="USD")
    made, _ = await stored(database, held)

    assert (made.payment_source, made.vendor_request_id) == ("subscription USD", "r-1")


async def test_an_answer_that_is_stored_again_adds_nothing(database: Database, held: str) -> None:
    """The first attempt was carried out, and its connection broke before that could be told."""
    await send(database, held)
    await answer(database, held, "https://x/1", cost=Decimal("0.01"), request_id="r-1")
    for _ in range(2):
        assert await answer(database, held, "https://x/2", cost=Decimal("0.02"), request_id="r-2")
    made, kept = await stored(database, held)

    assert (made.images_made, made.cost, made.vendor_request_id) == (2, Decimal("0.03"), "r-1 r-2")
    assert [each.url for each in kept] == ["https://x/1", "https://x/2"]


@pytest.mark.parametrize("status", [GenerationStatus.RUNNING, GenerationStatus.MADE])
async def test_sending_another_part_keeps_the_status_and_renews_the_lease(
    database: Database, held: str, status: GenerationStatus
) -> None:
    await send(database, held)
    if status is GenerationStatus.MADE:
        await answer(database, held, "https://x/1")
    longer = Lease(owner=LEASE.owner, until=LEASE.until + timedelta(hours=1))

    assert await send(database, held, lease=longer)
    generation, _ = await stored(database, held)
    assert (generation.status, generation.lease_until) == (status, longer.until)


async def test_no_part_is_sent_by_a_process_that_lost_its_lease(database: Database, held: str) -> None:
    await send(database, held)
    await answer(database, held, "https://x/1")

    assert not await send(database, held, lease=Lease(owner="another process", until=LATER + MINUTE))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(None, Decimal("0.02"), id="as the answers said"),
        pytest.param(Decimal("0.05"), Decimal("0.05"), id="with what else it cost"),
    ],
)
async def test_posting_may_tell_the_whole_cost(
    database: Database, held: str, given: Decimal | None, kept: Decimal
) -> None:
    await send(database, held)
    await answer(database, held, "https://x/1", cost=Decimal("0.02"))
    async with database.begin() as session:
        await generations.mark_posted(session, held, now=LATER, channel_id=600, message_id=700, cost=given)
    posted, _ = await stored(database, held)

    assert posted.cost == kept


async def test_parts_that_come_at_once_lose_nothing(
    database: Database, same_database: Database, held: str
) -> None:
    """Each part is announced and answered in transactions of its own, through connections of its own."""
    parts = range(24)

    async def run_part(number: int) -> None:
        way = database if number % 2 else same_database
        assert await send(way, held)
        assert await answer(
            way,
            held,
            f"https://x/{number}/a",
            f"https://x/{number}/b",
            cost=Decimal("0.01"),
            request_id=f"r-{number}",
        )

    async with asyncio.timeout(60):
        await asyncio.gather(*(run_part(number) for number in parts))
    made, kept = await stored(database, held)

    assert (made.status, made.images_made, made.cost) == (GenerationStatus.MADE, 48, Decimal("0.24"))
    assert set((made.vendor_request_id or "").split()) == {f"r-{number}" for number in parts}
    assert [each.position for each in kept] == list(range(48))
    urls = [each.url or "" for each in kept]
    assert [a.replace("/a", "/b") for a in urls[::2]] == urls[1::2], "the pictures of an answer lie together"
    assert len(set(urls)) == 48
