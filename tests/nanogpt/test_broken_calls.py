"""Calls that break on their way, against real servers: what is known of each, and that none is paid for twice."""

from __future__ import annotations

import asyncio
import dataclasses
import ssl

import pytest

from nanobot.nanogpt import (
    ConnectionBroken,
    NanoGPTError,
    OutOfFunds,
    PayloadTooLarge,
    PolicyRefused,
    ServerFailed,
    TimedOut,
    Unreachable,
    UnreadableAnswer,
    WrongAddress,
)
from nanobot.nanogpt.transport import exchange, open_session
from tests.nanogpt.vendor import (
    REQUEST,
    Pauses,
    RawAnswerer,
    answering,
    answering_bytes,
    client_of,
    error_document,
    hosted_document,
    refusing,
    serving,
    serving_raw,
)

_HOSTED = hosted_document("https://cdn.example/a.png")


async def test_refused_connection_is_tried_again_and_then_unreachable() -> None:
    pauses = Pauses()
    async with refusing() as url, client_of(url, pauses=pauses) as client:
        with pytest.raises(Unreachable):
            await client.generate(REQUEST)

    assert pauses.seconds == [0.75, 1.5, 3.0]


async def test_failed_tls_is_unreachable() -> None:
    """The order travels only after the handshake, so it was surely not executed."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"https://127.0.0.1:{port}") as client:
        with pytest.raises(Unreachable) as caught:
            await client.generate(REQUEST)

    assert isinstance(caught.value.__cause__, ssl.SSLError)


async def test_connecting_that_takes_too_long_is_unreachable() -> None:
    """A handshake that never ends has let no order through, so trying again is safe."""

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        closed.append(writer)
        if len(closed) == 4:
            all_closed.set()

    closed: list[asyncio.StreamWriter] = []
    all_closed = asyncio.Event()

    server = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pauses = Pauses()
    async with server, client_of(f"https://127.0.0.1:{port}", pauses=pauses, timeout_seconds=0.1) as client:
        with pytest.raises(Unreachable):
            await client.generate(REQUEST)
        await asyncio.wait_for(all_closed.wait(), 60)

    assert len(pauses.seconds) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(408, TimedOut), (500, ServerFailed), (502, ServerFailed), (503, ServerFailed), (504, TimedOut)],
)
async def test_paid_order_is_sent_once_where_the_server_fails(status: int, kind: type[NanoGPTError]) -> None:
    failing = answering(status, text="<html>", headers={"X-Request-ID": "req_5", "Retry-After": "0"})
    async with serving(failing) as vendor, client_of(vendor.url) as client:
        with pytest.raises(kind) as caught:
            await client.generate(REQUEST)

    assert len(vendor.seen) == 1
    assert caught.value.request_id == "req_5"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_of_a_paid_order_is_not_followed(status: int) -> None:
    async with (
        serving(answering(document=_HOSTED)) as elsewhere,
        serving(answering(status, text="", headers={"Location": elsewhere.url})) as vendor,
        client_of(vendor.url) as client,
    ):
        with pytest.raises(WrongAddress):
            await client.generate(REQUEST)

    assert elsewhere.seen == []


async def _hang_up(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    return


async def _break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nX-Request-ID: req_6\r\nContent-Length: 5000\r\n\r\n{"data":[')
    await writer.drain()


async def _break_off_chunk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")
    await writer.drain()


async def _reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize("answer", [_hang_up, _break_off, _break_off_chunk, _reset])
async def test_broken_connection_leaves_the_outcome_unknown(answer: RawAnswerer) -> None:
    async with serving_raw(answer) as vendor, client_of(vendor.url) as client:
        with pytest.raises(ConnectionBroken):
            await client.generate(REQUEST)

    assert len(vendor.seen) == 1


async def test_request_id_survives_a_broken_answer() -> None:
    """It is all that an operator can ask NanoGPT about."""
    async with serving_raw(_break_off) as vendor, client_of(vendor.url) as client:
        with pytest.raises(ConnectionBroken) as caught:
            await client.generate(REQUEST)

    assert caught.value.request_id == "req_6"


async def test_refusal_whose_explanation_broke_off_is_still_a_refusal() -> None:
    async def break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 402 Payment Required\r\nContent-Length: 5000\r\n\r\n{"error":')
        await writer.drain()

    async with serving_raw(break_off) as vendor, client_of(vendor.url) as client:
        with pytest.raises(OutOfFunds):
            await client.generate(REQUEST)

    assert len(vendor.seen) == 1


async def test_garbage_instead_of_http_is_unreadable() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()

    async with serving_raw(answer) as vendor, client_of(vendor.url) as client:
        with pytest.raises(UnreadableAnswer):
            await client.generate(REQUEST)

    assert len(vendor.seen) == 1


@pytest.mark.parametrize(
    "body", [b'{"data":[{"url":"https://cdn', b"<html>Welcome</html>", b""], ids=["cut", "HTML", "empty"]
)
async def test_unreadable_success_is_not_ordered_again(body: bytes) -> None:
    async with serving(answering_bytes(body)) as vendor, client_of(vendor.url) as client:
        with pytest.raises(UnreadableAnswer):
            await client.generate(REQUEST)

    assert len(vendor.seen) == 1


async def test_error_within_a_success_is_that_error() -> None:
    refused = answering(200, error_document("content_policy_violation", "Blocked."))
    async with serving(refused) as vendor, client_of(vendor.url) as client:
        with pytest.raises(PolicyRefused, match=r"Blocked\."):
            await client.generate(REQUEST)


async def test_answer_that_drips_past_the_limit_is_timed_out() -> None:
    """Bytes that keep coming do not keep a person waiting for ever."""
    gone = asyncio.Event()

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Request-ID: req_9\r\nContent-Length: 100000\r\n\r\n")
        try:
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass  # the client has hung up, which is what this waits for
        gone.set()

    async with serving_raw(drip) as vendor, client_of(vendor.url, timeout_seconds=0.3) as client:
        with pytest.raises(TimedOut) as caught:
            await client.generate(REQUEST)
        await asyncio.wait_for(gone.wait(), 60)

    assert caught.value.request_id == "req_9"
    assert len(vendor.seen) == 1


async def test_answer_beyond_all_bounds_is_not_held_in_memory() -> None:
    sent = 0
    gone = asyncio.Event()

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not writer.is_closing() and sent < 10**9:
                writer.write(b" " * 65536)
                sent += 65536
                await writer.drain()
        except ConnectionError:
            pass  # the client has hung up, which is what this waits for
        gone.set()

    async with serving_raw(pour) as vendor, open_session() as session:
        with pytest.raises(UnreadableAnswer, match="larger"):
            await exchange(
                session, vendor.url, headers={}, body=b"", timeout_seconds=60, max_answer_bytes=1_000_000
            )
        await asyncio.wait_for(gone.wait(), 60)

    assert sent < 10**8


async def test_announced_length_beyond_all_bounds_is_not_even_read() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        await writer.drain()
        await _.read()

    async with serving_raw(answer) as vendor, client_of(vendor.url) as client:
        with pytest.raises(UnreadableAnswer, match="larger"):
            await client.generate(REQUEST)


async def test_too_large_an_order_is_told_although_it_was_turned_away_midway() -> None:
    """A server that answers 413 reads no further, while the order is still on its way."""

    async def turn_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await reader.read()

    request = dataclasses.replace(REQUEST, image_data_urls=("data:image/png;base64," + "a" * 4_000_000,) * 4)
    async with serving_raw(turn_away) as vendor, client_of(vendor.url) as client:
        with pytest.raises(PayloadTooLarge):
            await client.generate(request)
