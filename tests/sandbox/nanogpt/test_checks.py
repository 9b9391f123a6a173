"""The paid checks: the classifier of pictures, and the check before an order that a header asks for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.openapi_nanogpt import check_answer, check_request, require_specification
from tests.sandbox.nanogpt.conftest import KEY, Answer, Client
from tests.sandbox.nanogpt.photographs import CAT, CUP, MASK

PATH = "/api/nsfw/image"
ORDER: dict[str, object] = {"prompt": "a quiet harbour", "size": "512x512"}
EDIT: dict[str, object] = {
    "model": "flux-kontext",
    "prompt": "make it night",
    "imageDataUrls": [CAT, CUP],
    "size": "512x512",
}


async def _classify(client: Client, *urls: object) -> Answer:
    return await client.send("POST", PATH, json={"imageDataUrls": list(urls)})


async def _order(client: Client, order: object, moderation: str) -> Answer:
    headers = {"Authorization": f"Bearer {KEY}", "moderation": moderation}
    return await client.send("POST", "/v1/images/generations", headers=headers, json=order)


async def test_each_picture_is_classified_and_charged(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.flag_next(False, True)
    answer = await _classify(client, CAT, CUP)

    assert answer.fields["has_nsfw_concepts"] == [False, True]
    assert answer.fields["is_nsfw"] is True
    assert answer.fields["cost"] == 0.003
    assert (nanogpt.charged, nanogpt.paid_pictures) == (Decimal("0.0030"), 0)


async def test_a_call_to_the_classifier_is_recorded_with_its_cost(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    await _classify(client, CAT)
    await nanogpt.called("nsfw")
    [call] = nanogpt.calls("nsfw")
    summaries = call.fields["imageDataUrls"]
    assert isinstance(summaries, list)

    assert (call.status, call.cost) == (200, Decimal("0.0015"))
    assert (summaries[0].width, summaries[0].height) == (96, 64)


async def test_a_lasting_flag_is_for_all_that_no_single_one_is_for(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.trouble.flag_results = True
    nanogpt.trouble.flag_next(False)
    answer = await _classify(client, CAT, CUP, CAT)

    assert answer.fields["has_nsfw_concepts"] == [False, True, True]


async def test_a_single_picture_has_a_field_of_its_own(client: Client) -> None:
    answer = await client.send("POST", PATH, json={"imageDataUrl": CAT, "model": "nsfw-classifier"})

    assert (answer.status, answer.fields["has_nsfw_concepts"]) == (200, [False])


async def test_only_the_first_ten_pictures_are_looked_at(client: Client, nanogpt: NanoGPTStandIn) -> None:
    answer = await _classify(client, *[CAT] * 11)

    assert (answer.fields["inputCount"], answer.fields["truncated"]) == (10, True)
    assert nanogpt.charged == Decimal("0.0150")


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        {},
        {"imageDataUrls": []},
        {"imageDataUrls": CAT},
        {"imageDataUrls": ["data:image/png;base64,AAAA"]},
        {"imageUrl": "https://example.com/a.png"},
        {"imageDataUrl": CAT, "model": "another"},
    ],
    ids=["list", "nothing", "empty", "no picture", "no list", "broken", "address", "another model"],
)
async def test_a_question_that_breaks_a_rule_costs_nothing(
    client: Client, nanogpt: NanoGPTStandIn, body: object
) -> None:
    answer = await client.send("POST", PATH, json=body)

    assert (answer.status, nanogpt.charged) == (400, Decimal(0))


async def test_the_classifier_wants_money(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.out_of_funds = True
    answer = await _classify(client, CAT)

    assert answer.json == {"error": "Insufficient balance", "status": 402, "requiredBalance": 0.0015}


async def test_the_classifier_follows_the_published_schema(client: Client) -> None:
    require_specification()
    answer = await _classify(client, CAT, CUP)

    assert check_request("POST", PATH, {"imageDataUrls": [CAT, CUP]}) == []
    assert check_answer("POST", PATH, 200, answer.json) == []


@pytest.mark.parametrize("header", ["true", "1", "Yes", "on", "meta-llama/llama-guard-4-12b"])
async def test_a_clean_order_pays_for_its_check_too(
    client: Client, nanogpt: NanoGPTStandIn, header: str
) -> None:
    """Prompt 0.0005 and two pictures 0.0030 beside the picture's 0.0100."""
    answer = await _order(client, EDIT, header)

    assert answer.status == 200
    assert answer.fields["cost"] == 0.0135
    assert nanogpt.charged == nanogpt.requests[0].cost == Decimal("0.0135")


async def test_a_mask_is_checked_as_well(client: Client, nanogpt: NanoGPTStandIn) -> None:
    order = {
        "model": "flux-lora/inpainting",
        "prompt": "a boat",
        "imageDataUrl": CAT,
        "maskDataUrl": MASK,
        "size": "512x512",
    }
    await _order(client, order, "true")

    assert nanogpt.charged == Decimal("0.0088") + Decimal("0.0035")


@pytest.mark.parametrize(
    ("order", "flags_inputs", "cost"),
    [({**ORDER, "prompt": "a forbidden city"}, False, "0.0005"), (EDIT, True, "0.0035")],
    ids=["prompt", "pictures"],
)
async def test_a_flagged_order_pays_for_its_check_alone(
    client: Client, nanogpt: NanoGPTStandIn, order: object, flags_inputs: bool, cost: str
) -> None:
    nanogpt.trouble.flag_inputs = flags_inputs
    answer = await _order(client, order, "true")

    assert (answer.status, answer.error["code"]) == (400, "content_policy_violation")
    assert nanogpt.charged == nanogpt.requests[0].cost == Decimal(cost)
    assert nanogpt.paid_pictures == 0


@pytest.mark.parametrize("header", ["false", "", "0", "No", "off"])
async def test_without_the_header_nothing_is_checked(
    client: Client, nanogpt: NanoGPTStandIn, header: str
) -> None:
    nanogpt.trouble.flag_inputs = True
    answer = await _order(client, EDIT, header)

    assert (answer.status, nanogpt.charged) == (200, Decimal("0.0100"))


async def test_what_cannot_be_paid_whole_is_not_checked_either(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    """Money for the check alone buys nothing."""
    nanogpt.top_up(Decimal("0.0040") - nanogpt.balance)
    answer = await _order(client, EDIT, "true")

    assert (answer.status, answer.fields["requiredBalance"]) == (402, 0.0135)
    assert nanogpt.charged == nanogpt.requests[0].cost == Decimal(0)


async def test_a_check_by_a_model_that_does_not_exist_is_refused(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    answer = await _order(client, EDIT, "some-model")

    assert (answer.status, answer.error["code"]) == (404, "model_not_found")
    assert nanogpt.charged == 0
