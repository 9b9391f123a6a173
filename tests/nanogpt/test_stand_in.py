"""The client against the stand-in, which is written from the vendor's documents: every route, and every odd answer."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import pytest

from nanobot.nanogpt import (
    DownloadFailed,
    HostedPicture,
    ImageAnswer,
    ImageRequest,
    InlinePicture,
    NanoGPTClient,
    OutOfFunds,
    PayloadTooLarge,
    PendingPicture,
    PictureNotMade,
    PolicyRefused,
    ServerFailed,
    UnreadableAnswer,
    read_models,
)
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.bending import Bend
from nanobot.sandbox.nanogpt.recording import Route
from tests.nanogpt.vendor import KEY, PHOTOGRAPH, REQUEST, Pauses, client_of

_PICTURE = "data:image/jpeg;base64," + base64.b64encode(PHOTOGRAPH).decode()
_TWO = dataclasses.replace(REQUEST, n=2)


@pytest.fixture
async def stand_in() -> AsyncIterator[NanoGPTStandIn]:
    server = NanoGPTStandIn(api_key=KEY)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(stand_in: NanoGPTStandIn) -> AsyncIterator[NanoGPTClient]:
    async with client_of(stand_in.base_url) as opened:
        yield opened


async def test_ordered_picture_is_made_and_fetched(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    answer = await client.generate(REQUEST)
    picture = answer.pictures[0]

    assert isinstance(picture, HostedPicture)
    assert (await client.download(picture)).startswith(b"\x89PNG")
    assert answer.cost == stand_in.charged
    assert answer.remaining_balance == stand_in.balance


async def test_task_is_followed_to_its_picture(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    answer = await client.generate(ImageRequest(prompt="a lighthouse in fog", model="midjourney"))
    pending = answer.pictures[0]

    assert isinstance(pending, PendingPicture)
    assert (await client.download(await client.follow_task(pending.task_id))).startswith(b"\x89PNG")
    assert len(stand_in.calls("tasks")) == stand_in.trouble.task_looks + 1


async def test_failed_task_says_why(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    stand_in.trouble.fail_tasks = "Banned prompt."
    answer = await client.generate(ImageRequest(prompt="a lighthouse in fog", model="midjourney"))
    pending = answer.pictures[0]

    assert isinstance(pending, PendingPicture)
    with pytest.raises(PictureNotMade) as caught:
        await client.follow_task(pending.task_id)
    assert caught.value.reason == "Banned prompt."


async def test_task_that_nobody_knows_is_given_up(client: NanoGPTClient) -> None:
    with pytest.raises(DownloadFailed, match="not know"):
        await client.follow_task("1744449927914205")


async def test_pictures_are_judged_and_paid_for(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    stand_in.trouble.flag_next(False, True)
    judgement = await client.classify_pictures([_PICTURE, _PICTURE])

    assert judgement.flags == (False, True)
    assert judgement.cost == stand_in.charged == Decimal("0.003")


async def test_failed_judgement_is_not_asked_for_twice(
    client: NanoGPTClient, stand_in: NanoGPTStandIn
) -> None:
    stand_in.trouble.fail_next(500, "nsfw_failed", on="nsfw")
    with pytest.raises(ServerFailed):
        await client.classify_pictures([_PICTURE])

    assert len(stand_in.calls("nsfw")) == 1


async def test_flagged_input_is_a_refusal_by_policy(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    stand_in.trouble.flag_inputs = True
    request = ImageRequest(
        prompt="as a watercolour", model="flux-kontext", image_data_urls=(_PICTURE,), moderation=True
    )
    with pytest.raises(PolicyRefused):
        await client.generate(request)

    assert len(stand_in.requests) == 1


async def test_catalogue_is_understood(client: NanoGPTClient) -> None:
    models = {model.id for model in read_models(await client.fetch_catalogue())}

    assert {"hidream", "flux-kontext", "flux-lora/inpainting", "midjourney"} <= models


async def test_subscription_is_told(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    stand_in.subscribe(daily=50, monthly=1000)
    subscription = await client.check_subscription()

    assert subscription.is_active
    assert {each.name: each.limit for each in subscription.allowances} == {"daily": 50, "monthly": 1000}


async def test_type_that_does_not_match_the_bytes_is_too_large_an_order(client: NanoGPTClient) -> None:
    """The live service answers so, its code in capitals."""
    wrong = _PICTURE.replace("image/jpeg", "image/png")
    with pytest.raises(PayloadTooLarge):
        await client.generate(ImageRequest(prompt="x", model="flux-kontext", image_data_urls=(wrong,)))


async def test_order_without_funds_names_what_is_needed(
    client: NanoGPTClient, stand_in: NanoGPTStandIn
) -> None:
    stand_in.trouble.out_of_funds = True
    with pytest.raises(OutOfFunds) as caught:
        await client.generate(REQUEST)

    assert caught.value.required_balance is not None


@pytest.mark.parametrize(
    "bend", ["html", "empty_body", "cut_json", "wrong_types", "wrong_shape", "empty_data"]
)
async def test_paid_answer_that_cannot_be_read_is_of_unknown_outcome(
    client: NanoGPTClient, stand_in: NanoGPTStandIn, bend: Bend
) -> None:
    stand_in.trouble.bend_next(bend)
    with pytest.raises(UnreadableAnswer):
        await client.generate(_TWO)

    assert len(stand_in.requests) == 1


async def test_error_inside_a_good_status_is_that_error(
    client: NanoGPTClient, stand_in: NanoGPTStandIn
) -> None:
    stand_in.trouble.bend_next("error_inside")
    with pytest.raises(ServerFailed, match="upstream provider"):
        await client.generate(_TWO)

    assert len(stand_in.requests) == 1


def _kinds(answer: ImageAnswer) -> list[type]:
    return [type(picture) for picture in answer.pictures]


@pytest.mark.parametrize(
    ("bend", "kinds"),
    [
        ("one_fewer", [HostedPicture]),
        ("one_more", [HostedPicture] * 3),
        ("url_and_b64", [HostedPicture] * 2),
    ],
)
async def test_what_is_there_of_an_odd_answer_is_kept(
    client: NanoGPTClient, stand_in: NanoGPTStandIn, bend: Bend, kinds: list[type]
) -> None:
    stand_in.trouble.bend_next(bend)

    assert _kinds(await client.generate(_TWO)) == kinds


async def test_mixed_and_inline_answers_are_kept(client: NanoGPTClient, stand_in: NanoGPTStandIn) -> None:
    stand_in.trouble.answer_mixed = True
    mixed = await client.generate(_TWO)
    stand_in.trouble.answer_mixed, stand_in.trouble.answer_b64_although_url = False, True
    inline = await client.generate(_TWO)

    assert _kinds(mixed) == [HostedPicture, InlinePicture]
    assert _kinds(inline) == [InlinePicture, InlinePicture]


_CALLS: dict[Route, Callable[[NanoGPTClient], Awaitable[object]]] = {
    "catalogue": lambda client: client.fetch_catalogue(),
    "balance": lambda client: client.check_balance(),
    "usage": lambda client: client.check_subscription(),
    "tasks": lambda client: client.check_task("1744449927914205"),
    "nsfw": lambda client: client.classify_pictures([_PICTURE]),
}


@pytest.mark.parametrize("bend", ["html", "empty_body", "cut_json", "error_inside"])
@pytest.mark.parametrize("route", ["catalogue", "balance", "usage", "tasks"])
async def test_odd_answer_to_a_read_is_asked_for_again(
    stand_in: NanoGPTStandIn, route: Route, bend: Bend
) -> None:
    pauses = Pauses()
    stand_in.trouble.bend_next(bend, on=route)
    async with client_of(stand_in.base_url, pauses=pauses) as client:
        await _CALLS[route](client)

    assert pauses.seconds == [0.75]


@pytest.mark.parametrize("bend", ["wrong_types", "wrong_shape"])
@pytest.mark.parametrize("route", ["nsfw", "tasks"])
async def test_answer_of_wrong_types_is_never_more_than_an_error(
    client: NanoGPTClient, stand_in: NanoGPTStandIn, route: Route, bend: Bend
) -> None:
    stand_in.trouble.bend_next(bend, 99, on=route)
    with pytest.raises(UnreadableAnswer):
        await _CALLS[route](client)
