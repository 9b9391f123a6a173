"""Each switch of `Trouble`, seen from a client's side."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Literal

import aiohttp
import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.recording import Route
from nanobot.sandbox.nanogpt.refusals import Envelope
from tests.sandbox.breaking_off import break_off
from tests.sandbox.nanogpt.conftest import KEY, Client, Wristwatch
from tests.sandbox.nanogpt.photographs import CAT

PROMPT = {"prompt": "a quiet harbour", "size": "512x512"}
PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_held_order_waits_until_it_is_let_go(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.hold()
    order = asyncio.create_task(client.make(PROMPT))
    await nanogpt.trouble.held()
    seen = await nanogpt.next_request()
    status_while_held, pictures_while_held = seen.status, nanogpt.paid_pictures
    nanogpt.trouble.let_go()
    answer = await order

    assert (status_while_held, pictures_while_held) == (None, 0)
    assert (answer.status, nanogpt.requests[0].status) == (200, 200)


async def test_orders_are_let_go_in_the_order_of_their_coming(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.trouble.hold()
    orders = []
    for number in range(3):
        orders.append(asyncio.create_task(client.make(PROMPT, seed=number)))
        await nanogpt.trouble.held(number + 1)
    nanogpt.trouble.let_go(1)
    await orders[0]
    waiting = [order.done() for order in orders]
    nanogpt.trouble.let_go()
    await asyncio.gather(*orders)

    assert waiting == [True, False, False]


async def test_an_order_goes_on_and_is_paid_when_its_client_has_gone(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    """As with the vendor, hanging up does not take an order back."""
    nanogpt.trouble.hold()
    order = asyncio.create_task(client.make(PROMPT))
    await nanogpt.trouble.held()
    order.cancel()
    await asyncio.wait([order])
    nanogpt.trouble.let_go()
    await nanogpt.answered(1)

    assert order.cancelled()
    assert nanogpt.paid_pictures == 1


async def test_slow_answers_late(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.slow(0.05)
    await client.make(PROMPT)
    [request] = nanogpt.requests
    assert request.answered_at is not None

    assert request.answered_at - request.received_at >= 0.05


async def test_waiting_for_a_request_that_never_comes_ends(nanogpt: NanoGPTStandIn) -> None:
    with pytest.raises(TimeoutError):
        await nanogpt.next_request(0.01)
    with pytest.raises(TimeoutError):
        await nanogpt.answered(1, 0.01)
    with pytest.raises(TimeoutError):
        await nanogpt.trouble.held(timeout_seconds=0.01)


async def test_failures_come_as_often_as_asked_and_cost_nothing(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.trouble.fail_next(503, "service_unavailable", times=2, retry_after=7)
    nanogpt.trouble.fail_next(500, "internal_error")
    answers = [await client.make(PROMPT) for _ in range(4)]

    assert [answer.status for answer in answers] == [503, 503, 500, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].error["type"] == "server_error"
    assert "Retry-After" not in answers[2].headers
    assert nanogpt.paid_pictures == 1


async def test_a_lasting_failure_lasts_until_it_is_ended(client: Client, nanogpt: NanoGPTStandIn) -> None:
    """The one that was set first is what clients see of several."""
    nanogpt.trouble.keep_failing(429, "rate_limit_exceeded", retry_after=60)
    nanogpt.trouble.keep_failing(500, "internal_error")
    limited = [await client.make(PROMPT) for _ in range(2)]
    nanogpt.trouble.stop_failing("rate_limit_exceeded")
    failed = await client.make(PROMPT)
    nanogpt.trouble.stop_failing("internal_error")
    nanogpt.trouble.stop_failing("never_set")

    assert [(answer.status, answer.headers["Retry-After"]) for answer in limited] == [(429, "60")] * 2
    assert (failed.status, failed.error["code"]) == (500, "internal_error")
    assert (await client.make(PROMPT)).status == 200
    assert nanogpt.paid_pictures == 1


@pytest.mark.parametrize(
    ("envelope", "content_type", "start"),
    [
        ("openai", "application/json", b'{"error": {"message"'),
        ("flat", "application/json", b'{"error": "The request'),
        ("published", "application/json", b'{"error": 502, "message": "The request'),
        ("html", "text/html", b"<!DOCTYPE html>"),
        ("storage", "application/xml", b"<?xml"),
        ("empty", "", b""),
    ],
)
async def test_a_failure_comes_in_the_envelope_asked_for(
    client: Client,
    nanogpt: NanoGPTStandIn,
    envelope: Envelope,
    content_type: str,
    start: bytes,
) -> None:
    nanogpt.trouble.fail_next(502, "bad_gateway", envelope=envelope)
    answer = await client.make(PROMPT)

    assert answer.status == 502
    assert answer.headers.get("Content-Type", "").startswith(content_type)
    assert answer.body.startswith(start)
    assert bool(answer.body) == (envelope != "empty")


@pytest.mark.parametrize(
    ("route", "method", "path"),
    [
        ("catalogue", "GET", "/api/v1/image-models"),
        ("balance", "POST", "/api/check-balance"),
        ("usage", "GET", "/api/subscription/v1/usage"),
        ("nsfw", "POST", "/api/nsfw/image"),
        ("tasks", "POST", "/api/check-midjourney-status"),
    ],
)
async def test_other_routes_fail_on_their_own(
    client: Client, nanogpt: NanoGPTStandIn, route: Route, method: str, path: str
) -> None:
    nanogpt.trouble.fail_next(503, "service_unavailable", on=route)
    nanogpt.trouble.keep_failing(500, "internal_error", on=route)
    body = {"imageDataUrl": CAT, "task_id": "1"} if method == "POST" else None
    ordered = await client.make(PROMPT)
    failed, failing = [await client.send(method, path, json=body) for _ in range(2)]
    nanogpt.trouble.stop_failing("internal_error", on=route)
    after = await client.send(method, path, json=body)

    assert [answer.status for answer in (ordered, failed, failing, after)] == [200, 503, 500, 200]


@pytest.mark.parametrize("prompt", ["a forbidden city", "FORBIDDEN!"])
async def test_a_forbidden_prompt_is_against_the_policy_and_free(
    client: Client, nanogpt: NanoGPTStandIn, prompt: str
) -> None:
    answer = await client.make(PROMPT, prompt=prompt)

    assert (answer.status, answer.error["code"]) == (400, "content_policy_violation")
    assert nanogpt.charged == 0


async def test_the_policy_can_be_switched_off_and_minds_whole_words(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    unforbidden = await client.make(PROMPT, prompt="unforbidden fruit")
    nanogpt.trouble.refuse_policy = False
    forbidden = await client.make(PROMPT, prompt="a forbidden city")

    assert (unforbidden.status, forbidden.status) == (200, 200)


async def test_the_daily_limit_holds_until_midnight(
    client: Client, nanogpt: NanoGPTStandIn, watch: Wristwatch
) -> None:
    """At 22:30 UTC the limit ends in 5,400 seconds."""
    nanogpt.trouble.daily_limit = 1
    first, second = await client.make(PROMPT), await client.make(PROMPT)
    watch.turn(timedelta(hours=1, minutes=30))
    third = await client.make(PROMPT)

    assert (first.status, second.status, third.status) == (200, 429, 200)
    assert second.error["code"] == "daily_rpd_limit_exceeded"
    assert second.headers["Retry-After"] == "5400"


@pytest.mark.parametrize(
    ("moment", "expected", "paid"),
    [
        ("before_work", aiohttp.ServerDisconnectedError, 0),
        ("before_headers", aiohttp.ServerDisconnectedError, 1),
        ("after_headers", aiohttp.ClientPayloadError, 1),
        ("mid_body", aiohttp.ClientPayloadError, 1),
    ],
)
async def test_a_cut_line_is_paid_unless_cut_before_the_work(
    client: Client,
    nanogpt: NanoGPTStandIn,
    moment: Literal["before_work", "before_headers", "after_headers", "mid_body"],
    expected: type[Exception],
    paid: int,
) -> None:
    nanogpt.trouble.break_connection(moment)
    with pytest.raises(expected):
        await client.make(PROMPT)
    again = await client.make(PROMPT)

    assert nanogpt.requests[0].status is None
    assert nanogpt.requests[0].answered_at is not None
    assert again.status == 200
    assert nanogpt.paid_pictures == paid + 1


async def test_base64_comes_although_a_url_was_asked_for(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.answer_b64_although_url = True
    answer = await client.make(PROMPT, response_format="url")

    assert base64.b64decode(answer.items[0]["b64_json"]).startswith(PNG)
    assert answer.items[0].keys() == {"b64_json"}


async def test_urls_and_base64_come_mixed(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.answer_mixed = True
    answer = await client.make(PROMPT, response_format="url", n=3)

    assert [list(item) for item in answer.items] == [["url"], ["b64_json"], ["url"]]


async def test_an_empty_answer_is_paid(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.answer_empty_data = True
    answer = await client.make(PROMPT)

    assert (answer.status, answer.items, nanogpt.paid_pictures) == (200, [], 1)


async def test_a_web_page_instead_of_pictures_is_paid(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.answer_html_200 = True
    answer = await client.make(PROMPT)

    assert (answer.status, nanogpt.paid_pictures) == (200, 1)
    assert answer.body.startswith(b"<!DOCTYPE html>")


async def test_stopping_does_not_wait_for_held_orders(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.hold()
    order = asyncio.create_task(client.make(PROMPT))
    await nanogpt.trouble.held()
    async with asyncio.timeout(60):
        await nanogpt.stop()
    await asyncio.wait([order])

    assert order.done()


async def test_an_order_that_breaks_off_is_taken_quietly(
    nanogpt: NanoGPTStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """A bot that is killed in the midst of it puts no traceback into anybody's terminal."""
    await break_off(f"{nanogpt.base_url}/v1/images/generations", f"Authorization: Bearer {KEY}")

    assert caplog.record_tuples == []
    assert nanogpt.paid_pictures == 0
