"""Who is let in, how often, and what is seen of it."""

from __future__ import annotations

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.sandbox.nanogpt.conftest import KEY, Client
from tests.sandbox.nanogpt.photographs import CAT

TEXT: dict[str, object] = {"prompt": "a red fox", "size": "512x512"}
EVERY_ROUTE: dict[tuple[str, str], object] = {
    ("POST", "/v1/images/generations"): TEXT,
    ("POST", "/api/v1/images/generations"): TEXT,
    ("GET", "/api/v1/image-models"): None,
    ("POST", "/api/check-balance"): None,
    ("GET", "/api/subscription/v1/usage"): None,
    ("POST", "/api/nsfw/image"): {"imageDataUrl": CAT},
    ("POST", "/api/check-midjourney-status"): {"task_id": "7"},
}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_api_key"),
        ({"Authorization": "Bearer wrong"}, "invalid_api_key"),
        ({"Authorization": f"Basic {KEY}"}, "missing_api_key"),
        ({"x-api-key": "wrong"}, "invalid_api_key"),
    ],
    ids=["none", "wrong bearer", "basic", "wrong x-api-key"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/images/generations"),
        ("POST", "/api/v1/images/generations"),
        ("POST", "/api/check-balance"),
        ("GET", "/api/subscription/v1/usage"),
        ("POST", "/api/nsfw/image"),
        ("POST", "/api/check-midjourney-status"),
    ],
)
async def test_needs_the_key(
    client: Client, method: str, path: str, headers: dict[str, str], code: str
) -> None:
    answer = await client.send(method, path, headers=headers)

    assert (answer.status, answer.error["code"]) == (401, code)


async def test_takes_the_key_in_either_header(client: Client) -> None:
    answer = await client.send("POST", "/api/v1/images/generations", headers={"x-api-key": KEY}, json=TEXT)

    assert answer.status == 200


@pytest.mark.parametrize("route", EVERY_ROUTE, ids=lambda route: route[1])
async def test_every_route_counts_among_the_requests_of_a_second(
    client: Client, nanogpt: NanoGPTStandIn, route: tuple[str, str]
) -> None:
    """25 requests per second and key, whatever they ask for; the next is told when to come again."""
    before = [await client.send("POST", "/api/check-balance") for _ in range(24)]
    counted = await client.send(*route, json=EVERY_ROUTE[route])
    refused = [await client.send(*route, json=EVERY_ROUTE[route]) for _ in range(2)]

    assert [answer.status for answer in (*before, counted)] == [200] * 25
    assert 429 in {answer.status for answer in refused}


async def test_the_26th_request_of_a_second_is_refused(client: Client) -> None:
    answers = [await client.send("POST", "/api/check-balance") for _ in range(26)]

    assert [answer.status for answer in answers] == [200] * 25 + [429]
    assert answers[-1].headers["Retry-After"] == "1"


@pytest.mark.parametrize("route", EVERY_ROUTE, ids=lambda route: route[1])
async def test_a_key_can_be_taken_back_and_given_again(
    client: Client, nanogpt: NanoGPTStandIn, route: tuple[str, str]
) -> None:
    nanogpt.trouble.refuse_key = True
    refused = await client.send(*route, json=EVERY_ROUTE[route])
    nanogpt.trouble.refuse_key = False
    taken = await client.send(*route, json=EVERY_ROUTE[route])

    assert (refused.status, refused.error["code"], taken.status) == (401, "invalid_api_key", 200)


async def test_calls_are_seen_with_whether_they_brought_a_key(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    """A signed address of a picture needs no key, so that a client that sends one there is found out."""
    made = await client.make(TEXT, response_format="url")
    await client.send("GET", made.items[0]["url"], headers={})
    await client.send("GET", "/api/v1/image-models", headers={})
    await client.send("GET", "/api/v1/image-models")
    await client.send("POST", "/api/check-balance", headers={"x-api-key": "wrong"})
    for route in ("files", "balance"):
        await nanogpt.called(route)
    await nanogpt.called("catalogue", 2)

    assert [(call.status, call.has_key) for call in nanogpt.calls("files")] == [(200, False)]
    assert [(call.status, call.has_key) for call in nanogpt.calls("catalogue")] == [(200, False), (200, True)]
    assert [call.status for call in nanogpt.calls("balance")] == [401]
    assert nanogpt.calls("usage") == []


async def test_waiting_for_a_call_that_never_comes_ends(nanogpt: NanoGPTStandIn) -> None:
    with pytest.raises(TimeoutError):
        await nanogpt.called("nsfw", timeout_seconds=0.01)
