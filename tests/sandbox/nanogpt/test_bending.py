"""Answers with status 200 that are not what they should be."""

from __future__ import annotations

from typing import get_args

import aiohttp
import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.bending import Bend
from nanobot.sandbox.nanogpt.recording import Route
from tests.sandbox.nanogpt.conftest import Answer, Client
from tests.sandbox.nanogpt.photographs import CAT

ORDER: dict[str, object] = {"prompt": "a quiet harbour", "size": "512x512", "response_format": "url", "n": 2}
OTHER_ROUTES: dict[Route, tuple[str, str, object]] = {
    "catalogue": ("GET", "/api/v1/image-models", None),
    "balance": ("POST", "/api/check-balance", None),
    "usage": ("GET", "/api/subscription/v1/usage", None),
    "nsfw": ("POST", "/api/nsfw/image", {"imageDataUrl": CAT}),
    "tasks": ("POST", "/api/check-midjourney-status", {"task_id": "7"}),
}


@pytest.mark.parametrize("bend", get_args(Bend))
async def test_a_bent_answer_is_paid_and_comes_once(
    client: Client, nanogpt: NanoGPTStandIn, bend: Bend
) -> None:
    nanogpt.trouble.bend_next(bend)
    bent, straight = await client.make(ORDER), await client.make(ORDER)

    assert (bent.status, nanogpt.paid_pictures) == (200, 4)
    assert [list(item) for item in straight.items] == [["url"], ["url"]]
    assert _shape(bent) != _shape(straight)


def _shape(answer: Answer) -> object:
    """Return what an answer is made of, whatever the values in it are."""
    if not isinstance(answer.json, dict):
        return type(answer.json)
    items = answer.json.get("data", [])
    return sorted(answer.json), [{name: type(value) for name, value in item.items()} for item in items]


@pytest.mark.parametrize(("bend", "count"), [("empty_data", 0), ("one_fewer", 1), ("one_more", 3)])
async def test_other_numbers_of_pictures_come_than_were_ordered(
    client: Client, nanogpt: NanoGPTStandIn, bend: Bend, count: int
) -> None:
    nanogpt.trouble.bend_next(bend)
    answer = await client.make(ORDER)

    assert (len(answer.items), nanogpt.paid_pictures) == (count, 2)


async def test_a_picture_comes_in_both_forms(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.bend_next("url_and_b64")
    answer = await client.make(ORDER)

    assert [list(item) for item in answer.items] == [["url", "b64_json"]] * 2


async def test_values_come_in_other_types_and_in_their_places(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.trouble.bend_next("wrong_types")
    answer = await client.make(ORDER)

    assert answer.fields["cost"] == ["0.007"]
    assert all(isinstance(item["url"], int) for item in answer.items)


async def test_an_error_comes_under_a_good_status(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.bend_next("error_inside")
    answer = await client.make(ORDER)

    assert (answer.status, answer.error["code"]) == (200, "upstream_error")


@pytest.mark.parametrize("route", OTHER_ROUTES)
async def test_other_routes_are_bent_on_their_own(
    client: Client, nanogpt: NanoGPTStandIn, route: Route
) -> None:
    method, path, body = OTHER_ROUTES[route]
    nanogpt.trouble.bend_next("html", on=route)
    nanogpt.trouble.bend_next("error_inside", on=route)
    page, error = [await client.send(method, path, json=body) for _ in range(2)]
    after = await client.send(method, path, json=body)

    assert (page.status, page.body[:15]) == (200, b"<!DOCTYPE html>")
    assert (error.status, list(error.fields)) == (200, ["error"])
    assert "error" not in after.fields


async def test_nothing_becomes_something_and_an_object_a_list(
    client: Client, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.trouble.bend_next("wrong_types", on="usage")
    nanogpt.trouble.bend_next("wrong_shape", on="usage")
    mistyped, misshapen, usage = [
        (await client.send("GET", "/api/subscription/v1/usage")).json for _ in range(3)
    ]
    assert isinstance(mistyped, dict)

    assert (mistyped["graceUntil"], mistyped["active"]) == ("nothing", ["False"])
    assert misshapen == [usage]


@pytest.mark.parametrize("route", [*OTHER_ROUTES, "files"])
async def test_other_lines_can_be_cut(client: Client, nanogpt: NanoGPTStandIn, route: Route) -> None:
    made = await client.make({**ORDER, "n": 1})
    method, path, body = OTHER_ROUTES.get(route, ("GET", made.items[0]["url"], None))
    # aiohttp repeats a GET once by itself when nothing was answered.
    cuts = 2 if method == "GET" else 1
    nanogpt.trouble.break_connection("before_work", cuts, on=route)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.send(method, path, json=body)
    nanogpt.trouble.break_connection("mid_body", on=route)
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.send(method, path, json=body)
    after = await client.send(method, path, json=body)
    await nanogpt.called(route, cuts + 2)

    assert [call.status for call in nanogpt.calls(route)] == [None] * (cuts + 1) + [200]
    assert after.status == 200


async def test_a_picture_can_come_as_a_page_or_as_nothing(client: Client, nanogpt: NanoGPTStandIn) -> None:
    made = await client.make({**ORDER, "n": 1})
    nanogpt.trouble.bend_next("html", on="files")
    nanogpt.trouble.bend_next("empty_body", on="files")
    nanogpt.trouble.bend_next("cut_json", on="files")
    url = made.items[0]["url"]
    page, nothing, half, whole = [await client.send("GET", url, headers={}) for _ in range(4)]

    assert page.body.startswith(b"<!DOCTYPE html>")
    assert nothing.body == b""
    assert half.body == whole.body[: len(whole.body) // 2]
