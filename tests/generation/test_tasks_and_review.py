"""Pictures that a task makes, and pictures that are looked at before they are shown."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from decimal import Decimal

import pytest

from nanobot.clock import TurnableClock
from nanobot.generation import events
from nanobot.generation.books import LEASE_SECONDS
from nanobot.generation.collect import CollectedPicture
from nanobot.generation.generator import PICTURES_LOST
from nanobot.generation.recovery import PICTURES_GONE, Lost, Recovered
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import NOON, Given, Studio, open_studio, until

CHECK_COST = Decimal("0.0015")


def ready(happened: list[events.Event]) -> list[CollectedPicture]:
    return [event.picture for event in happened if isinstance(event, events.PictureReady)]


async def leave_task_running(studio: Studio) -> None:
    """Order a picture of a model that works in tasks, and walk away when its task is being waited for."""
    await studio.services.catalogue.refresh()
    studio.nanogpt.trouble.hold_tasks = True
    async with aclosing(studio.generate(model="midjourney")) as stream:
        await until(stream, events.Generating)
        waiting = asyncio.create_task(until(stream, events.PictureReady))
        await studio.nanogpt.called("tasks")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


@pytest.fixture
async def tasks(studio: Studio) -> Studio:
    await studio.services.catalogue.refresh()
    return studio


async def test_a_task_is_followed_to_its_picture(tasks: Studio) -> None:
    """Its id is stored before anything is asked about it."""
    happened = await tasks.run(model="midjourney")
    (stored,) = await tasks.services.books.stored_pictures((await tasks.generation()).id)

    assert len(ready(happened)) == 1
    assert isinstance(happened[-1], events.Finished)
    assert (stored.task_id is not None, stored.url) == (True, None)


async def test_a_task_that_fails_costs_the_member_nothing_and_says_why(tasks: Studio) -> None:
    tasks.nanogpt.trouble.fail_tasks = "Banned word."
    happened = await tasks.run(model="midjourney")

    assert happened[-1] == events.Failed(
        sentence="NanoGPT could not make the picture: “Banned word”. Try again, perhaps in other words. "
        "Nothing was taken from your quota."
    )
    assert await tasks.statuses() == [GenerationStatus.FAILED]
    assert await tasks.counted() == 0


async def test_one_failed_task_of_several_is_told_beside_the_others(tasks: Studio) -> None:
    tasks.nanogpt.trouble.bend_next("task_id")
    tasks.nanogpt.trouble.fail_tasks = "Banned word."
    happened = await tasks.run_and_post(model="ghiblify", pictures=(Given(),), count=2)
    finished = happened[-1]

    assert isinstance(finished, events.Finished)
    assert (finished.pictures, finished.failed, finished.lost) == (1, 1, 0)
    assert finished.failure is not None
    assert "Banned word" in finished.failure
    assert await tasks.counted() == 1


async def test_a_task_whose_picture_cannot_be_fetched_is_lost(tasks: Studio) -> None:
    tasks.nanogpt.trouble.expire_urls = True

    assert (await tasks.run(model="midjourney"))[-1] == events.Failed(sentence=PICTURES_LOST)


async def test_a_task_outlives_a_restart(sqlite_url: str, nanogpt: NanoGPTStandIn) -> None:
    async with open_studio(sqlite_url, nanogpt, pause=asyncio.sleep) as studio:
        await leave_task_running(studio)
        assert await studio.statuses() == [GenerationStatus.MADE]
    nanogpt.trouble.hold_tasks = False
    async with open_studio(sqlite_url, nanogpt) as studio:
        (recovered,) = await studio.deliver_left_behind(even_if_leased=True)

        assert isinstance(recovered, Recovered)
        assert len(recovered.pictures) == 1
        assert await studio.counted() == 1


async def test_a_task_that_recovery_waits_for_is_not_taken_over_meanwhile(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """It takes longer than a lease lasts, so its lease is renewed."""
    clock, paused, ticks = TurnableClock(NOON), asyncio.Queue[float](), asyncio.Queue[None]()
    may_look = asyncio.Event()

    async def pause(seconds: float) -> None:
        paused.put_nowait(seconds)
        await ticks.get()

    async def wait_to_look(_seconds: float) -> None:
        await may_look.wait()

    async with (
        open_studio(sqlite_url, nanogpt, clock=clock, pause=wait_to_look) as patient,
        open_studio(sqlite_url, nanogpt, clock=clock) as other,
    ):
        await leave_task_running(patient)
        patient.let_leases_run_out()
        recovering = asyncio.create_task(patient.recovered(pause=pause))
        await paused.get()
        clock.turn(timedelta(seconds=LEASE_SECONDS - 1))
        ticks.put_nowait(None)
        await paused.get()
        clock.turn(timedelta(seconds=LEASE_SECONDS - 1))
        taken = await other.services.books.take_over(limit=1, at_work=tuple)
        nanogpt.trouble.hold_tasks = False
        may_look.set()
        (recovered,) = await recovering

    assert taken == []
    assert isinstance(recovered, Recovered)


async def test_a_task_that_failed_meanwhile_is_released_after_a_restart(tasks: Studio) -> None:
    await tasks.run(model="midjourney")
    tasks.nanogpt.trouble.fail_next(404, "not_found", on="tasks", times=50)
    tasks.let_leases_run_out()
    (lost,) = await tasks.recovered()

    assert isinstance(lost, Lost)
    assert lost.sentence == PICTURES_GONE
    assert await tasks.counted() == 0


async def test_pictures_are_looked_at_before_they_are_shown(studio: Studio) -> None:
    """Its price belongs to the cost of the generation."""
    studio.nanogpt.trouble.flag_results = True
    happened = await studio.run_and_post(count=2, check_results=True)
    finished, generation = happened[-1], await studio.generation()

    assert [picture.is_flagged for picture in ready(happened)] == [True, True]
    assert isinstance(finished, events.Finished)
    assert finished.cost == studio.nanogpt.charged
    assert generation.cost == studio.nanogpt.charged
    assert sum(call.cost for call in studio.nanogpt.calls("nsfw")) == 2 * CHECK_COST


async def test_a_picture_that_is_fit_for_all_is_not_hidden(studio: Studio) -> None:
    happened = await studio.run(check_results=True)

    assert [picture.is_flagged for picture in ready(happened)] == [False]


async def test_a_picture_that_cannot_be_looked_at_is_hidden(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    """The member gets it all the same, and the log says why it is hidden."""
    studio.nanogpt.trouble.fail_next(500, "server_error", on="nsfw", times=9)
    happened = await studio.run(check_results=True)

    assert [picture.is_flagged for picture in ready(happened)] == [True]
    assert any("a picture is hidden, since it cannot be checked" in text for text in caplog.messages)


async def test_pictures_that_a_restart_left_are_looked_at_as_well(studio: Studio) -> None:
    studio.nanogpt.trouble.flag_results = True
    await studio.run(check_results=True)
    studio.let_leases_run_out()
    (recovered,) = await studio.deliver_left_behind()
    generation = await studio.generation()

    assert isinstance(recovered, Recovered)
    assert [picture.is_flagged for picture in recovered.pictures] == [True]
    assert generation.cost == studio.nanogpt.charged - CHECK_COST  # the first look was before the restart
