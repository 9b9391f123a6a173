"""A name of the public web that leads inwards, at once or later, is not followed there.

So that all of this stays on one machine, 127.0.0.2 to 127.0.0.9 stand for public addresses here, and 127.0.0.1 for the
operator's own: which are which in the world is held by `test_addresses`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp.abc
import pytest
from aiohttp import web
from typing_extensions import override

from nanobot.images.errors import LinkError, LinkRefused, LinkTooSlow, LinkUnreachable
from nanobot.images.links import LinkReader
from tests.images.test_links import INSIDE, MAX_BYTES, OUTSIDE, PICTURE, Handler, Site, picture, site

CLOSED = "127.0.0.3"


class Names(aiohttp.abc.AbstractResolver):
    """Answers each question for a name with the next of `answers`, and with the last of them from then on."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            aiohttp.abc.ResolveResult(
                hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
            )
            for address in addresses
        ]

    @override
    async def close(self) -> None:
        """Hold nothing that would have to be let go."""


def answer_with(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    names = Names(*answers)
    monkeypatch.setattr("aiohttp.connector.DefaultResolver", lambda **_: names)


@asynccontextmanager
async def both_sides(outside: Handler) -> AsyncIterator[tuple[Site, Site]]:
    """Yield a site outside and one inside, on the same port."""
    async with AsyncExitStack() as stack:
        without = await stack.enter_async_context(site(outside, OUTSIDE))
        runner = web.ServerRunner(web.Server(_secret))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, INSIDE, without.port).start()
        _secret_asked.clear()
        yield without, Site(host=INSIDE, port=without.port, requests=_secret_asked)


_secret_asked: list[web.BaseRequest] = []


async def _secret(request: web.BaseRequest) -> web.StreamResponse:
    _secret_asked.append(request)
    return await picture(request)


def reader(total_seconds: float = 60) -> LinkReader:
    return LinkReader(
        max_bytes=MAX_BYTES, may_connect=lambda address: address != INSIDE, total_seconds=total_seconds
    )


async def test_a_name_that_turns_inwards_between_two_links_is_refused_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was found out about a name for one link counts for no other."""
    answer_with(monkeypatch, [OUTSIDE], [INSIDE])
    async with both_sides(picture) as (outside, inside):
        first = await reader().read(outside.url(host="fox.example"))
        with pytest.raises(LinkRefused):
            await reader().read(outside.url(host="fox.example"))

    assert first == PICTURE
    assert inside.requests == []


async def test_a_name_that_turns_inwards_between_redirects_is_refused_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def again(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/again.jpg"})

    answer_with(monkeypatch, [OUTSIDE], [OUTSIDE], [INSIDE])
    async with both_sides(again) as (outside, inside):
        with pytest.raises(LinkRefused):
            await reader().read(outside.url(host="fox.example"))

    assert len(outside.requests) == 2
    assert inside.requests == []


@pytest.mark.parametrize(
    "addresses",
    [[INSIDE], [INSIDE, CLOSED], [CLOSED, INSIDE], [CLOSED, INSIDE, CLOSED]],
    ids=["alone", "first", "last", "between"],
)
async def test_no_address_of_a_name_leads_inwards(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    """Where the public address does not answer, the next one is tried, and judged as well."""
    answer_with(monkeypatch, addresses)
    async with both_sides(picture) as (outside, inside):
        with pytest.raises(LinkRefused):
            await reader().read(outside.url(host="fox.example"))

    assert inside.requests == outside.requests == []


async def test_a_public_address_beside_a_private_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, [INSIDE, OUTSIDE])
    async with both_sides(picture) as (outside, inside):
        assert await reader().read(outside.url(host="fox.example")) == PICTURE

    assert inside.requests == []


async def test_a_name_is_sent_to_its_site_and_nothing_else_about_us(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, [OUTSIDE])
    async with both_sides(picture) as (outside, _):
        await reader().read(outside.url("/fox.jpg#top", host="fox.example"))

    [request] = outside.requests
    assert request.path_qs == "/fox.jpg"
    assert set(request.headers) == {"Host", "Accept", "Accept-Encoding", "User-Agent", "Connection"}


async def test_a_site_that_drips_without_pause_is_left_all_the_same() -> None:
    """Each byte comes soon enough; all of them never would."""
    stopped = asyncio.Event()

    async def drip(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(PICTURE[:100])
        try:
            while True:
                await response.write(b"\x00")
                await asyncio.sleep(0.01)
        finally:
            stopped.set()

    async with site(drip, OUTSIDE) as outside:
        with pytest.raises(LinkTooSlow):
            await reader(total_seconds=0.5).read(outside.url())
        await asyncio.wait_for(stopped.wait(), timeout=60)


async def _serve_raw(answer: bytes) -> asyncio.Server:
    async def serve(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await incoming.readuntil(b"\r\n\r\n")
        outgoing.write(answer)
        outgoing.close()

    return await asyncio.start_server(serve, OUTSIDE, 0)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(PICTURE) + 1000), LinkUnreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", LinkUnreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", LinkError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", LinkUnreachable),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", LinkUnreachable),
        (b"HTTP/1.1 302 Found\r\n\r\n", LinkUnreachable),
        (b"nonsense\r\n\r\n", LinkUnreachable),
    ],
    ids=["too-long", "negative", "too-short", "bad-chunk", "endless-header", "to-nowhere", "no-http"],
)
async def test_an_answer_that_lies_about_itself_gives_a_sentence(
    head: bytes, expected: type[Exception]
) -> None:
    server = await _serve_raw(head + PICTURE)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(expected):
            await reader().read(f"http://{OUTSIDE}:{port}/fox.jpg")
