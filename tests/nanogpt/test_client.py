"""The client against real servers: what goes over the wire, and what becomes of every way it can end."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from decimal import Decimal

import aiohttp
import pytest
from aiohttp import web

from nanobot.nanogpt import (
    Balance,
    DailyLimitReached,
    HostedPicture,
    ImageRequest,
    InlinePicture,
    NanoGPTClient,
    NanoGPTError,
    RateLimited,
    ServerFailed,
)
from tests.nanogpt.vendor import (
    KEY,
    PHOTOGRAPH,
    REQUEST,
    Pauses,
    answering,
    client_of,
    error_document,
    hosted_document,
    inline_document,
    serving,
)

_HOSTED = hosted_document("https://cdn.example/a.png")


async def test_order_goes_out_as_the_guide_describes_it() -> None:
    async with serving(answering(document=_HOSTED)) as vendor, client_of(vendor.url) as client:
        answer = await client.generate(REQUEST)

    seen = vendor.seen[0]
    assert (seen.method, seen.path) == ("POST", "/v1/images/generations")
    assert seen.headers["Authorization"] == f"Bearer {KEY}"
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.headers["Content-Length"] == str(len(seen.body))
    assert "moderation" not in seen.headers
    assert json.loads(seen.body) == REQUEST.to_body()
    assert answer.pictures == (HostedPicture(url="https://cdn.example/a.png"),)


async def test_moderation_is_asked_for_by_header() -> None:
    async with serving(answering(document=_HOSTED)) as vendor, client_of(vendor.url) as client:
        await client.generate(dataclasses.replace(REQUEST, moderation=True))

    assert vendor.seen[0].headers["moderation"] == "true"


async def test_large_pictures_go_there_and_back_unharmed() -> None:
    picture = PHOTOGRAPH * 20
    request = ImageRequest(
        prompt="a collage",
        model="gpt-4o-image",
        image_data_urls=tuple("data:image/png;base64," + letter * 4_000_000 for letter in "abc"),
        mask_data_url=(b"data:image/png;base64,", *(bytes([letter]) * 300_000 for letter in b"defg")),
    )
    async with (
        serving(answering(document=inline_document(picture, picture))) as vendor,
        client_of(vendor.url) as client,
    ):
        answer = await client.generate(request)

    assert json.loads(vendor.seen[0].body) == request.to_body()
    assert vendor.seen[0].headers["Content-Length"] == str(len(vendor.seen[0].body))
    assert answer.pictures == (InlinePicture(data=picture), InlinePicture(data=picture))
    assert answer.cost == Decimal("0.0125")


async def test_sending_is_announced_once_and_before_anything_is_sent() -> None:
    """The announcement is where the caller writes down that money may be spent from now on."""
    order: list[str] = []

    async def announce() -> None:
        order.append("announced")

    async def answer(_: web.Request) -> web.StreamResponse:
        order.append("arrived")
        if order.count("arrived") == 1:
            return web.Response(status=429, headers={"Retry-After": "0"})
        return web.json_response(_HOSTED)

    async with serving(answer) as vendor, client_of(vendor.url) as client:
        await client.generate(REQUEST, on_sending=announce)

    assert order == ["announced", "arrived", "arrived"]


async def test_nothing_is_sent_where_the_announcement_fails() -> None:
    async def announce() -> None:
        raise RuntimeError("the disk is full")

    async with serving(answering(document=_HOSTED)) as vendor, client_of(vendor.url) as client:
        with pytest.raises(RuntimeError, match="the disk is full"):
            await client.generate(REQUEST, on_sending=announce)

    assert vendor.seen == []


async def test_rate_limit_is_waited_for_as_told() -> None:
    pauses = Pauses()
    limited = answering(429, error_document("rate_limit_exceeded"), headers={"Retry-After": "3"})
    async with (
        serving(limited, limited, answering(document=_HOSTED)) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        await client.generate(REQUEST)

    assert pauses.seconds == [3.25, 3.25]
    assert len(vendor.seen) == 3


@pytest.mark.parametrize(
    ("code", "retry_after", "kind"),
    [
        ("rate_limit_exceeded", "60", RateLimited),
        ("daily_rpd_limit_exceeded", "1", DailyLimitReached),
    ],
)
async def test_long_limit_is_told_at_once(code: str, retry_after: str, kind: type[NanoGPTError]) -> None:
    pauses = Pauses()
    limited = answering(429, error_document(code), headers={"Retry-After": retry_after})
    async with serving(limited) as vendor, client_of(vendor.url, pauses=pauses) as client:
        with pytest.raises(kind):
            await client.generate(REQUEST)

    assert len(vendor.seen) == 1
    assert pauses.seconds == []


async def test_every_order_has_a_connection_of_its_own() -> None:
    """A kept-alive connection that closes as an order enters it would look like an order that broke after sending."""
    ports: list[int] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.json_response(_HOSTED)

    async with serving(answer) as vendor, client_of(vendor.url) as client:
        await client.generate(REQUEST)
        await client.generate(REQUEST)

    assert len(set(ports)) == 2


async def test_orders_do_not_wait_for_each_others_connections() -> None:
    """Waiting would count as connecting, and end an order that only had to be patient."""
    count = 110
    arrived = 0
    all_arrived = asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        nonlocal arrived
        arrived += 1
        if arrived == count:
            all_arrived.set()
        await asyncio.wait_for(all_arrived.wait(), 60)
        return web.json_response(_HOSTED)

    async with serving(answer) as vendor, client_of(vendor.url) as client:
        answers = await asyncio.gather(*(client.generate(REQUEST) for _ in range(count)))

    assert len(answers) == count


async def test_cancelled_order_ends_at_once() -> None:
    arrived = asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError("never reached")

    async with serving(answer) as vendor, client_of(vendor.url) as client:
        order = asyncio.create_task(client.generate(REQUEST))
        await asyncio.wait_for(arrived.wait(), 60)
        order.cancel()
        with pytest.raises(asyncio.CancelledError):
            await order

    assert len(vendor.seen) == 1


async def test_balance_is_read() -> None:
    document = {"usd_balance": "12.5", "nano_balance": "0", "nanoDepositAddress": "nano_1"}
    async with serving(answering(document=document)) as vendor, client_of(vendor.url) as client:
        balance = await client.check_balance()

    seen = vendor.seen[0]
    assert balance == Balance(usd=Decimal("12.5"), nano=Decimal(0))
    assert (seen.method, seen.path, seen.body) == ("POST", "/api/check-balance", b"")
    assert seen.headers["x-api-key"] == KEY


async def test_balance_is_asked_again_after_a_failure() -> None:
    """Reading costs nothing."""
    pauses = Pauses()
    broken = (answering(503, text="<html>"), answering(200, text="<html>"))
    async with (
        serving(*broken, answering(document={"usd_balance": "1"})) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        balance = await client.check_balance()

    assert balance == Balance(usd=Decimal(1))
    assert pauses.seconds == [0.75, 1.5]


async def test_key_stands_in_no_log_repr_or_error(caplog: pytest.LogCaptureFixture) -> None:
    angry = answering(500, error_document(None, f"key {KEY} failed"))
    limited = answering(429, error_document(None, f"key {KEY} is too fast"))
    with caplog.at_level(logging.DEBUG):
        async with serving(limited, angry) as vendor, client_of(vendor.url) as client:
            with pytest.raises(ServerFailed) as caught:
                await client.generate(REQUEST)
            shown = repr(client)

    assert "attempt 1 failed" in caplog.text
    assert KEY not in caplog.text + shown + repr(caught.value) + str(caught.value)
    assert REQUEST.prompt not in caplog.text


@pytest.mark.parametrize("key", ["", "  ", "a\r\nHost: b", "schlüssel", "a\x00b"])
def test_key_that_no_header_may_hold_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        NanoGPTClient(api_key=key)


def test_key_is_taken_without_the_line_end_that_copying_brings() -> None:
    NanoGPTClient(api_key=f" {KEY}\n")


def test_address_that_is_not_http_is_refused() -> None:
    with pytest.raises(ValueError, match="http"):
        NanoGPTClient(api_key=KEY, base_url="nano-gpt.com")


async def test_session_that_was_handed_in_stays_open() -> None:
    async with aiohttp.ClientSession() as session:
        async with NanoGPTClient(api_key=KEY, session=session):
            pass

        assert not session.closed


async def test_own_session_is_closed() -> None:
    async with serving(answering(document=_HOSTED)) as vendor:
        client = client_of(vendor.url)
        await client.generate(REQUEST)
        await client.close()

        with pytest.raises(RuntimeError, match="closed"):
            await client.generate(REQUEST)
