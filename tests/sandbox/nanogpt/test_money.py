"""What pictures cost, who pays, and what happens when nobody can."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import aiohttp
import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.sandbox.nanogpt.conftest import KEY, Client
from tests.sandbox.nanogpt.photographs import CAT

PROMPT = {"prompt": "a quiet harbour"}


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({}, "0.0140"),
        ({"n": 3}, "0.0420"),
        ({"size": "512x512"}, "0.0035"),
        ({"size": "auto"}, "0.0140"),
        ({"model": "flux-kontext", "imageDataUrl": CAT, "size": "512x512"}, "0.0100"),
        ({"model": "flux-kontext", "imageDataUrl": CAT, "kontext_max_mode": True}, "0.0800"),
        ({"model": "flux-kontext", "imageDataUrl": CAT, "kontext_max_mode": False}, "0.0400"),
    ],
    ids=["one", "three", "a quarter of the area", "auto", "another model", "max mode", "max mode off"],
)
async def test_pictures_cost_by_model_size_and_count(
    client: Client, nanogpt: NanoGPTStandIn, fields: dict[str, object], cost: str
) -> None:
    answer = await client.make(PROMPT, **fields)

    assert nanogpt.charged == Decimal(cost)
    assert nanogpt.requests[0].cost == Decimal(cost)
    assert nanogpt.balance == 5 - Decimal(cost)
    assert answer.fields["cost"] == float(cost)
    assert answer.fields["remainingBalance"] == float(5 - Decimal(cost))
    assert answer.fields["paymentSource"] == "USD"


async def test_a_listed_price_is_what_a_picture_costs(client: Client) -> None:
    catalogue = await client.send("GET", "/api/v1/image-models?detailed=true")
    entries = catalogue.fields["data"]
    assert isinstance(entries, list)
    [entry] = [entry for entry in entries if entry["id"] == "hidream"]
    answer = await client.make(PROMPT, size="1344x768")

    assert answer.fields["cost"] == entry["pricing"]["per_image"]["1344*768"]


async def test_a_balance_too_low_is_a_flat_402_with_what_is_needed(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.trouble.out_of_funds = True
    answer = await client.make(PROMPT, n=2)
    told = await client.send("POST", "/api/check-balance")

    assert answer.status == 402
    assert answer.json == {"error": "Insufficient balance", "status": 402, "requiredBalance": 0.028}
    assert told.fields["usd_balance"] == "0.00000000"
    assert nanogpt.charged == 0
    assert nanogpt.paid_pictures == 0


async def test_orders_side_by_side_never_overdraw_the_balance() -> None:
    """Ten orders meet money for three: three are paid, seven are refused."""
    stand_in = NanoGPTStandIn(api_key=KEY, balance=Decimal("0.0110"))
    await stand_in.start()
    stand_in.trouble.hold()
    async with aiohttp.ClientSession() as session:
        client = Client(session, stand_in.base_url)
        orders = [asyncio.create_task(client.make(PROMPT, size="512x512")) for _ in range(10)]
        await stand_in.trouble.held(10)
        stand_in.trouble.let_go()
        answers = await asyncio.gather(*orders)
    await stand_in.stop()

    assert sorted(answer.status for answer in answers) == [200] * 3 + [402] * 7
    assert stand_in.balance == Decimal("0.0005")


async def test_the_balance_is_told_as_text(client: Client) -> None:
    await client.make(PROMPT)
    answer = await client.send("POST", "/api/check-balance")

    assert answer.fields["usd_balance"] == "4.98600000"
    assert isinstance(answer.fields["nano_balance"], str)
    assert str(answer.fields["nanoDepositAddress"]).startswith("nano_")


async def test_an_account_that_is_topped_up_can_pay_again(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.top_up(-nanogpt.balance)
    refused = await client.make(PROMPT, size="512x512")
    nanogpt.top_up(Decimal(1))
    made = await client.make(PROMPT, size="512x512")

    assert (refused.status, made.status) == (402, 200)
    assert nanogpt.balance == Decimal("0.9965")


async def test_usage_counts_the_orders_of_a_subscription(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.subscribe(daily=4, monthly=100)
    await client.make(PROMPT, size="512x512")
    usage = (await client.send("GET", "/api/subscription/v1/usage")).fields
    daily, monthly = usage["daily"], usage["monthly"]
    assert isinstance(daily, dict)
    assert isinstance(monthly, dict)

    assert (usage["active"], usage["limits"]) == (True, {"daily": 4, "monthly": 100})
    assert (daily["used"], daily["remaining"], daily["percentUsed"]) == (1, 3, 0.25)
    assert (monthly["used"], monthly["remaining"]) == (1, 99)


async def test_usage_tells_when_its_windows_start_anew(client: Client) -> None:
    """Windows end at 00:00 UTC of the next day and of the next month, in milliseconds."""
    answer = await client.send("GET", "/api/subscription/v1/usage")
    daily, monthly = answer.fields["daily"], answer.fields["monthly"]
    assert isinstance(daily, dict)
    assert isinstance(monthly, dict)

    assert answer.fields["active"] is False
    assert daily["resetAt"] == 1_786_752_000_000
    assert monthly["resetAt"] == 1_788_220_800_000
