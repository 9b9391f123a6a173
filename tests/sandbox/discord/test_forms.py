"""Forms and menus: what Discord refuses of the bot, and what the client refuses of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from nanobot.sandbox.discord import BadOption, File, Invocation, Message, NotPossible
from nanobot.sandbox.discord.forms import FormFiles, FormValue
from tests.sandbox.discord.conftest import Raw, Scene


def label(component: dict[str, Any], text: str = "Field") -> dict[str, Any]:
    return {"type": 18, "label": text, "component": component}


def text_input(**fields: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": "text", "style": 1, **fields}


def options(*values: str, **fields: Any) -> dict[str, Any]:
    return {"options": [{"label": value.title(), "value": value, **fields} for value in values]}


def modal(*components: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "type": 9,
        "data": {"title": "A form", "custom_id": "form", "components": list(components), **fields},
    }


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "title 46": (modal(label(text_input()), title="x" * 46), "1 and 45"),
    "no custom_id": (modal(label(text_input()), custom_id=None), "required"),
    "six fields": (modal(*(label(text_input(custom_id=str(n))) for n in range(6))), "1 and 5"),
    "no fields": (modal(), "1 and 5"),
    "button": (modal({"type": 2, "style": 1, "label": "x", "custom_id": "b"}), "UNION_TYPE_CHOICES"),
    "button in a label": (modal(label({"type": 2, "style": 1, "custom_id": "b"})), "UNION_TYPE_CHOICES"),
    "label 46": (modal(label(text_input(), "x" * 46)), "1 and 45"),
    "empty label": (modal({"type": 18, "label": "x"}), "required"),
    "same custom_id twice": (modal(label(text_input()), label(text_input())), "DUPLICATED"),
    "placeholder 101": (modal(label(text_input(placeholder="x" * 101))), "100 or fewer"),
    "no style": (modal(label(text_input(style=None))), "required"),
    "max_length 4001": (modal(label(text_input(max_length=4001))), "4000"),
    "11 files": (modal(label({"type": 19, "custom_id": "f", "max_values": 11})), "less than or equal to 10"),
    "one radio": (modal(label({"type": 21, "custom_id": "r", **options("a")})), "2 and 10"),
    "11 boxes": (modal(label({"type": 22, "custom_id": "c", **options(*"abcdefghijk")})), "1 and 10"),
    "old row without a label": (modal({"type": 1, "components": [text_input()]}), "required"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_wrong_form_is_refused_with_its_place(scene: Scene, raw: Raw, name: str) -> None:
    body, told = REFUSED[name]
    await raw.sync({"name": "ping"})
    call = await scene.alice.types("/ping", scene.general)
    reply = await raw.answer(call, body)

    assert (reply.status, reply.code) == (400, 50035)
    assert told in reply.told
    assert not call.is_acknowledged


async def opened(scene: Scene, raw: Raw, *components: dict[str, Any]) -> Invocation:
    await raw.sync({"name": "ping"})
    call = await scene.alice.types("/ping", scene.general)
    reply = await raw.answer(call, modal(*components))
    assert reply.status == 204
    return call


async def test_every_kind_of_field_is_submitted(scene: Scene, raw: Raw) -> None:
    call = await opened(
        scene,
        raw,
        label(text_input(), "Prompt"),
        label({"type": 21, "custom_id": "radio", **options("oil", "ink")}, "Style"),
        label({"type": 22, "custom_id": "boxes", "max_values": 2, **options("a", "b", "c")}, "Which"),
        label({"type": 23, "custom_id": "box"}, "Private"),
        label({"type": 19, "custom_id": "files", "max_values": 2}, "Pictures"),
    )
    answers: dict[str, FormValue] = {"Prompt": "a fox", "Style": "Ink", "boxes": ["A", "c"], "Private": True}
    sent = await scene.alice.submits(call, answers, {"Pictures": [scene.fox, File("b.png", b"b")]})
    fields = {entry["component"]["custom_id"]: entry["component"] for entry in sent.data["components"]}

    assert fields["text"]["value"] == "a fox"
    assert fields["radio"]["value"] == "ink"
    assert fields["boxes"]["values"] == ["a", "c"]
    assert fields["box"]["value"] is True
    assert fields["files"]["values"] == list(sent.data["resolved"]["attachments"])
    assert sent.opener is call


async def test_defaults_are_submitted_when_nothing_is_changed(scene: Scene, raw: Raw) -> None:
    call = await opened(
        scene,
        raw,
        {"type": 10, "content": "Read this first"},
        {"type": 1, "components": [text_input(label="Old", value="as it was")]},
        label({"type": 3, "custom_id": "select", **options("a", default=True)}),
        label({"type": 21, "custom_id": "radio", "required": False, **options("oil", "ink")}),
        label({"type": 22, "custom_id": "boxes", "required": False, **options("a")}),
    )
    sent = await scene.alice.submits(call)
    hint, old, select, radio, boxes = sent.data["components"]

    assert (hint["type"], old["components"][0]["value"]) == (10, "as it was")
    assert select["component"]["values"] == ["a"]
    assert (radio["component"]["value"], boxes["component"]["values"]) == (None, [])


@pytest.mark.parametrize(
    ("component", "answers", "files", "words"),
    [
        (text_input(), {}, {}, "Field: This field is required"),
        (text_input(max_length=3), {"Field": "four"}, {}, "between 0 and 3"),
        (text_input(required=False), {"Other": "x"}, {}, "Other: no such field"),
        ({"type": 3, "custom_id": "s", **options("a")}, {"Field": "b"}, {}, "not on offer"),
        ({"type": 3, "custom_id": "s", **options("a", "b")}, {"Field": ["a", "b"]}, {}, "between 1 and 1"),
        ({"type": 3, "custom_id": "s", **options("a")}, {"Field": True}, {}, "takes a choice"),
        ({"type": 21, "custom_id": "r", **options("a", "b")}, {}, {}, "required"),
        ({"type": 19, "custom_id": "f"}, {}, {}, "between 1 and 1"),
        ({"type": 19, "custom_id": "f"}, {}, {"f": File("big", bytes(11 << 20))}, "too powerful"),
        ({"type": 5, "custom_id": "u"}, {"Field": "@nobody"}, {}, "not on offer"),
    ],
    ids=["empty", "long", "unknown", "option", "two", "yes", "radio", "no file", "big file", "nobody"],
)
async def test_the_client_submits_nothing_wrong(
    scene: Scene,
    raw: Raw,
    *,
    component: dict[str, Any],
    answers: Mapping[str, FormValue],
    files: FormFiles,
    words: str,
) -> None:
    call = await opened(scene, raw, label(component))
    with pytest.raises(BadOption, match=words):
        await scene.alice.submits(call, answers, files)


async def test_a_form_is_open_for_one_person(scene: Scene, raw: Raw) -> None:
    call = await opened(scene, raw, label(text_input()))
    with pytest.raises(NotPossible, match="somebody else"):
        await scene.guild.owner.submits(call, {"Field": "x"})
    with pytest.raises(NotPossible, match="without a message"):
        await call.response()


async def test_a_form_of_a_command_cannot_update_a_message(scene: Scene, raw: Raw) -> None:
    call = await opened(scene, raw, label(text_input()))
    sent = await scene.alice.submits(await call.wait_modal(), {"Field": "x"})

    assert (await raw.answer(sent, modal(label(text_input())))).code == 50035
    assert (await raw.answer(sent, {"type": 7, "data": {"content": "x"}})).code == 50035
    assert (await raw.answer(sent, {"type": 4, "data": {"content": "x"}})).status == 204


async def panel(scene: Scene, raw: Raw, *rows: dict[str, Any]) -> Message:
    components = [{"type": 1, "components": [row]} for row in rows]
    await raw.post(scene.general, {"content": "a panel", "components": components})
    return await scene.general.next_message()


async def test_menus_take_people_roles_and_channels(scene: Scene, raw: Raw) -> None:
    role = scene.guild.add_role("Artist")
    message = await panel(
        scene,
        raw,
        {"type": 7, "custom_id": "who", "max_values": 2},
        {"type": 6, "custom_id": "role"},
        {"type": 8, "custom_id": "where"},
        {"type": 3, "custom_id": "many", "min_values": 0, "max_values": 2, **options("a", "b")},
    )
    who = await scene.alice.selects(message, "who", scene.alice, role)
    picked = await scene.alice.selects(message, "role", "@Artist")
    where = await scene.alice.selects(message, "where", scene.general)
    none = await scene.alice.selects(message, "many")

    assert who.data["values"] == [str(scene.alice.id), str(role.id)]
    assert set(who.data["resolved"]) == {"users", "members", "roles"}
    assert picked.data["resolved"]["roles"][str(role.id)]["name"] == "Artist"
    assert where.data["resolved"]["channels"][str(scene.general.id)]["name"] == "general"
    assert none.data["values"] == []
    with pytest.raises(BadOption, match="between 1 and 2"):
        await scene.alice.selects(message, "who")


async def test_buttons_that_cannot_be_pressed(scene: Scene, raw: Raw) -> None:
    message = await panel(
        scene,
        raw,
        {"type": 2, "style": 1, "custom_id": "off", "label": "Off", "disabled": True},
        {"type": 2, "style": 5, "url": "https://a.example", "label": "Docs"},
    )
    with pytest.raises(NotPossible, match="disabled"):
        await scene.alice.presses(message, "Off")
    with pytest.raises(NotPossible, match="is a link"):
        await scene.alice.presses(message, "Docs")


async def test_a_deferred_update_edits_the_message_of_the_button(scene: Scene, raw: Raw) -> None:
    message = await panel(scene, raw, {"type": 2, "style": 1, "custom_id": "go", "label": "Go"})
    press = await scene.alice.presses(message, "go")
    await raw.answer(press, {"type": 6})
    await raw("PATCH", raw.webhook(press, "/messages/@original"), {"content": "changed"})
    again = await scene.alice.presses(message, "Go")
    await raw.answer(again, {"type": 4, "data": {"content": "new"}})
    answer = await again.response()

    assert (message.content, answer.reference) == ("changed", message)
    assert answer.interaction_metadata is not None
    assert answer.interaction_metadata["interacted_message_id"] == str(message.id)
