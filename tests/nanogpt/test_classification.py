"""Judging finished pictures: what is sent and understood, and that it is not paid for twice."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt import (
    MAX_DATA_URL_BYTES,
    Classification,
    NanoGPTClient,
    OutOfFunds,
    ServerFailed,
    Unauthorized,
    UnreadableAnswer,
)
from nanobot.nanogpt.classification import parse_classification
from tests.nanogpt.vendor import (
    KEY,
    PHOTOGRAPH,
    Pauses,
    answering,
    client_of,
    error_document,
    refusing,
    reply_of,
    serving,
)

_PICTURE = "data:image/jpeg;base64," + base64.b64encode(PHOTOGRAPH).decode()
_ANSWER = {"model": "nsfw-classifier", "cost": 0.003, "currency": "USD", "has_nsfw_concepts": [False, True]}


async def test_pictures_are_judged_in_their_order() -> None:
    async with serving(answering(document=_ANSWER)) as vendor, client_of(vendor.url) as client:
        judgement = await client.classify_pictures([_PICTURE, _PICTURE])

    seen = vendor.seen[0]
    assert (seen.method, seen.path) == ("POST", "/api/nsfw/image")
    assert seen.headers["x-api-key"] == KEY
    assert seen.headers["Content-Type"] == "application/json"
    assert json.loads(seen.body) == {"imageDataUrls": [_PICTURE, _PICTURE]}
    assert judgement == Classification(flags=(False, True), cost=Decimal("0.003"))


@pytest.mark.parametrize(
    "document",
    [
        {},
        _ANSWER | {"has_nsfw_concepts": [False]},
        _ANSWER | {"has_nsfw_concepts": [False, False, False]},
        _ANSWER | {"has_nsfw_concepts": [False, None]},
        _ANSWER | {"has_nsfw_concepts": "no"},
        _ANSWER | {"has_nsfw_concepts": {"0": False, "1": False}},
        b"<html>",
    ],
)
def test_judgement_that_is_not_one_of_every_picture_is_none(document: Any) -> None:
    """Half a judgement must not pass for "harmless"."""
    with pytest.raises(UnreadableAnswer):
        parse_classification(reply_of(document), count=2, secret=KEY)


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"cost": None}, None),
        ({"cost": "0.0015"}, Decimal("0.0015")),
        ({"currency": None}, Decimal("0.003")),
        ({"currency": "XNO"}, None),
        ({"currency": ["USD"]}, None),
    ],
)
def test_price_is_told_where_it_is_one_in_dollars(fields: dict[str, Any], cost: Decimal | None) -> None:
    assert parse_classification(reply_of(_ANSWER | fields), count=2, secret=KEY).cost == cost


async def test_judgement_of_unknown_outcome_is_not_asked_for_twice() -> None:
    async with serving(answering(500, text="<html>")) as vendor, client_of(vendor.url) as client:
        with pytest.raises(ServerFailed):
            await client.classify_pictures([_PICTURE])

    assert len(vendor.seen) == 1


async def test_judgement_that_was_surely_not_made_is_asked_for_again() -> None:
    pauses = Pauses()
    limited = answering(429, error_document("rate_limit_exceeded"), headers={"Retry-After": "1"})
    async with (
        serving(limited, answering(document=_ANSWER)) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        await client.classify_pictures([_PICTURE, _PICTURE])

    assert len(vendor.seen) == 2
    assert pauses.seconds == [1.25]


async def test_refused_judgement_tells_why() -> None:
    refused = answering(402, {"error": "Insufficient balance", "status": 402})
    async with serving(refused) as vendor, client_of(vendor.url) as client:
        with pytest.raises(OutOfFunds):
            await client.classify_pictures([_PICTURE])


@pytest.mark.parametrize(
    "data_urls",
    [
        [],
        [_PICTURE] * 11,
        ["https://cdn.example/a.png"],
        ["data:image/png;base64," + "a" * MAX_DATA_URL_BYTES],
        ['data:image/png;base64,"'],
    ],
    ids=["none", "too many", "address", "too large", "quote"],
)
async def test_what_nanogpt_would_not_take_is_not_sent(data_urls: list[str]) -> None:
    async with refusing() as url, client_of(url) as client:
        with pytest.raises(ValueError, match=r"picture|data URL"):
            await client.classify_pictures(data_urls)


async def test_without_a_key_nothing_is_judged() -> None:
    async with NanoGPTClient(api_key=None) as client:
        with pytest.raises(Unauthorized):
            await client.classify_pictures([_PICTURE])
