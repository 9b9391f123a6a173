"""Requests that the page would not send."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.page.browser import Browser

UNCLEAR = "The sandbox does not understand what the page sent: reload the page."


@pytest.mark.parametrize(
    "action",
    [
        None,
        [],
        "slash",
        {},
        {"type": "fly"},
        {"type": "slash"},
        {"type": "slash", "line": 5},
        {"type": "slash", "line": "/usage", "attachments": ["u1"]},
        {"type": "slash", "line": "/usage", "attachments": {"image": 1}},
        {"type": "autocomplete"},
        {"type": "autocomplete", "line": "/imagine model:x", "attachments": "image"},
        {"type": "say", "text": None},
        {"type": "say", "text": "x", "uploads": "u1"},
        {"type": "say", "text": "x", "uploads": [1]},
        {"type": "say", "text": "x", "reply_to": 5},
        {"type": "press", "message": 5, "custom_id": "x"},
        {"type": "select", "message": "5", "custom_id": "x", "values": "y"},
        {"type": "menu", "message": "5"},
        {"type": "submit", "modal": "5", "answers": {"field": 5}},
        {"type": "submit", "modal": "5", "uploads": {"field": "u1"}},
        {"type": "close"},
        {"type": "delete"},
    ],
    ids=str,
)
async def test_what_is_no_action_is_refused(lonely: Browser, action: Any) -> None:
    reply = await lonely.act("alice", action)

    assert (reply.status, reply.sentence) == (400, UNCLEAR)


async def test_what_is_no_json_object_is_refused(lonely: Browser) -> None:
    for data, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")):
        headers = {"Origin": lonely.origin, "Content-Type": kind}
        async with lonely.session.post(f"{lonely.origin}/api/act", data=data, headers=headers) as response:
            assert (response.status, (await response.json())["sentence"]) == (400, UNCLEAR)


async def test_nobody_acts_from_where_nobody_is(lonely: Browser) -> None:
    say = {"type": "say", "text": "hello"}

    assert (await lonely.act("mallory", say)).status == 404
    assert (await lonely.act("alice", say, "secret")).status == 404


@pytest.mark.parametrize(
    "action",
    [
        {"type": "press", "message": "12", "custom_id": "x"},
        {"type": "select", "message": "12", "custom_id": "x", "values": []},
        {"type": "menu", "message": "-1", "name": "Edit image"},
        {"type": "delete", "message": "latest"},
        {"type": "say", "text": "x", "reply_to": "12"},
    ],
    ids=lambda action: str(action["type"]),
)
async def test_a_message_that_is_not_there_cannot_be_used(lonely: Browser, action: dict[str, Any]) -> None:
    assert (await lonely.act("alice", action)).sentence == "This message is not on your screen."


@pytest.mark.parametrize(
    "knob",
    [
        None,
        {"type": "turn_clock"},
        {"type": "turn_clock", "hours": "1"},
        {"type": "trouble", "name": "meteor", "on": True},
        {"type": "trouble", "name": "slow", "on": "yes"},
        {"type": "restart_bot", "how": "gently"},
    ],
    ids=str,
)
async def test_what_is_no_knob_is_refused(lonely: Browser, knob: Any) -> None:
    assert (await lonely.turns(knob)).sentence == UNCLEAR


@pytest.mark.parametrize("hours", [0, -1, 366 * 24 + 1, 1e300, True])
async def test_the_clock_turns_forwards_and_not_too_far(lonely: Browser, hours: float) -> None:
    reply = await lonely.turns({"type": "turn_clock", "hours": hours})

    assert reply.sentence in {"The clock turns forwards only, and by 366 days at most at a time.", UNCLEAR}


async def test_the_bot_is_not_restarted_before_it_was_online(lonely: Browser) -> None:
    reply = await lonely.turns({"type": "restart_bot", "how": "kill"})

    assert reply.sentence == "The bot is still being started: wait until it is online."
