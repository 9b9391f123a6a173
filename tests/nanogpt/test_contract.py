"""What is sent and what is understood, against NanoGPT's own OpenAPI file."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt import Classification, HostedPicture, ImageRequest, TaskDone, TaskRunning
from nanobot.nanogpt.account import parse_balance
from nanobot.nanogpt.classification import parse_classification, to_classification_json
from nanobot.nanogpt.client import BALANCE_PATH, CLASSIFICATION_PATH, GENERATIONS_PATH, TASK_PATH
from nanobot.nanogpt.tasks import parse_task, to_task_json
from tests.nanogpt.vendor import KEY, PHOTOGRAPH, hosted_document, inline_document, reply_of
from tests.openapi_nanogpt import (
    check_answer,
    check_request,
    example_of,
    key_headers_of,
    require_specification,
    schema_of,
)

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


def test_task_is_asked_about_as_the_vendor_describes() -> None:
    assert check_request("POST", TASK_PATH, json.loads(to_task_json("1744449927914205"))) == []


@pytest.mark.parametrize("count", [1, 10])
def test_pictures_are_judged_as_the_vendor_describes(count: int) -> None:
    body = json.loads(b"".join(to_classification_json([_PICTURE] * count)))

    assert check_request("POST", CLASSIFICATION_PATH, body) == []


def test_every_state_of_a_task_that_the_vendor_names_is_known() -> None:
    """Only `unknown` says nothing."""
    states = schema_of("CheckMidjourneyStatusResponse")["properties"]["status"]["enum"]
    answers = {
        state: parse_task(
            reply_of({"status": state, "task_id": "1", "imageUrl": "https://cdn.example/a.png"}), secret=KEY
        )
        for state in states
    }

    assert {state for state, answer in answers.items() if answer == TaskRunning(is_known=False)} == {
        "unknown"
    }


def test_examples_of_the_vendor_are_understood() -> None:
    task = parse_task(reply_of(example_of("CheckMidjourneyStatusResponse")), secret=KEY)
    judgement = parse_classification(reply_of(example_of("NsfwImageResponse")), count=2, secret=KEY)
    balance = parse_balance(reply_of(example_of("BalanceResponse")), secret=KEY)

    assert task == TaskDone(picture=HostedPicture(url="https://image-url.com/generated_image.png"))
    assert judgement == Classification(flags=(False, True), cost=Decimal("0.003"))
    assert balance.usd > 0


@pytest.mark.parametrize("path", [GENERATIONS_PATH, BALANCE_PATH, TASK_PATH, CLASSIFICATION_PATH], ids=str)
def test_key_is_sent_in_a_header_that_the_route_takes(path: str) -> None:
    taken = key_headers_of("POST", path)

    assert ("Authorization" if path == GENERATIONS_PATH else "x-api-key") in taken


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
