"""The list of models, and that it tells the truth."""

from __future__ import annotations

import pytest

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


async def _entries(client: Client, query: str = "?detailed=true") -> dict[str, dict[str, dict[str, object]]]:
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
