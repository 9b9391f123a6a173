"""The signed addresses that pictures are fetched from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.shelf import MAX_KEPT_BYTES, Gone, Shelf
from tests.sandbox.nanogpt.conftest import Client, Wristwatch
from tests.sandbox.nanogpt.photographs import opened

PROMPT = {"prompt": "a lighthouse", "size": "512x512", "response_format": "url"}


async def _url(client: Client) -> str:
    return (await client.make(PROMPT)).items[0]["url"]


async def test_a_picture_is_fetched_without_a_key(client: Client) -> None:
    answer = await client.send("GET", await _url(client), headers={})

    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert opened(answer.body).size == (512, 512)


async def test_an_address_ends_after_an_hour(client: Client, watch: Wristwatch) -> None:
    url = await _url(client)
    watch.turn(timedelta(minutes=59))
    within = await client.send("GET", url)
    watch.turn(timedelta(minutes=1))
    after = await client.send("GET", url)

    assert (within.status, after.status) == (200, 403)
    assert b"Request has expired" in after.body


@pytest.mark.parametrize(
    ("old", "new"),
    [("expires=", "expires=9"), ("signature=", "signature=0"), ("signature=", "x="), ("/files/", "/files/0")],
    ids=["later expiry", "other signature", "no signature", "other file"],
)
async def test_a_changed_address_is_forbidden(client: Client, old: str, new: str) -> None:
    answer = await client.send("GET", (await _url(client)).replace(old, new))

    assert answer.status == 403
    assert b"SignatureDoesNotMatch" in answer.body


async def test_expired_addresses_can_be_had_at_once(client: Client, nanogpt: NanoGPTStandIn) -> None:
    url = await _url(client)
    nanogpt.trouble.expire_urls = True
    expired = await client.send("GET", url)
    nanogpt.trouble.expire_urls = False
    alive = await client.send("GET", url)

    assert (expired.status, alive.status) == (403, 200)


def test_the_oldest_pictures_go_when_the_shelf_is_full(watch: Wristwatch) -> None:
    shelf = Shelf(watch)
    paths = [shelf.put(bytes(MAX_KEPT_BYTES // 2)) for _ in range(3)]
    found = [shelf.get(*_parts(path)) for path in paths]

    assert found[0] == Gone()
    assert isinstance(found[1], bytes)
    assert isinstance(found[2], bytes)


def _parts(path: str) -> tuple[str, str, str]:
    file, _, query = path.partition("?")
    expires, _, signature = query.partition("&")
    file_id = file.removeprefix("/files/").removesuffix(".png")
    return file_id, expires.removeprefix("expires="), signature.removeprefix("signature=")
