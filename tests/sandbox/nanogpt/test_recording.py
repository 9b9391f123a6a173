"""What a test, or the person at the sandbox, can see of the requests."""

from __future__ import annotations

import io
from datetime import timedelta

import aiohttp
from PIL import Image

from nanobot.sandbox.nanogpt import DataUrlSummary, NanoGPTStandIn
from nanobot.sandbox.nanogpt.recording import KEPT_BODIES, Recording
from tests.sandbox.nanogpt.conftest import KEY, Client, Wristwatch
from tests.sandbox.nanogpt.photographs import CAT, MASK, data_url, encoded, opened, photograph


async def test_a_picture_is_summed_up_and_kept(client: Client, nanogpt: NanoGPTStandIn) -> None:
    order = {"model": "flux-lora/inpainting", "prompt": "a boat", "imageDataUrl": CAT, "maskDataUrl": MASK}
    await client.make(order)
    request = await nanogpt.next_request()
    content = encoded("chelsea.png", "JPEG")

    assert request.body == order
    assert request.fields["prompt"] == "a boat"
    assert request.fields["imageDataUrl"] == DataUrlSummary(
        media_type="image/jpeg", bytes=len(content), width=96, height=64, orientation=1, has_alpha=False
    )


async def test_orientation_and_transparency_are_seen(client: Client, nanogpt: NanoGPTStandIn) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = io.BytesIO()
    opened(encoded("chelsea.png", "PNG")).save(turned, "JPEG", exif=exif)
    urls = [
        data_url(turned.getvalue(), "image/jpeg"),
        data_url(photograph("logo.png"), "image/png"),
        "data:,",
    ]
    await client.make({"model": "flux-kontext", "prompt": "join", "imageDataUrls": urls})
    summaries = nanogpt.requests[0].fields["imageDataUrls"]
    assert isinstance(summaries, list)

    assert summaries[0].orientation == 6
    assert summaries[1].has_alpha
    assert summaries[2] == "data:,"


async def test_the_key_is_not_recorded(client: Client, nanogpt: NanoGPTStandIn) -> None:
    headers = {
        "Authorization": f"Bearer {KEY}",
        "x-api-key": KEY,
        "User-Agent": "nanobot/1",
        "moderation": "true",
    }
    await client.send("POST", "/api/v1/images/generations", headers=headers, json={"prompt": "a fox"})
    [request] = nanogpt.requests

    assert (request.method, request.path) == ("POST", "/api/v1/images/generations")
    assert request.headers["User-Agent"] == "nanobot/1"
    assert request.headers["moderation"] == "true"
    assert KEY not in repr(request)


async def test_requests_are_handed_out_once_and_in_turn(client: Client, nanogpt: NanoGPTStandIn) -> None:
    for prompt in ("one", "two"):
        await client.make({"prompt": prompt, "size": "512x512"})
    first, second = await nanogpt.next_request(), await nanogpt.next_request()

    assert [first.fields["prompt"], second.fields["prompt"]] == ["one", "two"]
    assert [first, second] == nanogpt.requests


async def test_the_bodies_of_old_requests_are_let_go() -> None:
    recording = Recording()
    for number in range(KEPT_BODIES + 1):
        await recording.note_received(method="POST", path="/", headers={}, body={"seed": number})

    assert recording.requests[0].body is None
    assert recording.requests[0].fields == {"seed": 0}
    assert recording.requests[1].body == {"seed": 1}


async def test_whoever_listens_hears_of_each_request_and_its_answer(watch: Wristwatch) -> None:
    """Days go by a clock of their own, so that turning it does not end the addresses of pictures."""
    heard: list[int | None] = []
    stand_in = NanoGPTStandIn(
        api_key=KEY, day_clock=watch, on_request=lambda: heard.append(stand_in.requests[-1].status)
    )
    stand_in.trouble.daily_limit = 1
    await stand_in.start()
    try:
        async with aiohttp.ClientSession() as session:
            client = Client(session, stand_in.base_url)
            made = await client.make({"prompt": "a boat", "size": "512x512", "response_format": "url"})
            refused = await client.make({"prompt": "a boat", "size": "512x512"})
            watch.turn(timedelta(days=1))
            url = made.items[0]["url"]
            async with session.get(url) as picture:
                status_of_picture = picture.status
            again = await client.make({"prompt": "a boat", "size": "512x512"})
    finally:
        await stand_in.stop()

    assert (made.status, refused.status, again.status, status_of_picture) == (200, 429, 200, 200)
    assert heard == [None, 200, None, 429, None, 200]
