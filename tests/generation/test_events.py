"""What a listener hears, for each way that a request can end."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest

from nanobot.generation import events
from nanobot.generation.request import Kind, ReturnAddress
from nanobot.quotas.policy import LimitReached, Rule
from nanobot.quotas.standing import Member
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.settings import Period
from nanobot.store.tables import GenerationStatus, Unit
from tests.generation.studio import MEMBER, NOON, Given, SlowlyGiven, Studio, follow, open_studio, until


def kinds(happened: list[events.Event]) -> list[str]:
    return [type(event).__name__ for event in happened]


async def test_a_picture_is_accepted_prepared_generated_and_handed_over(studio: Studio) -> None:
    """The hold is settled by whoever posts the pictures; until then they are kept as `made`."""
    happened = await studio.run(seed=7)
    accepted, preparing, generating, ready, finished = happened

    assert isinstance(accepted, events.Accepted)
    assert preparing == events.Preparing(pictures=0)
    assert generating == events.Generating(since=NOON)
    assert isinstance(ready, events.PictureReady)
    assert (ready.picture.position, ready.picture.width, ready.picture.height) == (1, 1024, 1024)
    assert isinstance(finished, events.Finished)
    assert finished.generation_id == accepted.generation_id
    assert (finished.model, finished.cost, finished.payment_source) == ("hidream", Decimal("0.014"), "USD")
    assert (finished.pictures, finished.lost) == (1, 0)
    assert 0 < finished.seconds < 60
    assert (await studio.generation()).status is GenerationStatus.MADE
    assert (await studio.standing()).held == 1


async def test_posting_settles_the_hold_and_forgets_what_was_kept_for_it(studio: Studio) -> None:
    await studio.run_and_post()
    generation, standing = await studio.generation(), await studio.standing()

    assert generation.status is GenerationStatus.POSTED
    assert (generation.posted_channel_id, generation.posted_message_id) == (600, 700)
    assert (generation.interaction_token, generation.lease_until) == (None, None)
    assert (standing.used, standing.held, standing.left) == (1, 0, 9)


async def test_a_request_that_came_by_no_interaction_keeps_no_token(studio: Studio) -> None:
    (accepted, *_) = await studio.run(address=ReturnAddress(channel_id=600))
    assert isinstance(accepted, events.Accepted)
    found = await studio.services.books.find(accepted.generation_id)

    assert found is not None
    assert (found.channel_id, found.application_id, found.interaction_token) == (600, None, None)
    assert await studio.services.books.find("0" * 32) is None


async def test_several_pictures_come_as_they_arrive_each_with_its_position(studio: Studio) -> None:
    happened = await studio.run(count=3)
    ready = [event for event in happened if isinstance(event, events.PictureReady)]

    assert sorted((event.picture.position, event.total) for event in ready) == [(1, 3), (2, 3), (3, 3)]
    assert len({event.picture.data for event in ready}) == 3
    assert (await studio.standing()).held == 3


async def test_given_pictures_reach_nanogpt_in_order_and_with_their_mask(studio: Studio) -> None:
    """A mask is brought to the size of the first picture and white where it marks."""
    await studio.run(kind=Kind.EDIT, pictures=(Given(), Given(name="again.png")))
    await studio.run(kind=Kind.EDIT, pictures=(Given(),), mask=Given(name="mask.png"))
    several, masked = studio.nanogpt.requests

    assert several.fields["model"] == "flux-kontext"
    pictures: Any = several.fields["imageDataUrls"]
    assert [(picture.width, picture.height) for picture in pictures] == [(96, 64), (96, 64)]
    assert masked.fields["model"] == "flux-lora/inpainting"
    mask: Any = masked.fields["maskDataUrl"]
    assert (mask.width, mask.height) == (96, 64)


async def test_nanogpt_learns_a_pseudonym_that_is_the_same_each_time(studio: Studio) -> None:
    stranger = Member(user_id=5, guild_id=500)
    await studio.run()
    await studio.run()
    await studio.run(member=stranger)
    first, second, other = (request.fields["user"] for request in studio.nanogpt.requests)

    assert first == second != other
    assert str(MEMBER.user_id) not in str(first)


async def test_a_request_that_cannot_work_is_refused_before_anything_is_written(studio: Studio) -> None:
    happened = await studio.run(prompt="  ")

    assert happened == [events.Refused(sentence="Say in a few words what the picture should show.")]
    assert await studio.generations() == []
    assert studio.nanogpt.requests == []


async def test_a_quota_refuses_before_anything_is_sent(sqlite_url: str, nanogpt: NanoGPTStandIn) -> None:
    async with open_studio(
        sqlite_url, nanogpt, rule=Rule(unit=Unit.IMAGES, amount=2, period=Period.DAY)
    ) as studio:
        await studio.run_and_post()
        (refused,) = await studio.run(count=2)

        assert isinstance(refused, events.QuotaRefused)
        assert isinstance(refused.refusal, LimitReached)
        assert (refused.refusal.constraint.used, refused.refusal.wanted, refused.refusal.left) == (1, 2, 1)
        assert await studio.statuses() == [GenerationStatus.POSTED]
        assert len(nanogpt.requests) == 1
        assert studio.services.generator.active_ids == frozenset()


async def test_waiting_is_told_by_position_and_ends_with_a_turn(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(sqlite_url, nanogpt, concurrent_generations=1) as studio:
        nanogpt.trouble.hold()
        first = asyncio.create_task(studio.run_and_post())
        await nanogpt.trouble.held()
        async with aclosing(studio.generate()) as second, aclosing(studio.generate()) as third:
            assert (await until(second, events.Queued)).position == 1
            assert (await until(third, events.Queued)).position == 2
            rest = asyncio.create_task(follow(third))
            await second.aclose()
            nanogpt.trouble.let_go()
            await first
            happened = await rest

            assert happened[0] == events.Queued(position=1)
            assert kinds(happened[1:]) == ["Preparing", "Generating", "PictureReady", "Finished"]


async def test_a_member_with_a_full_queue_is_refused_without_a_hold(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(
        sqlite_url, nanogpt, concurrent_generations=1, waiting_generations_per_member=1
    ) as studio:
        nanogpt.trouble.hold()
        running = asyncio.create_task(studio.run())
        await nanogpt.trouble.held()
        async with aclosing(studio.generate()) as waiting:
            await until(waiting, events.Queued)
            refused = await studio.run()
        nanogpt.trouble.let_go()
        await running

        assert refused == [
            events.Refused(
                sentence="1 request of yours is already waiting for a turn. Ask again as soon as it is done."
            )
        ]


async def test_a_picture_that_is_none_is_refused_before_anything_is_sent(studio: Studio) -> None:
    happened = await studio.run(kind=Kind.EDIT, pictures=(Given(name="letter.txt", data=b"Dear fox,"),))

    assert kinds(happened) == ["Accepted", "Preparing", "Failed"]
    assert happened[-1] == events.Failed(
        sentence="letter.txt is not a picture that I can read: send a JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP file."
    )
    assert (await studio.generation()).status is GenerationStatus.REFUSED
    assert studio.nanogpt.requests == []
    assert (await studio.standing()).used == 0


@pytest.mark.parametrize(
    ("status", "code", "ends_as", "says"),
    [
        pytest.param(
            400, "content_policy_violation", GenerationStatus.REFUSED, "content policy", id="policy"
        ),
        pytest.param(401, "invalid_api_key", GenerationStatus.FAILED, "does not accept its key", id="key"),
        pytest.param(402, "insufficient_balance", GenerationStatus.FAILED, "used up", id="funds"),
        pytest.param(404, "model_not_found", GenerationStatus.REFUSED, "no model `hidream`", id="model"),
        pytest.param(413, "request_too_large", GenerationStatus.REFUSED, "too large", id="size"),
        pytest.param(429, "daily_rpd_limit_exceeded", GenerationStatus.FAILED, "daily limit", id="day"),
        pytest.param(500, "internal_error", GenerationStatus.UNKNOWN, "failed in the middle", id="failure"),
        pytest.param(504, "timeout", GenerationStatus.UNKNOWN, "took too long", id="time"),
    ],
)
async def test_a_refusal_of_nanogpt_gives_the_credit_back(
    studio: Studio, status: int, code: str, ends_as: GenerationStatus, says: str
) -> None:
    studio.nanogpt.trouble.fail_next(status, code)
    happened = await studio.run()
    generation, standing = await studio.generation(), await studio.standing()

    assert kinds(happened) == ["Accepted", "Preparing", "Generating", "Failed"]
    assert isinstance(last := happened[-1], events.Failed)
    assert says in last.sentence
    assert generation.status is ends_as
    assert generation.error
    assert (standing.used, standing.held) == (0, 0)


@pytest.mark.parametrize("moment", ["before_work", "before_headers", "after_headers", "mid_body"])
async def test_a_broken_line_is_an_unknown_outcome_that_costs_the_member_nothing(
    studio: Studio, moment: Any
) -> None:
    studio.nanogpt.trouble.break_connection(moment)
    happened = await studio.run()

    assert isinstance(happened[-1], events.Failed)
    assert (await studio.generation()).status is GenerationStatus.UNKNOWN
    assert (await studio.standing()).used == 0
    assert len(studio.nanogpt.requests) == 1


async def test_a_request_is_withdrawn_while_it_waits(sqlite_url: str, nanogpt: NanoGPTStandIn) -> None:
    async with open_studio(sqlite_url, nanogpt, concurrent_generations=1) as studio:
        nanogpt.trouble.hold()
        first = asyncio.create_task(studio.run_and_post())
        await nanogpt.trouble.held()
        async with aclosing(studio.generate()) as second:
            accepted = await until(second, events.Accepted)
            await until(second, events.Queued)
            assert studio.services.generator.cancel(accepted.generation_id)
            rest = await follow(second)
        nanogpt.trouble.let_go()
        await first

        assert rest == [events.Cancelled()]
        assert sorted(await studio.statuses()) == [GenerationStatus.CANCELLED, GenerationStatus.POSTED]
        assert await studio.counted() == 1


async def test_a_request_is_withdrawn_while_its_pictures_are_read(studio: Studio) -> None:
    slow = SlowlyGiven()
    async with aclosing(studio.generate(kind=Kind.EDIT, pictures=(slow,))) as stream:
        accepted = await until(stream, events.Accepted)
        rest = asyncio.create_task(follow(stream))
        await slow.asked.wait()
        assert studio.services.generator.cancel(accepted.generation_id)
        slow.arrive.set()

        assert kinds(await rest) == ["Preparing", "Cancelled"]
    assert studio.nanogpt.requests == []
    assert (await studio.standing()).used == 0


async def test_what_is_sent_can_no_longer_be_withdrawn(studio: Studio) -> None:
    studio.nanogpt.trouble.hold()
    async with aclosing(studio.generate()) as stream:
        accepted = await until(stream, events.Accepted)
        await until(stream, events.Generating)
        assert not studio.services.generator.cancel(accepted.generation_id)
        studio.nanogpt.trouble.let_go()

        assert kinds(await follow(stream)) == ["PictureReady", "Finished"]
    assert not studio.services.generator.cancel(accepted.generation_id)
    assert not studio.services.generator.cancel("0" * 32)
