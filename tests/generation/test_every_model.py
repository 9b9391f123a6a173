"""Each model of NanoGPT's guide, and those that it does not know, from a request to a picture."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nanobot.generation import events
from nanobot.generation.gather import MaskNeeded
from nanobot.generation.request import Kind
from nanobot.images.sniff import sniff
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.models import Model, Takes
from nanobot.sandbox.nanogpt.offer import GUIDE_MODELS
from tests.generation.retouched import erased_photograph, faded_photograph, mask_of_left_half
from tests.generation.studio import Given, Studio, open_studio

ALL_FIELDS: dict[str, Any] = {
    "seed": 7,
    "steps": 20,
    "guidance_scale": 5.0,
    "strength": 0.6,
    "negative_prompt": "rain",
    "kontext_max_mode": True,
}
ON_THE_WIRE = {"steps": "num_inference_steps"}
ALWAYS_SENT = {"model", "prompt", "n", "size", "response_format", "user"}
# What the guide's rules leave where an entry names no field.
UNSAID = frozenset({"strength", "guidance_scale", "num_inference_steps", "seed", "negative_prompt"})

ROWS = [
    pytest.param(model, given, id=f"{model.id}-{given}")
    for model in GUIDE_MODELS
    for given in sorted({0 if model.pictures is not Takes.REQUIRED else 1, *range(1, 5)})
    if given <= (0 if model.pictures is Takes.NEVER else model.max_pictures)
]


@pytest.mark.parametrize(("model", "given"), ROWS)
async def test_a_picture_arrives_from_every_model_that_gets_what_it_needs(
    studio: Studio, model: Model, given: int
) -> None:
    """Everything is filled in, and the request holds exactly the fields that the model takes."""
    await studio.services.catalogue.refresh()
    happened = await studio.run_and_post(
        model=model.id,
        kind=Kind.EDIT if given else Kind.IMAGINE,
        pictures=(Given(),) * given,
        mask=mask_of_left_half() if model.mask is not Takes.NEVER else None,
        size=model.resolutions[0],
        **ALL_FIELDS,
    )
    taken = (UNSAID if model.fields is None else model.fields) - (set() if given else {"strength"})
    pictures = {0: set(), 1: {"imageDataUrl"}}.get(given, {"imageDataUrls"})
    masks = {"maskDataUrl"} if model.mask is not Takes.NEVER else set()
    (request,) = studio.nanogpt.requests

    assert isinstance(happened[-1], events.Finished), happened[-1]
    assert set(request.fields) == ALWAYS_SENT | taken | pictures | masks
    wire_names = {ON_THE_WIRE.get(name, name): name for name in ALL_FIELDS}
    assert set(happened[-1].left_out) == {name for wire, name in wire_names.items() if wire not in taken}
    assert (request.fields["model"], request.fields["response_format"]) == (model.id, "url")
    assert await studio.counted() == 1
    assert studio.nanogpt.paid_pictures == 1


async def test_a_model_that_appears_tomorrow_is_taken_as_its_entry_says(studio: Studio) -> None:
    """“Do not hardcode capability tables”: nothing but the list tells what it takes."""
    studio.nanogpt.catalogue.add(
        Model(
            id="vendor/tomorrow",
            name="Tomorrow",
            price=Decimal("0.02"),
            pictures=Takes.OPTIONAL,
            max_pictures=2,
            fields=frozenset({"seed"}),
            resolutions=("640x640",),
            max_images=1,
        )
    )
    await studio.services.catalogue.refresh()
    happened = await studio.run(
        model="Vendor/Tomorrow", pictures=(Given(),) * 2, count=2, size="640 x 640", seed=3, steps=9
    )
    refused = await studio.run(model="vendor/tomorrow", pictures=(Given(),) * 3)

    assert isinstance(happened[-1], events.Finished)
    assert happened[-1].left_out == ("steps",)
    assert [request.fields["size"] for request in studio.nanogpt.requests] == ["640x640"] * 2
    assert isinstance(refused[0], events.Refused)
    assert "`vendor/tomorrow` takes 2 pictures; you gave 3." in refused[0].sentence


async def test_a_wrong_model_touches_neither_quota_nor_nanogpt(studio: Studio) -> None:
    await studio.services.catalogue.refresh()
    (refused,) = await studio.run(model="hidreem")

    assert isinstance(refused, events.Refused)
    assert "`hidream`" in refused.sentence
    assert studio.nanogpt.requests == []
    assert await studio.generations() == []


async def test_a_model_that_disappears_is_no_longer_offered_after_its_first_refusal(studio: Studio) -> None:
    """The list is read again beside the member's path."""
    studio.nanogpt.catalogue.add(Model(id="short-lived", name="Short", price=Decimal("0.01")))
    await studio.services.catalogue.refresh()
    studio.nanogpt.catalogue.remove("short-lived")
    happened = await studio.run(model="short-lived")
    await studio.nanogpt.called("catalogue", 2)
    await studio.services.catalogue.refresh()

    assert isinstance(happened[-1], events.Failed)
    assert isinstance((await studio.run(model="short-lived"))[-1], events.Refused)
    assert len(studio.nanogpt.requests) == 1


async def test_what_is_erased_in_a_picture_is_its_mask(studio: Studio) -> None:
    happened = await studio.run(model="flux-lora/inpainting", pictures=(erased_photograph(),))
    (request,) = studio.nanogpt.requests

    assert isinstance(happened[-1], events.Finished), happened[-1]
    assert "maskDataUrl" in request.fields


@pytest.mark.parametrize(
    "picture", [pytest.param(Given(), id="opaque"), pytest.param(faded_photograph(), id="faded")]
)
async def test_a_whole_picture_without_a_mask_is_not_inpainted(studio: Studio, picture: Given) -> None:
    """The hold that was there while the picture was read is given back."""
    happened = await studio.run(model="flux-lora/inpainting", pictures=(picture,))

    assert happened[-1] == events.Failed(sentence=MaskNeeded("flux-lora/inpainting").sentence)
    assert studio.nanogpt.requests == []
    assert await studio.counted() == 0


async def test_pictures_come_within_the_answer_where_the_operator_wants_it(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(sqlite_url, nanogpt, response_format="b64_json") as studio:
        happened = await studio.run()

    ready = [event.picture for event in happened if isinstance(event, events.PictureReady)]
    assert [sniff(picture.data) is not None for picture in ready] == [True]
    assert nanogpt.requests[0].fields["response_format"] == "b64_json"


async def test_nanogpt_checks_prompt_and_pictures_where_that_is_wanted(studio: Studio) -> None:
    """What is flagged costs the check alone, and the member nothing."""
    studio.nanogpt.trouble.flag_inputs = True
    happened = await studio.run(kind=Kind.EDIT, pictures=(Given(),), model="flux-kontext", moderation=True)
    (request,) = studio.nanogpt.requests

    assert isinstance(happened[-1], events.Failed)
    assert "content policy" in happened[-1].sentence
    assert request.headers["moderation"] == "true"
    assert studio.nanogpt.paid_pictures == 0
    assert await studio.counted() == 0


async def test_nothing_is_checked_where_nobody_wants_it(studio: Studio) -> None:
    await studio.run()

    assert "moderation" not in studio.nanogpt.requests[0].headers
    assert studio.nanogpt.calls("nsfw") == []
