"""What a crash left behind: each row is taken once, and what is made is delivered. How the rest goes on: `test_resuming`."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from nanobot.clock import TurnableClock
from nanobot.generation import events
from nanobot.generation.books import LEASE_SECONDS, PATIENCE, RENEW_SECONDS, TakenOver
from nanobot.generation.plan import make_plan
from nanobot.generation.recovery import (
    AT_ONCE,
    LOOK_SECONDS,
    NEVER_SENT,
    OUTCOME_UNKNOWN,
    PICTURES_GONE,
    Lost,
    Recovered,
    Recovery,
)
from nanobot.nanogpt.catalogue import Catalogue
from nanobot.nanogpt.shapes import ImageAnswer, InlinePicture
from nanobot.quotas.desk import Hold
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import DEFAULTS, NOON, Studio, asked, follow, open_studio, photograph, until


class Doorstep:
    """Where deliveries, or `only` one of them, wait until it is open."""

    def __init__(self, *, only: str = "") -> None:
        self._only = only
        self.waiting: asyncio.Queue[str] = asyncio.Queue()
        self.open = asyncio.Event()
        self.news = asyncio.Event()
        self.delivered: list[str] = []

    async def deliver(self, recovery: Recovery) -> None:
        generation_id = recovery.generation.id
        if self._only in ("", generation_id):
            self.waiting.put_nowait(generation_id)
            await self.open.wait()
        self.delivered.append(generation_id)
        self.news.set()


ANSWER = ImageAnswer(pictures=(InlinePicture(data=photograph("chelsea.png")),))


async def leave_behind(studio: Studio, number: int, status: GenerationStatus) -> str:
    """Write a generation as a process does that is cut off in `status`."""
    books, generation_id = studio.services.books, f"{number:032x}"
    request = asked()
    plan = make_plan(request, catalogue=Catalogue(), defaults=DEFAULTS)
    assert isinstance(await books.open(generation_id, request, plan), Hold)
    if status is not GenerationStatus.HELD:
        await books.sending(generation_id)
    if status is GenerationStatus.MADE:
        await books.made(generation_id, ANSWER)
    return generation_id


@pytest.mark.parametrize(
    ("left_as", "ends_as", "sentence"),
    [
        pytest.param(GenerationStatus.HELD, GenerationStatus.INTERRUPTED, NEVER_SENT, id="no longer awaited"),
        pytest.param(GenerationStatus.RUNNING, GenerationStatus.UNKNOWN, OUTCOME_UNKNOWN, id="under way"),
    ],
)
async def test_what_is_not_made_is_released_and_the_person_is_told(
    studio: Studio, left_as: GenerationStatus, ends_as: GenerationStatus, sentence: str
) -> None:
    await leave_behind(studio, 1, left_as)
    studio.clock.turn(PATIENCE)
    (lost,) = await studio.recovered()

    assert isinstance(lost, Lost)
    assert lost.sentence == sentence
    assert lost.generation.interaction_token == "a-secret-token"
    assert await studio.statuses() == [ends_as]
    assert await studio.counted() == 0


async def test_what_is_made_is_delivered_with_all_it_takes_to_post_it(studio: Studio) -> None:
    await leave_behind(studio, 1, GenerationStatus.MADE)
    studio.let_leases_run_out()
    (recovered,) = await studio.deliver_left_behind()

    assert isinstance(recovered, Recovered)
    assert [picture.data for picture in recovered.pictures] == [photograph("chelsea.png")]
    assert recovered.generation.request["prompt"] == "a fox in the snow"
    assert (recovered.generation.channel_id, recovered.generation.reply_to_message_id) == (600, 650)
    assert await studio.statuses() == [GenerationStatus.POSTED]
    assert await studio.counted() == 1


async def test_what_is_made_and_can_no_longer_be_fetched_is_released(studio: Studio) -> None:
    await studio.run()
    studio.nanogpt.trouble.expire_urls = True
    studio.let_leases_run_out()
    (lost,) = await studio.recovered()

    assert isinstance(lost, Lost)
    assert lost.sentence == PICTURES_GONE
    assert await studio.statuses() == [GenerationStatus.FAILED]
    assert await studio.counted() == 0


async def test_what_is_out_of_reach_for_now_is_fetched_as_soon_as_it_can_be(studio: Studio) -> None:
    studio.nanogpt.trouble.keep_failing(503, "storage_down", on="files")
    await studio.run()
    studio.let_leases_run_out()
    too_early = await studio.recovered()
    studio.nanogpt.trouble.stop_failing("storage_down", on="files")
    studio.let_leases_run_out()
    (recovered,) = await studio.deliver_left_behind()

    assert too_early == []
    assert isinstance(recovered, Recovered)
    assert await studio.statuses() == [GenerationStatus.POSTED]


async def test_what_stays_out_of_reach_is_released_after_an_hour(studio: Studio) -> None:
    studio.nanogpt.trouble.keep_failing(503, "storage_down", on="files")
    await studio.run()
    studio.clock.turn(timedelta(hours=1))
    (lost,) = await studio.recovered()

    assert isinstance(lost, Lost)
    assert lost.sentence == PICTURES_GONE
    assert await studio.counted() == 0


async def test_a_lease_keeps_others_off_until_it_runs_out(studio: Studio) -> None:
    await leave_behind(studio, 1, GenerationStatus.HELD)
    studio.clock.turn(timedelta(seconds=LEASE_SECONDS - 1))
    assert await studio.recovered() == []
    studio.clock.turn(timedelta(seconds=1))

    assert len(await studio.recovered()) == 1


def test_who_dies_is_taken_over_within_a_minute_and_who_lives_is_not() -> None:
    assert LEASE_SECONDS + LOOK_SECONDS < 60
    assert LEASE_SECONDS > 3 * RENEW_SECONDS


async def test_a_renewed_lease_lasts_longer(studio: Studio) -> None:
    generation_id = await leave_behind(studio, 1, GenerationStatus.HELD)
    studio.clock.turn(timedelta(seconds=LEASE_SECONDS / 2))
    await studio.services.books.renew_leases([generation_id])
    studio.clock.turn(timedelta(seconds=LEASE_SECONDS / 2))

    assert await studio.recovered() == []


async def test_the_only_process_of_a_database_does_not_wait_for_leases(studio: Studio) -> None:
    await leave_behind(studio, 1, GenerationStatus.HELD)

    assert len(await studio.recovered(even_if_leased=True)) == 1


async def test_every_row_is_taken_once_a_round_even_if_it_stays_open(studio: Studio) -> None:
    """One that cannot be posted now keeps its lease and is tried again when that has run out."""
    ids = [await leave_behind(studio, number, GenerationStatus.MADE) for number in range(5)]
    first_round = await studio.recovered(even_if_leased=True)

    assert sorted(each.generation.id for each in first_round) == ids
    assert await studio.recovered() == []
    studio.let_leases_run_out()
    assert len(await studio.deliver_left_behind()) == 5
    assert await studio.counted() == 5


async def test_what_this_process_is_at_work_on_is_left_alone(studio: Studio) -> None:
    studio.nanogpt.trouble.hold()
    running = asyncio.create_task(studio.run_and_post())
    await studio.nanogpt.trouble.held()
    studio.let_leases_run_out()
    await leave_behind(studio, 1, GenerationStatus.HELD)
    taken = await studio.recovered(even_if_leased=True)
    studio.nanogpt.trouble.let_go()
    await running

    assert [each.generation.id for each in taken] == [f"{1:032x}"]
    assert sorted(await studio.statuses()) == [GenerationStatus.HELD, GenerationStatus.POSTED]
    assert await studio.counted() == 2


async def test_a_request_that_is_accepted_while_recovery_delivers_is_left_alone(studio: Studio) -> None:
    """What is at work is asked anew each time: deliveries take long, and requests go on meanwhile."""
    ids = [await leave_behind(studio, number, GenerationStatus.HELD) for number in range(AT_ONCE)]
    doorstep = Doorstep()
    recoverer = studio.recoverer(doorstep.deliver)
    taking_up = asyncio.create_task(recoverer.take_up(even_if_leased=True))
    for _ in ids:
        await doorstep.waiting.get()
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Accepted)
        doorstep.open.set()
        await taking_up

        assert sorted(doorstep.delivered) == ids
        await studio.post(await until(stream, events.Finished))
    assert await studio.counted() == AT_ONCE + 1


async def test_a_slow_delivery_holds_up_nobody_behind_it(studio: Studio) -> None:
    slow, *quick = [await leave_behind(studio, number, GenerationStatus.HELD) for number in range(3)]
    doorstep = Doorstep(only=slow)
    recoverer = studio.recoverer(doorstep.deliver)
    await recoverer.take_up(even_if_leased=True)
    assert await doorstep.waiting.get() == slow
    while len(doorstep.delivered) < len(quick):
        doorstep.news.clear()
        await doorstep.news.wait()

    assert sorted(doorstep.delivered) == quick
    doorstep.open.set()
    await recoverer.idle()
    assert doorstep.delivered[-1] == slow


async def test_what_has_no_place_in_this_process_is_left_to_another(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    clock, doorstep = TurnableClock(NOON), Doorstep()
    async with (
        open_studio(sqlite_url, nanogpt, clock=clock) as full,
        open_studio(sqlite_url, nanogpt, clock=clock) as other,
    ):
        ids = [await leave_behind(full, number, GenerationStatus.HELD) for number in range(AT_ONCE + 2)]
        full.let_leases_run_out()
        recoverer = full.recoverer(doorstep.deliver)
        taking_up = asyncio.create_task(recoverer.take_up())
        here = [await doorstep.waiting.get() for _ in range(AT_ONCE)]
        there = [recovery.generation.id for recovery in await other.recovered()]
        doorstep.open.set()
        await taking_up
        await recoverer.idle()

    assert sorted(here + there) == ids
    assert sorted(doorstep.delivered) == sorted(here)


async def test_what_another_process_took_over_is_not_sent(sqlite_url: str, nanogpt: NanoGPTStandIn) -> None:
    """A process that was taken for dead finds at the last moment that its request is no longer its own."""
    async with open_studio(sqlite_url, nanogpt) as slow, open_studio(sqlite_url, nanogpt) as other:
        async with aclosing(slow.generate()) as stream:
            await until(stream, events.Preparing)
            assert len(await other.recovered(even_if_leased=True)) == 1
            happened = await follow(stream)

        assert happened[-1] == events.Failed(sentence=TakenOver().sentence)
        assert nanogpt.requests == []
        assert await slow.statuses() == [GenerationStatus.HELD]
        assert await slow.counted() == 1


async def test_an_answer_that_comes_after_another_process_gave_up_is_handed_over_for_free(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """It is paid, so the member gets it; their credit has been given back already and stays so."""
    nanogpt.trouble.hold()
    async with open_studio(sqlite_url, nanogpt) as slow, open_studio(sqlite_url, nanogpt) as other:
        working = asyncio.create_task(slow.run_and_post())
        await nanogpt.trouble.held()
        assert len(await other.recovered(even_if_leased=True)) == 1
        nanogpt.trouble.let_go()
        happened = await working

        assert isinstance(happened[-1], events.Finished)
        assert await slow.statuses() == [GenerationStatus.UNKNOWN]
        assert await slow.counted() == 0


async def test_a_process_that_gives_up_late_does_not_release_what_another_one_delivers(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(sqlite_url, nanogpt) as slow, open_studio(sqlite_url, nanogpt) as other:
        generation_id = await leave_behind(slow, 1, GenerationStatus.MADE)
        (recovery,) = await other.recovered(even_if_leased=True)
        await slow.services.books.close(generation_id, GenerationStatus.FAILED, "undeliverable")
        assert isinstance(recovery, Recovered)
        await other.services.books.posted(generation_id, images=1, cost=None, message_id=702)

        assert await slow.statuses() == [GenerationStatus.POSTED]
        assert await slow.counted() == 1


async def test_posting_twice_counts_once(studio: Studio) -> None:
    last = (await studio.run_and_post())[-1]
    assert isinstance(last, events.Finished)
    await studio.post(last)

    assert await studio.counted() == 1


async def test_an_end_that_comes_second_changes_nothing(studio: Studio) -> None:
    last = (await studio.run_and_post())[-1]
    assert isinstance(last, events.Finished)
    await studio.services.books.close(last.generation_id, GenerationStatus.FAILED, "too late")
    generation = await studio.generation()

    assert (generation.status, generation.error) == (GenerationStatus.POSTED, None)
    assert await studio.counted() == 1
