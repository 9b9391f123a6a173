"""The list of models, and that it tells the truth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.models import Model
from tests.sandbox.nanogpt.conftest import Client
from tests.sandbox.nanogpt.photographs import CAT, CUP, MASK

# https://docs.nano-gpt.com/api-reference/image-generation
GUIDE = {
    "hidream",
    "flux-dev-image-to-image",
    "ghiblify",
    "gemini-flash-edit",
    "hidream-edit",
    "bagel",
    "SDXL-ArliMix-v1",
    "Upscaler",
    "flux-kontext",
    "flux-kontext/dev",
    "gpt-4o-image",
    "gpt-image-1",
    "flux-lora/inpainting",
}


async def _entries(client: Client, query: str = "?detailed=true") -> dict[str, dict[str, Any]]:
    answer = await client.send("GET", f"/api/v1/image-models{query}", headers={})
    data = answer.fields["data"]
    assert isinstance(data, list)
    return {entry["id"]: entry for entry in data}


@pytest.mark.parametrize("query", ["", "?detailed=true", "?detailed=false"])
async def test_lists_the_models_of_the_guide_and_others_without_a_key(client: Client, query: str) -> None:
    assert (await _entries(client, query)).keys() > GUIDE


async def test_details_can_be_left_out(client: Client) -> None:
    entries = await _entries(client, "?detailed=false")

    assert all("pricing" not in entry for entry in entries.values())


async def test_a_wrong_key_is_refused_even_where_none_is_needed(client: Client) -> None:
    answer = await client.send("GET", "/api/v1/image-models", headers={"x-api-key": "wrong"})

    assert answer.status == 401


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
async def test_a_model_does_what_its_entry_says(client: Client, model: Model) -> None:
    """Its first resolution and its largest count work; text and pictures work where the capabilities say so."""
    capabilities = (await _entries(client))[model.id]["capabilities"]
    count = {} if model.fixed_count is None else {"n": model.fixed_count}
    order: dict[str, object] = {"model": model.id, "prompt": "a fox", "size": model.resolutions[0], **count}
    from_text = await client.make(order)
    mask = {"maskDataUrl": MASK} if capabilities["inpainting"] else {}
    from_picture = await client.make(order, imageDataUrl=CAT, n=model.max_images, **mask)

    assert (from_text.status == 200) == capabilities["image_generation"]
    assert (from_picture.status == 200) == (capabilities["image_to_image"] or capabilities["inpainting"])


@pytest.mark.parametrize("model_id", ["flux-kontext", "flux-kontext/dev", "gpt-4o-image", "gpt-image-1"])
async def test_the_models_of_the_guide_take_several_pictures(client: Client, model_id: str) -> None:
    answer = await client.make({"model": model_id, "prompt": "combine these", "imageDataUrls": [CAT, CUP]})

    assert answer.status == 200


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("hidream", {"512*512": 0.0035}),
        ("Upscaler", {"auto": 0.02, "2x": 0.02}),
        ("seedream-v4", {"default": 0.028, "2048*2048": 0.112}),
        (
            "gpt-image-1",
            {"low": {"1024*1024": 0.021, "1536*1024": 0.0315, "1024*1536": 0.0315, "auto": 0.021}},
        ),
    ],
)
async def test_prices_are_listed_in_maps_of_several_shapes(
    client: Client, model_id: str, expected: dict[str, object]
) -> None:
    prices = (await _entries(client))[model_id]["pricing"]["per_image"]

    assert prices == prices | expected


async def test_prices_are_listed_as_numbers_and_as_text_too(client: Client) -> None:
    entries = await _entries(client)

    assert entries["ghiblify"]["pricing"]["per_image"] == 0.05
    assert entries["gemini-flash-edit"]["pricing"]["per_image"] == "0.0300"


async def test_sizes_are_listed_in_several_shapes(client: Client) -> None:
    said = {name: entry["supported_parameters"] for name, entry in (await _entries(client)).items()}

    assert said["hidream"]["resolutions"] == list(MODELS["hidream"].resolutions)
    assert said["bagel"]["resolutions"] == [*MODELS["bagel"].resolutions, None]
    assert said["seedream-v4"]["resolution"] == {
        "type": "enum",
        "values": ["1024x1024", "2048x2048", "1536x1024", "auto"],
        "default": "1024x1024",
    }
    assert str(said["gpt-image-1"]["parameters"]).startswith("{'size': {'type': 'select'")


async def test_numbers_of_pictures_are_listed_in_several_places(client: Client) -> None:
    entries = await _entries(client)

    assert entries["flux-kontext/dev"]["max_input_images"] == 4
    assert entries["gemini-flash-edit"]["capabilities"]["max_input_images"] == 1
    assert entries["flux-kontext"]["supported_parameters"]["max_input_images"] == 4
    assert entries["gpt-image-1"]["supported_parameters"]["input_image_constraints"] == {
        "min_items": 0,
        "max_items": 16,
    }
    assert entries["flux-dev-image-to-image"]["supported_parameters"]["max_output_images"] == 4
    assert entries["higgsfield-soul"]["supported_parameters"]["fixed_image_count"] == 4


async def test_optional_fields_are_listed_in_two_shapes_or_not_at_all(client: Client) -> None:
    said = {name: entry["supported_parameters"] for name, entry in (await _entries(client)).items()}

    assert said["ghiblify"]["parameters"] == {"seed": {"type": "integer", "nullable": True}}
    assert "seed" in said["gemini-flash-edit"]
    assert said["Upscaler"]["parameters"] == {}
    assert all("parameters" not in said[name] for name in ("hidream", "bagel", "SDXL-ArliMix-v1"))


async def test_a_model_may_appear_tomorrow(client: Client, nanogpt: NanoGPTStandIn) -> None:
    order = {"model": "tomorrow/v1", "prompt": "a fox", "size": "512x512"}
    before = await client.make(order)
    nanogpt.catalogue.add(Model(id="tomorrow/v1", name="Tomorrow", price=Decimal("0.02")))
    after = await client.make(order)

    assert (before.status, after.status, nanogpt.charged) == (404, 200, Decimal("0.0050"))
    assert "tomorrow/v1" in await _entries(client)


async def test_a_model_may_disappear(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.catalogue.remove("hidream")
    answer = await client.make({"model": "hidream", "prompt": "a fox"})

    assert (answer.status, answer.error["code"]) == (404, "model_not_found")
    assert "hidream" not in await _entries(client)


async def test_odd_entries_stand_before_the_others(client: Client, nanogpt: NanoGPTStandIn) -> None:
    odd: list[object] = [None, 7, [], {"id": {"no": "text"}}, {"name": "nameless"}]
    nanogpt.catalogue.list_also(*odd)
    data = (await client.send("GET", "/api/v1/image-models")).fields["data"]
    assert isinstance(data, list)

    assert data[: len(odd)] == odd
    assert data[len(odd)]["id"] == "hidream"


async def test_stand_ins_do_not_share_what_they_offer(nanogpt: NanoGPTStandIn) -> None:
    nanogpt.catalogue.remove("hidream")

    assert "hidream" in NanoGPTStandIn(api_key="another").catalogue.models
