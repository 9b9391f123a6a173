"""A listener who leaves at any step: what was not sent is released, what was sent comes to its end by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from nanobot.generation import events
from nanobot.generation.recovery import Recovered
from nanobot.generation.request import Kind
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import SlowlyGiven, Studio, open_studio, until


async def hand_over(studio: Studio) -> None:
    """Let recovery deliver what was made, after the lease has run out."""
    assert await studio.recovered() == []
    studio.let_leases_run_out()
    (recovery,) = await studio.deliver_left_behind()

    assert isinstance(recovery, Recovered)
    assert recovery.pictures
    assert await studio.statuses() == [GenerationStatus.POSTED]
    assert await studio.counted() == 1


async def released(studio: Studio, status: GenerationStatus = GenerationStatus.INTERRUPTED) -> None:
    assert await studio.statuses() == [status]
    assert await studio.counted() == 0
    assert studio.services.generator.active_ids == frozenset()


async def orphans_done(studio: Studio) -> None:
    """Wait until every order that nobody listens to has come to its end."""
    generator = studio.services.generator
    if generator._orphans:
        await asyncio.wait(generator._orphans, timeout=60)

    assert generator.active_ids == frozenset()


async def test_a_stream_that_nobody_listens_to_does_nothing(studio: Studio) -> None:
    await studio.generate().aclose()

    assert await studio.generations() == []


async def test_leaving_right_after_being_accepted_releases_the_hold(studio: Studio) -> None:
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Accepted)

    await released(studio)


async def test_leaving_while_queued_releases_the_hold_and_the_place(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(sqlite_url, nanogpt, concurrent_generations=1) as studio:
        nanogpt.trouble.hold()
        first = asyncio.create_task(studio.run_and_post())
        await nanogpt.trouble.held()
        async with aclosing(studio.generate()) as stream, aclosing(studio.generate()) as third:
            assert (await until(stream, events.Queued)).position == 1
            assert (await until(third, events.Queued)).position == 2
            second = asyncio.create_task(until(stream, events.Preparing))
            await asyncio.sleep(0)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            assert (await until(third, events.Queued)).position == 1
            nanogpt.trouble.let_go()
            finished = await until(third, events.Finished)
            await studio.post(finished)
        await first

        statuses = await studio.statuses()
        assert sorted(statuses) == [GenerationStatus.INTERRUPTED, *[GenerationStatus.POSTED] * 2]
        assert await studio.counted() == 2


async def test_leaving_while_pictures_are_read_releases_the_hold(studio: Studio) -> None:
    slow = SlowlyGiven()
    reading = asyncio.create_task(studio.run(kind=Kind.EDIT, pictures=(slow,)))
    await slow.asked.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    await released(studio)
    assert studio.nanogpt.requests == []


async def test_leaving_before_the_order_is_on_its_way_still_pays_once(studio: Studio) -> None:
    """The payment is a task of its own from the moment that `Generating` is told."""
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Generating)
    assert studio.services.generator.active_ids
    await orphans_done(studio)

    assert await studio.statuses() == [GenerationStatus.MADE]
    await hand_over(studio)


async def test_a_task_that_is_cancelled_while_nanogpt_works_leaves_the_answer_to_recovery(
    studio: Studio,
) -> None:
    studio.nanogpt.trouble.hold()
    working = asyncio.create_task(studio.run())
    await studio.nanogpt.trouble.held()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert await studio.statuses() == [GenerationStatus.RUNNING]
    assert await studio.recovered(even_if_leased=True) == []
    studio.nanogpt.trouble.let_go()
    await orphans_done(studio)

    assert await studio.statuses() == [GenerationStatus.MADE]
    await hand_over(studio)


async def test_a_turn_is_kept_until_the_abandoned_order_is_done(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(sqlite_url, nanogpt, concurrent_generations=1) as studio:
        nanogpt.trouble.hold()
        working = asyncio.create_task(studio.run())
        await nanogpt.trouble.held()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        async with aclosing(studio.generate()) as next_one:
            assert (await until(next_one, events.Queued)).position == 1
            nanogpt.trouble.let_go()
            await until(next_one, events.Finished)


async def test_an_abandoned_order_that_is_refused_is_released(studio: Studio) -> None:
    studio.nanogpt.trouble.hold()
    async with aclosing(studio.generate(prompt="something forbidden")) as stream:
        await until(stream, events.Generating)
        await studio.nanogpt.trouble.held()
    studio.nanogpt.trouble.let_go()
    await orphans_done(studio)

    await released(studio, GenerationStatus.REFUSED)


async def test_leaving_between_two_pictures_leaves_both_to_recovery(studio: Studio) -> None:
    async with aclosing(studio.generate(count=2)) as stream:
        await until(stream, events.PictureReady)
    studio.let_leases_run_out()
    (recovery,) = await studio.deliver_left_behind()

    assert isinstance(recovery, Recovered)
    assert [picture.position for picture in recovery.pictures] == [1, 2]
    assert await studio.counted() == 2


async def test_leaving_after_everything_was_handed_over_leaves_posting_to_recovery(studio: Studio) -> None:
    await studio.run()

    await hand_over(studio)


async def test_cancelling_again_and_again_does_not_lose_the_release(studio: Studio, tmp_path: Path) -> None:
    """Books that are being written are written to the end before the task ends, however impatient the canceller."""
    slow = SlowlyGiven()
    reading = asyncio.create_task(studio.run(kind=Kind.EDIT, pictures=(slow,)))
    await slow.asked.wait()
    while not reading.done():
        reading.cancel()
        await asyncio.sleep(0)
    # Read without giving the loop a turn, in which a release that was left behind could still come to its end.
    with closing(sqlite3.connect(tmp_path / "nanobot.db")) as connection:
        statuses = connection.execute("SELECT status FROM generations").fetchall()

    assert reading.cancelled()
    assert statuses == [("interrupted",)]
    await released(studio)


@pytest.mark.parametrize("turns_of_the_loop", range(0, 40, 2))
async def test_a_cancellation_at_any_moment_leaves_no_open_hold(
    studio: Studio, turns_of_the_loop: int
) -> None:
    asking = asyncio.create_task(studio.run())
    for _ in range(turns_of_the_loop):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await orphans_done(studio)
    await studio.deliver_left_behind()
    studio.let_leases_run_out()
    await studio.deliver_left_behind()

    assert (await studio.standing()).held == 0
    posted = [status for status in await studio.statuses() if status is GenerationStatus.POSTED]
    assert await studio.counted() == len(posted)


async def test_the_end_of_the_process_leaves_the_books_as_they_are(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """An order under way is `running` for the next start, which tells the person; one that waits is never sent."""
    nanogpt.trouble.hold()
    async with open_studio(sqlite_url, nanogpt, concurrent_generations=1) as studio:
        working = asyncio.create_task(studio.run())
        await nanogpt.trouble.held()
        async with aclosing(studio.generate()) as queued:
            await until(queued, events.Queued)
            waiting = asyncio.create_task(until(queued, events.Generating))
            await studio.services.generator.close()
            ends = await asyncio.gather(working, waiting, return_exceptions=True)
        nanogpt.trouble.let_go()

        assert [type(end) for end in ends] == [asyncio.CancelledError] * 2
        assert sorted(await studio.statuses()) == [GenerationStatus.HELD, GenerationStatus.RUNNING]
        assert len(nanogpt.requests) == 1
        assert await studio.counted() == 2
