"""The stand-in against what the vendor publishes: its OpenAPI file, and the official client it points people to."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import openai
import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.sandbox.nanogpt.conftest import KEY, Client
from tests.sandbox.nanogpt.photographs import CAT, CUP, MASK, opened

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SHARED_DIR", REPOSITORY.parent / "shared"))
# JSON Schemas by name, as parsed.
Schemas: TypeAlias = dict[str, dict[str, Any]]

OPENAPI = SHARED / "specs" / "nanogpt-openapi.json"


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    if not OPENAPI.exists() and os.environ.get("CI") != "true":
        pytest.skip(
            "NanoGPT's OpenAPI file is not here; SHARED_DIR says where to look for specs/nanogpt-openapi.json"
        )
    document: dict[str, dict[str, Schemas]] = json.loads(OPENAPI.read_text("utf-8"))
    return document["components"]["schemas"]


@pytest.fixture
async def official(nanogpt: NanoGPTStandIn) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{nanogpt.base_url}/v1", max_retries=0) as client:
        yield client


@pytest.mark.parametrize(
    "order",
    [
        {"prompt": "a fox", "size": "512x512"},
        {"prompt": "a fox", "size": "512x512", "response_format": "url", "n": 2},
        {
            "prompt": "night",
            "model": "flux-kontext",
            "imageDataUrls": [CAT, CUP],
            "seed": 42,
            "strength": 0.5,
        },
        {"prompt": "a boat", "model": "flux-lora/inpainting", "imageDataUrl": CAT, "maskDataUrl": MASK},
    ],
    ids=["base64", "urls", "edit", "inpainting"],
)
async def test_orders_and_answers_follow_the_published_schemas(
    client: Client, schemas: Schemas, order: dict[str, object]
) -> None:
    jsonschema.validate(order, schemas["OpenAIImageGenerationsRequest"])
    answer = await client.make(order)

    assert answer.status == 200
    jsonschema.validate(answer.json, schemas["OpenAIImageGenerationsResponse"])
    assert {"created", "data", "cost", "paymentSource", "remainingBalance"} == answer.fields.keys()


async def test_the_stand_in_knows_every_published_field(client: Client, schemas: Schemas) -> None:
    """A field of the schema is never called unknown, so none was forgotten."""
    schema = schemas["OpenAIImageGenerationsRequest"]
    for name in schema["properties"]:
        answer = await client.make({"prompt": "a fox", name: {}})

        assert answer.error["code"] == "invalid_parameter_value", name


async def test_the_balance_follows_the_published_schema(client: Client, schemas: Schemas) -> None:
    answer = await client.send("POST", "/api/check-balance")

    jsonschema.validate(answer.json, schemas["BalanceResponse"])
    assert "usd_balance" in answer.fields


async def test_the_official_client_gets_base64(official: openai.AsyncOpenAI) -> None:
    answer = await official.images.generate(model="hidream", prompt="a fox", n=1, size="1024x1024")
    assert answer.data is not None
    assert answer.data[0].b64_json is not None

    assert opened(base64.b64decode(answer.data[0].b64_json)).size == (1024, 1024)


async def test_the_official_client_gets_urls(official: openai.AsyncOpenAI, client: Client) -> None:
    answer = await official.images.generate(
        model="hidream", prompt="a fox", n=2, size="512x512", response_format="url", user="guild-1"
    )
    assert answer.data is not None
    urls = [item.url for item in answer.data if item.url is not None]
    pictures = [(await client.send("GET", url, headers={})).body for url in urls]

    assert len(set(pictures)) == 2
    assert all(opened(picture).size == (512, 512) for picture in pictures)


async def test_the_official_client_sends_the_vendors_own_fields(
    official: openai.AsyncOpenAI, nanogpt: NanoGPTStandIn
) -> None:
    own = {"imageDataUrl": CAT, "strength": 0.5, "guidance_scale": 7.5, "num_inference_steps": 30, "seed": 42}
    await official.images.generate(
        model="flux-kontext",
        prompt="Transform to cyberpunk style",
        size="512x512",
        extra_body={**own, "kontext_max_mode": True},
    )
    [request] = nanogpt.requests

    assert request.body == {
        "model": "flux-kontext",
        "prompt": "Transform to cyberpunk style",
        "size": "512x512",
        **own,
        "kontext_max_mode": True,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
async def test_the_official_client_knows_each_error(
    official: openai.AsyncOpenAI, nanogpt: NanoGPTStandIn, status: int, expected: type[openai.APIStatusError]
) -> None:
    nanogpt.trouble.fail_next(status, "some_code")
    with pytest.raises(expected) as caught:
        await official.images.generate(model="hidream", prompt="a fox")

    assert caught.value.code == "some_code"
    assert caught.value.request_id is not None


async def test_the_official_client_hears_of_a_model_that_does_not_exist(official: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await official.images.generate(model="nope", prompt="a fox")

    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
