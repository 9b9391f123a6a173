"""A member's link is followed to a picture on the public web, and nowhere else."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from nanobot.images.addresses import is_public
from nanobot.images.errors import LinkNotAPicture, LinkRefused, LinkTooLarge, LinkTooSlow, LinkUnreachable
from nanobot.images.links import MAX_REDIRECTS, LinkReader, _Door
from tests.images.photographs import FOLDER

PICTURE = (FOLDER / "rocket.jpg").read_bytes()
MAX_BYTES = 1_000_000
OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"
"""Two addresses of this machine, of which the first counts as public."""


@dataclass(slots=True, kw_only=True)
class Site:
    """A real web server, and what it was asked."""

    host: str
    port: int
    requests: list[web.BaseRequest] = field(default_factory=list)

    def url(self, path: str = "/fox.jpg", host: str | None = None) -> str:
        return f"http://{host or self.host}:{self.port}{path}"


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def site(handler: Handler, host: str = OUTSIDE) -> AsyncIterator[Site]:
    asked: list[web.BaseRequest] = []

    async def record(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request)
        return await handler(request)

    runner = web.ServerRunner(web.Server(record, handler_cancellation=True), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield Site(host=host, port=runner.addresses[0][1], requests=asked)
    finally:
        await runner.cleanup()


async def picture(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(body=PICTURE, content_type="image/jpeg")


def may_connect(address: str) -> bool:
    return address == OUTSIDE or is_public(address)


def reader(*, max_bytes: int = MAX_BYTES, total_seconds: float = 60) -> LinkReader:
    return LinkReader(max_bytes=max_bytes, may_connect=may_connect, total_seconds=total_seconds)


@pytest.mark.parametrize("wrap", ["{}", " {}\n", "<{}>"], ids=["plain", "spaces", "angle-brackets"])
async def test_a_link_is_read_as_people_write_it(wrap: str) -> None:
    async with site(picture) as own:
        data = await reader().read(wrap.format(own.url()))

    assert data == PICTURE


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "①②⑦.⓪.⓪.①",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
    ],
)
async def test_no_spelling_of_this_machine_is_connected_to(host: str) -> None:
    async with site(picture, INSIDE) as inner:
        with pytest.raises(LinkRefused):
            await reader().read(inner.url(host=host))

    assert inner.requests == []


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.0.1", "169.254.169.254", "[fd00:ec2::254]", "100.100.100.200"]
)
async def test_no_private_address_is_connected_to(host: str) -> None:
    with pytest.raises(LinkRefused):
        await reader(total_seconds=5).read(f"http://{host}/latest/meta-data/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_a_private_address_is_refused(status: int) -> None:
    async with site(picture, INSIDE) as inner:

        async def lure(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": inner.url("/secret.jpg")})

        async with site(lure) as own:
            with pytest.raises(LinkRefused):
                await reader().read(own.url())

    assert inner.requests == []


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://192.0.2.1/fox.jpg", "http://bob:secret@192.0.2.1/", "http://["],
)
async def test_a_redirect_is_held_to_the_same_rules_as_a_link(target: str) -> None:
    async def lure(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    async with site(lure) as own:
        with pytest.raises(LinkRefused):
            await reader().read(own.url())


async def test_a_few_redirects_are_followed_without_telling_them_anything() -> None:
    async def hop(request: web.BaseRequest) -> web.StreamResponse:
        left = int(request.path.strip("/"))
        if not left:
            return await picture(request)
        headers = {"Location": f"/{left - 1}", "Set-Cookie": "who=you"}
        return web.Response(status=302, headers=headers)

    async with site(hop) as own:
        data = await reader().read(own.url(f"/{MAX_REDIRECTS}"))
        with pytest.raises(LinkUnreachable):
            await reader().read(own.url(f"/{MAX_REDIRECTS + 1}"))

    assert data == PICTURE
    assert all("Cookie" not in request.headers for request in own.requests)
    assert all("Referer" not in request.headers for request in own.requests)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fox.jpg",
        "ftp://example.org/fox.jpg",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "http://",
        "http://[::1",
        "http://bob:secret@example.org/fox.jpg",
        "http://bob@example.org/fox.jpg",
        "http://example.org:99999/fox.jpg",
        "http://192.0.2.1/" + "a" * 5000,
    ],
)
async def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(LinkRefused):
        await reader().read(url)


async def test_a_proxy_from_the_environment_is_not_a_way_around(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(picture) as proxy, site(picture, INSIDE) as inner:
        monkeypatch.setenv("http_proxy", proxy.url(""))
        with pytest.raises(LinkRefused):
            await reader().read(inner.url())

    assert proxy.requests == inner.requests == []


async def test_a_stream_without_end_is_left_at_the_limit() -> None:
    stopped = asyncio.Event()

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            await response.write(PICTURE)
            while True:
                await response.write(bytes(65_536))
        finally:
            stopped.set()

    async with site(endless) as own:
        with pytest.raises(LinkTooLarge, match=r"larger than 1 MB"):
            await reader().read(own.url())
        await asyncio.wait_for(stopped.wait(), timeout=60)


async def test_a_file_that_says_it_is_too_large_is_not_read() -> None:
    async with site(picture) as own:
        with pytest.raises(LinkTooLarge):
            await reader(max_bytes=len(PICTURE) - 1).read(own.url())
        data = await reader(max_bytes=len(PICTURE)).read(own.url())

    assert data == PICTURE


@pytest.mark.parametrize("sent", [b"", PICTURE[:1000]], ids=["silent", "dripping"])
async def test_a_site_that_keeps_one_waiting_is_left(sent: bytes) -> None:
    never = asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        if sent:
            await response.prepare(request)
            await response.write(sent)
        await never.wait()
        return response

    async with site(slow) as own:
        with pytest.raises(LinkTooSlow, match=r"longer than 0\.2 s"):
            await reader(total_seconds=0.2).read(own.url())


@pytest.mark.parametrize(
    "body",
    [b"<!doctype html><title>fox</title>" + bytes(5000), b"", b"GI", gzip.compress(PICTURE)],
    ids=["page", "nothing", "two-letters", "compressed"],
)
async def test_what_is_no_picture_by_its_bytes_is_refused(body: bytes) -> None:
    async def lie(request: web.BaseRequest) -> web.StreamResponse:
        headers = {"Content-Type": "image/png"}
        if body.startswith(b"\x1f\x8b"):
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, headers=headers)

    async with site(lie) as own:
        with pytest.raises(LinkNotAPicture):
            await reader().read(own.url("/fox.png"))


async def test_a_page_is_left_after_its_first_bytes() -> None:
    never = asyncio.Event()

    async def page(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"<!doctype html>" * 10)
        await never.wait()
        return response

    async with site(page) as own:
        with pytest.raises(LinkNotAPicture):
            await reader().read(own.url())


async def test_a_picture_called_something_else_is_read() -> None:
    async def shy(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=PICTURE, content_type="application/octet-stream")

    async with site(shy) as own:
        assert await reader().read(own.url("/download?id=1")) == PICTURE


@pytest.mark.parametrize("status", [404, 403, 500, 204])
async def test_the_status_of_a_refusal_is_told(status: int) -> None:
    async def refuse(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status)

    async with site(refuse) as own:
        with pytest.raises(LinkUnreachable, match=f"error {status}"):
            await reader().read(own.url())


async def test_a_link_that_nothing_answers_says_so() -> None:
    async with site(picture) as gone:
        pass

    with pytest.raises(LinkUnreachable, match="Nothing answers"):
        await reader().read(gone.url())


async def test_a_broken_connection_says_so() -> None:
    async def cut(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100000"})
        await response.prepare(request)
        await response.write(PICTURE[:500])
        assert request.transport is not None
        request.transport.abort()
        return response

    async with site(cut) as own:
        with pytest.raises(LinkUnreachable):
            await reader().read(own.url())


def test_a_public_address_is_let_through() -> None:
    with _Door(is_public)(
        (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("1.1.1.1", 443))
    ) as opened:
        assert opened.family == socket.AF_INET


async def test_a_name_that_cannot_be_one_says_so() -> None:
    with pytest.raises((LinkUnreachable, LinkRefused)):
        await reader().read(f"http://{'a' * 70}.example/fox.jpg")
