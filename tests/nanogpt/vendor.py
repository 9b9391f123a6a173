"""Real servers on free ports that stand where NanoGPT stands, each as well or ill behaved as a test needs."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import skimage
from aiohttp import web
from multidict import CIMultiDict

from nanobot.nanogpt import ImageRequest, NanoGPTClient, Pace
from nanobot.nanogpt.transport import Reply

PHOTOGRAPH = (Path(skimage.__file__).parent / "data" / "rocket.jpg").read_bytes()
KEY = "sk-nano-0123456789abcdef"
REQUEST = ImageRequest(prompt="a lighthouse in fog", model="hidream")

Answerer: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
RawAnswerer: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class Vendor:
    """A running server: its address and what reached it."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)


@dataclass(slots=True)
class Pauses:
    """Stands in for sleeping: notes each pause and does not wait."""

    seconds: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass(slots=True)
class TurnedClock:
    """A clock that stands still save where somebody sleeps by it."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@asynccontextmanager
async def serving(*answers: Answerer) -> AsyncIterator[Vendor]:
    """Answer the first request by the first of `answers`, and so on; the last one answers all that follow."""
    vendor = Vendor()

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        vendor.seen.append(
            Seen(method=request.method, path=request.raw_path, headers=request.headers.copy(), body=body)
        )
        return await answers[min(len(vendor.seen), len(answers)) - 1](request)

    application = web.Application(client_max_size=32 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    vendor.url = f"http://{host}:{port}"
    try:
        yield vendor
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serving_raw(answer: RawAnswerer) -> AsyncIterator[Vendor]:
    """Serve bytes that no HTTP library would send; each connection is closed after `answer`."""
    vendor = Vendor()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path = head.split(" ")[:2]
        vendor.seen.append(Seen(method=method, path=path, headers=CIMultiDict(), body=b""))
        await answer(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    vendor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield vendor


@asynccontextmanager
async def refusing() -> AsyncIterator[str]:
    """Give an address at which every connection is refused: bound, so that nobody else takes it, and not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def client_of(
    url: str,
    *,
    pauses: Pauses | None = None,
    timeout_seconds: float = 60,
    api_key: str | None = KEY,
    clock: TurnedClock | None = None,
) -> NanoGPTClient:
    """Return a client that waits for nothing: its pauses are noted, and its pace goes by a clock that is turned."""
    clock = clock or TurnedClock()
    return NanoGPTClient(
        api_key=api_key,
        base_url=url,
        pace=Pace(clock=clock.read, sleep=clock.sleep),
        timeout_seconds=timeout_seconds,
        sleep=(pauses or Pauses()).sleep,
        jitter=lambda: 0.5,
    )


def answering(
    status: int = 200, document: Any = None, *, text: str | None = None, headers: dict[str, str] | None = None
) -> Answerer:
    async def answer(_: web.Request) -> web.StreamResponse:
        if text is not None:
            return web.Response(status=status, text=text, content_type="text/html", headers=headers)
        return web.Response(
            status=status,
            body=json.dumps(document).encode(),
            content_type="application/json",
            headers=headers,
        )

    return answer


def answering_bytes(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Answerer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


def reply_of(document: Any, status: int = 200, **headers: str) -> Reply:
    """Return an answer as the parsers get it; bytes stay as they are, and `X_Request_ID` names `X-Request-ID`."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=body)


def error_document(
    code: str | None, message: str = "no", kind: str = "invalid_request_error"
) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def inline_document(*pictures: bytes) -> dict[str, Any]:
    return {
        "created": 1754000000,
        "data": [{"b64_json": base64.b64encode(picture).decode()} for picture in pictures],
        "cost": 0.0125,
        "paymentSource": "USD",
        "remainingBalance": 41.5,
    }


def hosted_document(*urls: str) -> dict[str, Any]:
    return {
        "created": 1754000000,
        "data": [{"url": url} for url in urls],
        "cost": 0.005,
        "paymentSource": "USD",
        "remainingBalance": 41.5,
    }
