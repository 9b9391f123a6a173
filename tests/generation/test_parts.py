"""Several pictures from a model that gives one at a time: calls side by side, under one hold."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from decimal import Decimal

import pytest

from nanobot.generation import events
from nanobot.generation.recovery import Recovered
from nanobot.generation.request import Kind
from nanobot.sandbox.nanogpt import DataUrlSummary, NanoGPTStandIn
from nanobot.sandbox.nanogpt.models import Model
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import Given, Studio, open_studio, until

ONE_EACH = Model(id="one-each", name="One each", price=Decimal("0.01"), max_images=1)


@pytest.fixture
async def single(database_url: str, nanogpt: NanoGPTStandIn) -> AsyncIterator[Studio]:
    """Open a studio, on either database, that knows of a model which gives one picture at a time."""
    nanogpt.catalogue.add(ONE_EACH)
    async with open_studio(database_url, nanogpt) as opened:
        await opened.services.catalogue.refresh()
        yield opened


def ready(happened: list[events.Event]) -> list[events.PictureReady]:
    return [event for event in happened if isinstance(event, events.PictureReady)]


async def test_calls_are_made_side_by_side_and_cost_together(single: Studio) -> None:
    single.nanogpt.trouble.hold()
    running = asyncio.create_task(single.run_and_post(model="one-each", count=3, seed=5))
    await single.nanogpt.trouble.held(3)
    single.nanogpt.trouble.let_go()
    happened = await running
    accepted, finished = happened[0], happened[-1]
    generation = await single.generation()

    assert isinstance(accepted, events.Accepted)
    assert accepted.count == 3
    assert sorted(event.picture.position for event in ready(happened)) == [1, 2, 3]
    assert {event.total for event in ready(happened)} == {3}
    assert isinstance(finished, events.Finished)
    assert (finished.pictures, finished.failed, finished.cost) == (3, 0, Decimal("0.03"))
    assert (generation.images_made, generation.cost) == (3, Decimal("0.03"))
    assert await single.counted() == 3


async def test_no_two_calls_ask_for_the_same_picture(single: Studio) -> None:
    """The same seed twice would be the same picture twice."""
    await single.run(model="one-each", count=3, seed=2**31 - 2)

    assert sorted(request.fields["seed"] for request in single.nanogpt.requests) == [  # type: ignore[type-var]
        0,
        2**31 - 2,
        2**31 - 1,
    ]


async def test_each_picture_is_shown_as_it_arrives(single: Studio) -> None:
    single.nanogpt.trouble.hold()
    async with aclosing(single.generate(model="one-each", count=2)) as stream:
        await until(stream, events.Generating)
        await single.nanogpt.trouble.held(2)
        single.nanogpt.trouble.let_go(1)
        first = await until(stream, events.PictureReady)
        single.nanogpt.trouble.let_go()
        second = await until(stream, events.PictureReady)
        finished = await until(stream, events.Finished)

    assert [first.picture.position, second.picture.position] == [1, 2]
    assert finished.pictures == 2


async def test_a_part_that_fails_costs_nothing_and_is_told(single: Studio) -> None:
    single.nanogpt.trouble.fail_next(400, "invalid_request")
    happened = await single.run_and_post(model="one-each", count=3)
    finished = happened[-1]

    assert isinstance(finished, events.Finished)
    assert (finished.pictures, finished.failed) == (2, 1)
    assert finished.failure is not None
    assert finished.failure.startswith("NanoGPT did not accept the request")
    assert finished.cost == Decimal("0.02")
    assert await single.counted() == 2
    assert (await single.standing()).held == 0


async def test_all_parts_failed_is_a_failure(single: Studio) -> None:
    single.nanogpt.trouble.fail_next(400, "invalid_request", times=2)
    happened = await single.run_and_post(model="one-each", count=2)

    assert isinstance(happened[-1], events.Failed)
    assert await single.statuses() == [GenerationStatus.REFUSED]
    assert await single.counted() == 0


async def test_an_unknown_outcome_is_not_hidden_by_a_refusal_beside_it(single: Studio) -> None:
    single.nanogpt.trouble.fail_next(400, "invalid_request")
    single.nanogpt.trouble.fail_next(500, "server_error")
    await single.run(model="one-each", count=2)

    assert await single.statuses() == [GenerationStatus.UNKNOWN]
    assert await single.counted() == 0


async def test_all_pictures_of_a_fixed_number_are_held_and_charged(studio: Studio) -> None:
    await studio.services.catalogue.refresh()
    happened = await studio.run_and_post(model="higgsfield-soul", count=1)

    assert isinstance(happened[0], events.Accepted)
    assert happened[0].count == 4
    assert len(ready(happened)) == 4
    assert await studio.counted() == 4


async def test_a_quota_that_is_too_small_for_a_fixed_number_refuses_before_paying(studio: Studio) -> None:
    await studio.services.catalogue.refresh()
    for _ in range(2):
        await studio.run_and_post(model="higgsfield-soul")
    happened = await studio.run(model="higgsfield-soul")

    assert isinstance(happened[-1], events.QuotaRefused)
    assert await studio.counted() == 8


async def test_fewer_pictures_than_ordered_are_charged_as_they_came(studio: Studio) -> None:
    studio.nanogpt.trouble.bend_next("one_fewer")
    happened = await studio.run_and_post(count=3)
    finished = happened[-1]

    assert isinstance(finished, events.Finished)
    assert (finished.pictures, finished.failed, finished.failure) == (2, 1, None)
    assert await studio.counted() == 2


async def test_a_listener_who_leaves_gets_what_all_calls_made(single: Studio) -> None:
    """Calls that are sent come to their end, and recovery delivers all of it."""
    single.nanogpt.trouble.hold()
    async with aclosing(single.generate(model="one-each", count=2)) as stream:
        await until(stream, events.Generating)
        await single.nanogpt.trouble.held(2)
        single.nanogpt.trouble.let_go(1)
        await until(stream, events.PictureReady)
    (orphan,) = single.services.generator._orphans
    single.nanogpt.trouble.let_go()
    await asyncio.wait([orphan], timeout=60)
    single.let_leases_run_out()
    (recovered,) = await single.deliver_left_behind()

    assert isinstance(recovered, Recovered)
    assert len(recovered.pictures) == 2
    assert recovered.cost == Decimal("0.02")
    assert await single.counted() == 2


async def test_what_a_crash_left_of_several_is_delivered_and_the_rest_given_back(
    single: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    single.nanogpt.trouble.hold()
    async with aclosing(single.generate(model="one-each", count=2)) as stream:
        await until(stream, events.Generating)
        await single.nanogpt.trouble.held(2)
        single.nanogpt.trouble.let_go(1)
        await until(stream, events.PictureReady)
        await single.services.generator.close()
    single.nanogpt.trouble.let_go()
    single.let_leases_run_out()
    (recovered,) = await single.deliver_left_behind(even_if_leased=True)

    assert isinstance(recovered, Recovered)
    assert len(recovered.pictures) == 1
    assert await single.counted() == 1
    assert any("1 of 2 pictures are there; what the rest cost is unknown" in text for text in caplog.messages)


async def test_pictures_that_are_too_large_for_nanogpt_are_made_smaller_once(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """It says that it did not look at them, so asking again cannot be paid twice."""
    nanogpt.trouble.fail_next(413, "IMAGE_INPUT_TOO_LARGE")
    async with open_studio(sqlite_url, nanogpt, max_image_side=64) as studio:
        happened = await studio.run_and_post(kind=Kind.EDIT, pictures=(Given(),), model="flux-kontext")
    sent = [request.fields["imageDataUrl"] for request in nanogpt.requests]
    first, second = [picture.width for picture in sent if isinstance(picture, DataUrlSummary)]

    assert isinstance(happened[-1], events.Finished)
    assert second <= 32 < first <= 64
    assert nanogpt.paid_pictures == 1


async def test_pictures_that_stay_too_large_are_refused(studio: Studio) -> None:
    studio.nanogpt.trouble.fail_next(413, "IMAGE_INPUT_TOO_LARGE", times=3)
    happened = await studio.run(kind=Kind.EDIT, pictures=(Given(),), model="flux-kontext")

    assert isinstance(happened[-1], events.Failed)
    assert len(studio.nanogpt.requests) == 2
    assert await studio.counted() == 0
