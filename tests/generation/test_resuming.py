"""What a crash left unsent goes on where somebody still waits, and who was not told how it ended is told, once."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from nanobot.generation import events
from nanobot.generation.books import PATIENCE
from nanobot.generation.plan import make_plan
from nanobot.generation.recovery import (
    NEVER_SENT,
    NOT_MADE,
    OUTCOME_UNKNOWN,
    WITHDRAWN,
    Lost,
    Unannounced,
    Unsent,
)
from nanobot.generation.request import Kind
from nanobot.nanogpt.catalogue import Catalogue
from nanobot.quotas.desk import Hold
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import (
    ADDRESS,
    DEFAULTS,
    Given,
    SlowlyGiven,
    Studio,
    asked,
    follow,
    open_studio,
    until,
)

ID = f"{1:032x}"
A_REPLY = replace(ADDRESS, application_id=None, interaction_token=None, interaction_expires_at=None)


async def hold(studio: Studio, **changes: Any) -> None:
    """Accept a request as a process does that ends before it sends anything."""
    request = asked(**changes)
    plan = make_plan(request, catalogue=Catalogue(), defaults=DEFAULTS)
    assert isinstance(await studio.services.books.open(ID, request, plan), Hold)


async def resumed(studio: Studio, **changes: Any) -> list[events.Event]:
    (unsent,) = await studio.recovered(even_if_leased=True)
    assert isinstance(unsent, Unsent)
    return await follow(studio.services.generator.generate(asked(**changes), resumed_id=ID))


async def test_what_was_never_sent_goes_on_with_the_hold_that_it_has(studio: Studio) -> None:
    await hold(studio)
    happened = await resumed(studio)

    assert isinstance(happened[-1], events.Finished)
    assert happened[-1].generation_id == ID
    await studio.post(happened[-1])
    assert await studio.statuses() == [GenerationStatus.POSTED]
    assert await studio.counted() == 1
    assert len(studio.nanogpt.requests) == 1


async def test_what_cannot_go_on_after_all_gives_the_hold_back(studio: Studio) -> None:
    await hold(studio)
    happened = await resumed(studio, prompt=" ")

    assert [type(event) for event in happened] == [events.Refused]
    assert await studio.statuses() == [GenerationStatus.REFUSED]
    assert await studio.counted() == 0


async def test_who_was_accepted_before_a_restart_is_not_turned_away(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """New requests took every place in the queue before recovery came to it."""
    async with open_studio(
        sqlite_url, nanogpt, concurrent_generations_per_member=1, waiting_generations_per_member=0
    ) as studio:
        await hold(studio)
        slow = SlowlyGiven()
        async with aclosing(studio.generate(kind=Kind.EDIT, pictures=(slow,))) as first:
            await until(first, events.Preparing)
            (unsent,) = await studio.recovered(even_if_leased=True)
            assert isinstance(unsent, Unsent)
            async with aclosing(studio.services.generator.generate(asked(), resumed_id=ID)) as second:
                waiting = await until(second, events.Queued)

        assert waiting.position == 1


@pytest.mark.parametrize(
    ("given", "goes_on"),
    [
        pytest.param(Given(), True, id="a picture that can be read again"),
        pytest.param(SlowlyGiven(), False, id="a picture of that process alone"),
    ],
)
async def test_given_pictures_are_read_anew_or_the_request_is_released(
    studio: Studio, given: Given | SlowlyGiven, goes_on: bool
) -> None:
    await hold(studio, kind=Kind.EDIT, pictures=(given,), mask=None)
    (recovery,) = await studio.recovered(even_if_leased=True)

    assert isinstance(recovery, Unsent) is goes_on
    assert await studio.counted() == goes_on


async def test_a_message_is_answered_late_for_a_quarter_of_an_hour(studio: Studio) -> None:
    await hold(studio, address=A_REPLY)
    (early,) = await studio.recovered(even_if_leased=True)
    studio.clock.turn(PATIENCE)
    (late,) = await studio.recovered()

    assert isinstance(early, Unsent)
    assert isinstance(late, Lost)
    assert late.sentence == NEVER_SENT


async def test_an_end_that_nobody_was_told_of_is_told_once(studio: Studio) -> None:
    """The process ended between the books and the person."""
    await studio.run(prompt="something forbidden")
    assert await studio.recovered() == []
    studio.let_leases_run_out()
    (lost,) = await studio.deliver_left_behind()

    assert isinstance(lost, Lost)
    assert lost.sentence == NOT_MADE
    assert lost.generation.interaction_token == "a-secret-token"
    studio.let_leases_run_out()
    assert await studio.recovered() == []
    assert (await studio.generation()).interaction_token is None


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (GenerationStatus.REFUSED, NOT_MADE),
        (GenerationStatus.CANCELLED, WITHDRAWN),
        (GenerationStatus.INTERRUPTED, NEVER_SENT),
        (GenerationStatus.UNKNOWN, OUTCOME_UNKNOWN),
        (GenerationStatus.FAILED, NOT_MADE),
    ],
)
async def test_what_is_said_late_is_of_the_persons_concern(
    studio: Studio, status: GenerationStatus, sentence: str
) -> None:
    await hold(studio)
    await studio.services.books.close(ID, status, "status 500, request req_1")
    (lost,) = await studio.recovered(even_if_leased=True)

    assert isinstance(lost, Lost)
    assert lost.sentence == sentence


async def test_a_picture_that_was_posted_unannounced_is_announced_and_not_settled_again(
    studio: Studio,
) -> None:
    finished = (await studio.run())[-1]
    assert isinstance(finished, events.Finished)
    books = studio.services.books
    await books.posted(
        finished.generation_id, images=1, cost=None, channel_id=600, message_id=700, is_told=False
    )
    (unannounced,) = await studio.recovered(even_if_leased=True)

    assert isinstance(unannounced, Unannounced)
    await books.told(finished.generation_id)
    assert await studio.recovered(even_if_leased=True) == []
    assert await studio.counted() == 1


async def test_what_is_still_open_is_not_forgotten_by_being_told_of(studio: Studio) -> None:
    await hold(studio)
    await studio.services.books.told(ID)

    assert len(await studio.recovered(even_if_leased=True)) == 1


async def test_a_process_that_ends_hands_over_at_once(sqlite_url: str, nanogpt: NanoGPTStandIn) -> None:
    """Others need not wait until its leases run out."""
    async with open_studio(sqlite_url, nanogpt) as other:
        async with open_studio(sqlite_url, nanogpt) as ending:
            await hold(ending)
            assert await other.recovered() == []

        (unsent,) = await other.recovered()
        assert isinstance(unsent, Unsent)
