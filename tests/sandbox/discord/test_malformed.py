"""Bodies of a wrong shape are refused like any other wrong body; the stand-in itself never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from nanobot.sandbox.discord import File
from tests.sandbox.discord.conftest import Raw, Scene

TINY = File("fox.png", b"no picture at all")
WRONG: tuple[Any, ...] = (None, 5, "x", [], {}, [1], {"a": 1}, True)

LEGACY = {
    "content": "x",
    "nonce": "7",
    "enforce_nonce": True,
    "flags": 4,
    "allowed_mentions": {"parse": ["roles"], "users": ["1"], "replied_user": True},
    "message_reference": {"message_id": "5", "fail_if_not_exists": False},
    "embeds": [
        {
            "title": "a",
            "color": 5,
            "image": {"url": "https://a.example/a.png"},
            "footer": {"text": "f"},
            "author": {"name": "n"},
            "fields": [{"name": "a", "value": "b"}],
        }
    ],
    "components": [
        {
            "type": 1,
            "components": [
                {"type": 3, "custom_id": "s", "min_values": 1, "options": [{"label": "a", "value": "a"}]}
            ],
        },
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go", "id": 3}]},
    ],
}
LAYOUT = {
    "flags": 1 << 15,
    "attachments": [{"id": 0, "filename": "fox.png", "description": "a fox"}],
    "components": [
        {
            "type": 17,
            "accent_color": 5,
            "components": [
                {"type": 10, "content": "x"},
                {"type": 9, "components": [{"type": 10, "content": "y"}], "accessory": {"type": 11}},
                {"type": 12, "items": [{"media": {"url": "attachment://fox.png"}, "description": "d"}]},
                {"type": 13, "file": {"url": "attachment://fox.png"}},
                {"type": 14, "spacing": 1},
            ],
        }
    ],
}
FORM = {
    "type": 9,
    "data": {
        "title": "t",
        "custom_id": "c",
        "components": [
            {"type": 18, "label": "l", "component": {"type": 4, "custom_id": "a", "style": 1, "value": "v"}},
            {
                "type": 18,
                "label": "l",
                "component": {"type": 21, "custom_id": "b", "options": [{"label": "a"}]},
            },
            {"type": 1, "components": [{"type": 4, "custom_id": "d", "style": 1, "label": "old"}]},
        ],
    },
}
ANSWER = {"type": 4, "data": {"content": "x", "flags": 64}}
COMMANDS = [
    {
        "type": 1,
        "name": "a",
        "description": "b",
        "name_localizations": {"de": "c"},
        "default_member_permissions": "32",
        "contexts": [0],
        "integration_types": [0],
        "options": [
            {
                "type": 2,
                "name": "g",
                "description": "d",
                "options": [
                    {
                        "type": 1,
                        "name": "s",
                        "description": "d",
                        "options": [
                            {
                                "type": 3,
                                "name": "o",
                                "description": "d",
                                "min_length": 1,
                                "choices": [{"name": "n", "value": "v"}],
                            },
                            {"type": 4, "name": "i", "description": "d", "min_value": 1, "max_value": 2},
                        ],
                    }
                ],
            }
        ],
    }
]


def spoilt(value: Any) -> Iterator[Any]:
    """Yield copies of a body in which one thing, however deep, has become something else."""
    yield from WRONG
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        for wrong in spoilt(inner):
            copy = deepcopy(value)
            copy[key] = wrong
            yield copy


@pytest.mark.parametrize("body", [LEGACY, LAYOUT], ids=["content and embeds", "layout"])
async def test_spoilt_messages_are_taken_or_refused(scene: Scene, raw: Raw, body: dict[str, Any]) -> None:
    broken = []
    for wrong in spoilt(body):
        reply = await raw.post(scene.general, wrong, files=[TINY])
        if reply.status not in {200, 400}:
            broken.append((reply.status, wrong))

    assert broken == []


async def test_spoilt_edits_are_taken_or_refused(scene: Scene, raw: Raw) -> None:
    posted = await raw.post(scene.general, {"content": "x"}, files=[TINY])
    path = f"/channels/{scene.general.id}/messages/{posted.body['id']}"
    broken = [wrong for wrong in spoilt(LEGACY) if (await raw("PATCH", path, wrong)).status not in {200, 400}]

    assert broken == []


@pytest.mark.parametrize("body", [FORM, ANSWER], ids=["form", "message"])
async def test_spoilt_callbacks_are_taken_or_refused(scene: Scene, raw: Raw, body: dict[str, Any]) -> None:
    await raw.sync({"name": "ping"})
    broken = []
    for wrong in spoilt(body):
        call = await scene.alice.types("/ping", scene.general)
        reply = await raw.answer(call, wrong)
        if reply.status not in {204, 400}:
            broken.append((reply.status, wrong))

    assert broken == []


async def test_spoilt_commands_are_taken_or_refused(scene: Scene, raw: Raw) -> None:
    path = f"/applications/{scene.stand_in.application_id}/commands"
    broken = [wrong for wrong in spoilt(COMMANDS) if (await raw("PUT", path, wrong)).status not in {200, 400}]

    assert broken == []
