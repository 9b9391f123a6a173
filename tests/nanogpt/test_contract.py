"""What is sent and what is understood, against NanoGPT's own OpenAPI file."""

from __future__ import annotations

from typing import Any

import pytest

from nanobot.nanogpt import ImageRequest
from nanobot.nanogpt.client import BALANCE_PATH, GENERATIONS_PATH
from tests.nanogpt.vendor import PHOTOGRAPH, hosted_document, inline_document
from tests.openapi_nanogpt import check_answer, check_request, require_specification

_PICTURE = "data:image/jpeg;base64,/9j/4AAQ"


@pytest.fixture(autouse=True)
def _specification() -> None:
    require_specification()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"n": 4, "size": "1024x1024", "user": "81274", "response_format": "b64_json"},
        {"model": "flux-kontext", "image_data_urls": (_PICTURE,), "kontext_max_mode": True},
        {"model": "gpt-4o-image", "image_data_urls": (_PICTURE, _PICTURE, _PICTURE)},
        {"model": "flux-lora/inpainting", "image_data_urls": (_PICTURE,), "mask_data_url": _PICTURE},
        {"model": "Upscaler", "prompt": "", "image_data_urls": (_PICTURE,)},
        {"strength": 0.0, "guidance_scale": 0.0, "num_inference_steps": 1, "seed": 0},
        {"strength": 1.0, "guidance_scale": 20.0, "num_inference_steps": 100, "seed": 2**31 - 1},
        {"negative_prompt": "blurry", "moderation": True},
    ],
    ids=["plain", "all words", "edit", "several", "inpainting", "upscale", "lowest", "highest", "negative"],
)
def test_every_kind_of_request_keeps_the_vendors_schema(fields: dict[str, Any]) -> None:
    request = ImageRequest(**{"prompt": "a fox", "model": "hidream", **fields})

    assert check_request("POST", GENERATIONS_PATH, request.to_body()) == []


def test_balance_is_asked_as_the_vendor_describes() -> None:
    assert check_request("POST", BALANCE_PATH, None) == []


@pytest.mark.parametrize(
    "document",
    [hosted_document("https://cdn.example/a.png"), inline_document(PHOTOGRAPH)],
    ids=["hosted", "inline"],
)
def test_answers_that_the_tests_give_keep_the_vendors_schema(document: dict[str, Any]) -> None:
    assert check_answer("POST", GENERATIONS_PATH, 200, document) == []


def test_checker_finds_what_is_wrong() -> None:
    """A checker that never objects would prove nothing."""
    assert check_request("POST", GENERATIONS_PATH, {"model": "hidream"}) == [
        "$: 'prompt' is a required property"
    ]
    assert check_request("POST", GENERATIONS_PATH, {"prompt": "x", "strength": 2}) == [
        "$.strength: 2 is greater than the maximum of 1.0"
    ]
    assert check_request("POST", GENERATIONS_PATH, {"prompt": "x", "image_data_url": "y"}) == [
        "$.image_data_url: no such field"
    ]
    assert check_request("POST", GENERATIONS_PATH, None) == [f"POST {GENERATIONS_PATH} needs a body"]
    assert check_request("POST", BALANCE_PATH, {}) == [f"POST {BALANCE_PATH} takes no body"]
    assert check_request("POST", "/check-balance", None) == ["POST /check-balance is no route of NanoGPT"]
    assert len(check_answer("POST", GENERATIONS_PATH, 200, {"data": [{}]})) == 1
    assert len(check_answer("POST", GENERATIONS_PATH, 418, {})) == 1
