"""What NanoGPT's client costs: `python benchmarks/nanogpt_client.py`.

A local server in a process of its own answers. The first table compares small orders with bare aiohttp, the same order
posted and its answer parsed by hand, alone and with a hundred in flight: what the client adds. The second compares an
answer of four pictures in base64, read and decoded, with the official `openai` client: time, peak of memory, and
the longest pause of the event loop, in which a bot would answer nobody. The third reads such an answer that has arrived,
beside `json.loads` and `b64decode`. Rounds alternate, the numbers are medians.
The pace is opened wide; waiting for one's turn is no cost of the client.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import aiohttp
import openai
from aiohttp import web

from nanobot.nanogpt import ImageRequest, InlinePicture, NanoGPTClient, Pace
from nanobot.nanogpt.answers import parse_images
from nanobot.nanogpt.client import GENERATIONS_PATH
from nanobot.nanogpt.transport import Reply, open_session

_KEY = "sk-benchmark"
_SMALL = ImageRequest(prompt="a lighthouse in fog", model="small")
_LARGE = ImageRequest(prompt="a lighthouse in fog", model="large", n=4, response_format="b64_json")
_PICTURES = 4
_PICTURE_BYTES = 2_000_000
_IN_FLIGHT = 100
_ROUNDS_ALONE = 300
_ROUNDS_TOGETHER = 15
_ROUNDS_LARGE = 15
_TICK_SECONDS = 0.0005

Call: TypeAlias = Callable[[], Awaitable[object]]


async def main() -> None:
    """Print both tables."""
    async with (
        _serving() as url,
        open_session() as bare,
        aiohttp.ClientSession() as kept,
        NanoGPTClient(api_key=_KEY, base_url=url, pace=Pace(1e6)) as ours,
        openai.AsyncOpenAI(api_key=_KEY, base_url=f"{url}/v1", max_retries=0) as official,
    ):
        small = {
            "bare aiohttp": lambda: _post(bare, url),
            "bare aiohttp, connection kept": lambda: _post(kept, url),
            "this client": lambda: ours.generate(_SMALL),
        }
        large = {"openai": lambda: _openai_pictures(official), "this client": lambda: _our_pictures(ours)}
        await _compare_small(small)
        await _compare_large(large)
        _compare_reading()


async def _compare_small(ways: Mapping[str, Call]) -> None:
    alone: dict[str, list[float]] = {name: [] for name in ways}
    together: dict[str, list[float]] = {name: [] for name in ways}
    for calls, rounds, seconds in ((1, _ROUNDS_ALONE, alone), (_IN_FLIGHT, _ROUNDS_TOGETHER, together)):
        for round_number in range(-2, rounds):
            for name, call in ways.items():
                taken = await _time(lambda call=call, calls=calls: _gather(call, calls)) / calls  # type: ignore[misc]
                if round_number >= 0:
                    seconds[name].append(taken)
    print(f"| small order | alone | ratio | {_IN_FLIGHT} in flight, each | ratio |\n|---|---|---|---|---|")
    base_alone, base_together = (statistics.median(seconds["bare aiohttp"]) for seconds in (alone, together))
    for name in ways:
        one, many = statistics.median(alone[name]), statistics.median(together[name])
        print(
            f"| {name} | {one * 1e3:.2f} ms | {one / base_alone:.2f} | {many * 1e3:.2f} ms | {many / base_together:.2f} |"
        )


async def _compare_large(ways: Mapping[str, Call]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    pauses: dict[str, list[float]] = {name: [] for name in ways}
    for round_number in range(-1, _ROUNDS_LARGE):
        for name, call in ways.items():
            taken, pause = await _time_with_pause(call)
            if round_number >= 0:
                seconds[name].append(taken)
                pauses[name].append(pause)
    peaks = {name: await _peak_bytes(call) for name, call in ways.items()}
    print(
        f"\n| {_PICTURES} pictures of {_PICTURE_BYTES / 1e6:g} MB in base64 | time | longest pause | peak |"
    )
    print("|---|---|---|---|")
    for name in ways:
        print(
            f"| {name} | {statistics.median(seconds[name]) * 1e3:.0f} ms "
            f"| {statistics.median(pauses[name]) * 1e3:.1f} ms | {peaks[name] / 1e6:.1f} MB |"
        )
    print(
        f"| ratio | {_ratio(seconds, ways):.2f} | {_ratio(pauses, ways):.2f} | {_peak_ratio(peaks, ways):.2f} |"
    )


def _compare_reading() -> None:
    body = _answers()["large"]
    reply = Reply(status=200, headers={}, body=body)
    ways: dict[str, Callable[[], object]] = {
        "json.loads and b64decode": lambda: [
            base64.b64decode(item["b64_json"]) for item in json.loads(body)["data"]
        ],
        "this client": lambda: parse_images(reply, secret=_KEY),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS_LARGE):
        for name, read in ways.items():
            started = time.perf_counter()
            read()
            seconds[name].append(time.perf_counter() - started)
    plain, ours = (statistics.median(seconds[name]) for name in ways)
    print(
        f"\nThe same answer, once it is there: {ours * 1e3:.2f} ms; {plain / ours:.1f} times as long by hand"
    )


def _ratio(values: Mapping[str, Sequence[float]], ways: Mapping[str, Call]) -> float:
    rival, ours = (statistics.median(values[name]) for name in ways)
    return ours / rival


def _peak_ratio(peaks: Mapping[str, int], ways: Mapping[str, Call]) -> float:
    rival, ours = (peaks[name] for name in ways)
    return ours / rival


async def _post(session: aiohttp.ClientSession, url: str) -> object:
    headers = {"Authorization": f"Bearer {_KEY}"}
    async with session.post(url + GENERATIONS_PATH, json=_SMALL.to_body(), headers=headers) as response:
        document: dict[str, Any] = json.loads(await response.read())
        return document["data"][0]["url"]


async def _our_pictures(client: NanoGPTClient) -> list[bytes]:
    answer = await client.generate(_LARGE)
    return [picture.data for picture in answer.pictures if isinstance(picture, InlinePicture)]


async def _openai_pictures(client: openai.AsyncOpenAI) -> list[bytes]:
    answer = await client.images.generate(
        model=_LARGE.model, prompt=_LARGE.prompt, n=_LARGE.n, response_format="b64_json"
    )
    return [base64.b64decode(picture.b64_json or "") for picture in answer.data or ()]


async def _gather(call: Call, count: int) -> None:
    if count == 1:
        await call()
    else:
        await asyncio.gather(*(call() for _ in range(count)))


async def _time(call: Call) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


async def _time_with_pause(call: Call) -> tuple[float, float]:
    """Return how long a call took, and the longest time in which the event loop did nothing else."""
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK_SECONDS)
            worst = max(worst, time.perf_counter() - before - _TICK_SECONDS)

    ticker = asyncio.create_task(tick())
    seconds = await _time(call)
    await asyncio.sleep(2 * _TICK_SECONDS)
    ticker.cancel()
    return seconds, worst


async def _peak_bytes(call: Call) -> int:
    gc.collect()
    tracemalloc.start()
    pictures = await call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(pictures, list)
    assert [len(picture) for picture in pictures] == [_PICTURE_BYTES] * _PICTURES
    return peak


@asynccontextmanager
async def _serving() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "serve", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


def _answers() -> dict[str, bytes]:
    """Return what the server answers, by model."""
    picture = b"\x89PNG\r\n\x1a\n" + os.urandom(_PICTURE_BYTES - 8)
    inline = {"b64_json": base64.b64encode(picture).decode()}
    return {
        model: json.dumps({"created": 1, "data": data, "cost": 0.005, "remainingBalance": 41.5}).encode()
        for model, data in (
            ("small", [{"url": "https://cdn.example/a.png"}]),
            ("large", [inline] * _PICTURES),
        )
    }


def _serve() -> None:
    """Answer until terminated; the address stands on the first line of the output."""
    answers = _answers()

    async def answer(request: web.Request) -> web.Response:
        model = (await request.json())["model"]
        return web.Response(body=answers[model], content_type="application/json")

    async def run() -> None:
        application = web.Application()
        application.router.add_post(GENERATIONS_PATH, answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2 * _IN_FLIGHT)
        await site.start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        _serve()
    else:
        asyncio.run(main())
