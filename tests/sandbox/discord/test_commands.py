"""Syncing commands, who is offered them, and how a typed line is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nanobot.clock import TurnableClock
from nanobot.sandbox.discord import BadOption, CommandNotVisible, DiscordStandIn
from nanobot.sandbox.discord.errors import ApiRefusal
from tests.sandbox.discord.conftest import Raw, Scene


def option(**fields: Any) -> dict[str, Any]:
    return {"type": 3, "name": "prompt", "description": "words", **fields}


def choice(name: str, value: object = "v") -> dict[str, Any]:
    return {"name": name, "value": value}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "upper case": ({"name": "Imagine"}, "INVALID_NAME"),
    "space": ({"name": "make it"}, "INVALID_NAME"),
    "33 letters": ({"name": "x" * 33}, "1 and 32"),
    "no description": ({"name": "a", "description": ""}, "description"),
    "description 101": ({"name": "a", "description": "x" * 101}, "1 and 100"),
    "unknown type": ({"name": "a", "type": 9}, "BASE_TYPE_CHOICES"),
    "described context menu": (
        {"name": "Edit image", "type": 3, "description": "words"},
        "INVALID_DESCRIPTION",
    ),
    "26 options": ({"name": "a", "options": [option(name=f"o{n}") for n in range(26)]}, "25 or fewer"),
    "same option twice": ({"name": "a", "options": [option(), option()]}, "NAME_ALREADY_EXISTS"),
    "required after optional": (
        {"name": "a", "options": [option(), option(name="b", required=True)]},
        "REQUIRED_INVALID",
    ),
    "upper case option": ({"name": "a", "options": [option(name="Prompt")]}, "INVALID_NAME"),
    "option without description": ({"name": "a", "options": [option(description=None)]}, "required"),
    "26 choices": ({"name": "a", "options": [option(choices=[choice(str(n)) for n in range(26)])]}, "25 or"),
    "choice 101": ({"name": "a", "options": [option(choices=[choice("x" * 101)])]}, "1 and 100"),
    "same choice twice": (
        {"name": "a", "options": [option(choices=[choice("a"), choice("a")])]},
        "CHOICE_NAME",
    ),
    "choices and autocomplete": (
        {"name": "a", "options": [option(choices=[choice("a")], autocomplete=True)]},
        "AUTOCOMPLETE",
    ),
    "choices of an attachment": (
        {"name": "a", "options": [option(type=11, choices=[choice("a")])]},
        "CHOICES",
    ),
    "min over max": ({"name": "a", "options": [option(type=4, min_value=5, max_value=4)]}, "MIN_VALUE"),
    "max_length 6001": ({"name": "a", "options": [option(max_length=6001)]}, "6000"),
    "subcommand beside an option": (
        {"name": "a", "options": [option(), {"type": 1, "name": "b", "description": "w"}]},
        "mutually exclusive",
    ),
    "subcommand in a subcommand": (
        {
            "name": "a",
            "options": [{**option(type=1, name="b"), "options": [option(type=1, name="c")]}],
        },
        "not allowed here",
    ),
    "option in a group": (
        {"name": "a", "options": [{**option(type=2, name="b"), "options": [option()]}]},
        "not allowed here",
    ),
    "no contexts": ({"name": "a", "contexts": []}, "not empty"),
    "unknown installation": ({"name": "a", "integration_types": [2]}, "SET_TYPE"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_wrong_command_is_refused_with_its_place(scene: Scene, raw: Raw, name: str) -> None:
    body, told = REFUSED[name]
    reply = await raw.sync(body)

    assert (reply.status, reply.code) == (400, 50035)
    assert told in reply.told
    assert scene.stand_in.commands.sync_count == 0


async def test_a_command_has_8000_characters(scene: Scene, raw: Raw) -> None:
    choices = [choice(f"{number}".ljust(100, "x"), "y" * 100) for number in range(20)]
    options = [option(name=f"o{number}", choices=choices) for number in range(2)]
    reply = await raw.sync({"name": "a", "options": options})

    assert (reply.code, "TOO_LARGE" in reply.told) == (50035, True)
    assert (await raw.sync({"name": "a", "options": options[:1]})).status == 200


async def test_a_hundred_commands_and_fifteen_of_each_menu(scene: Scene, raw: Raw) -> None:
    slash = [{"name": f"c{number}"} for number in range(101)]
    menu = [{"name": f"C {number}", "type": 3, "description": ""} for number in range(16)]

    assert (await raw.sync(*slash)).code == 30032
    assert (await raw.sync(*menu)).code == 30032
    assert (await raw.sync(*slash[:100], *menu[:15])).status == 200
    assert "DUPLICATE_NAME" in (await raw.sync(slash[0], slash[0])).told


async def test_200_new_names_a_day() -> None:
    clock = TurnableClock(datetime(2026, 1, 1, tzinfo=UTC))
    commands = DiscordStandIn(clock=clock).commands
    for batch in range(2):
        commands.sync(None, [{"name": f"b{batch}-{n}", "description": "w"} for n in range(100)])
    commands.sync(None, [{"name": f"b1-{n}", "description": "again"} for n in range(100)])
    with pytest.raises(ApiRefusal, match="30034"):
        commands.sync(None, [{"name": "one-more", "description": "w"}])
    clock.turn(timedelta(days=1))

    assert commands.sync(None, [{"name": "one-more", "description": "w"}])[0]["name"] == "one-more"


async def test_a_synced_command_keeps_its_id(scene: Scene, raw: Raw) -> None:
    first = await raw.sync({"name": "imagine"}, {"name": "help"})
    second = await raw.sync({"name": "help", "description": "changed"})
    listed = await raw("GET", f"/applications/{scene.stand_in.application_id}/commands")

    assert second.body[0]["id"] == first.body[1]["id"]
    assert [command["description"] for command in listed.body] == ["changed"]
    assert scene.stand_in.commands.sync_count == 2
    assert (await raw("PUT", "/applications/5/commands", [])).code == 10002


async def test_a_guild_has_commands_of_its_own(scene: Scene, raw: Raw) -> None:
    path = f"/applications/{scene.stand_in.application_id}/guilds/{scene.guild.id}/commands"
    await raw("PUT", path, [{"name": "den", "description": "w"}])
    elsewhere = scene.stand_in.add_guild("Elsewhere").add_channel("general")
    call = await scene.alice.types("/den", scene.general)

    assert call.data["guild_id"] == str(scene.guild.id)
    with pytest.raises(CommandNotVisible, match="no command named den"):
        await scene.guild.owner.types("/den", elsewhere)


async def test_admin_commands_are_hidden_from_members_who_can_still_force_them(
    scene: Scene, raw: Raw
) -> None:
    await raw.sync(
        {"name": "quota", "default_member_permissions": str(1 << 5)},
        {"name": "locked", "default_member_permissions": "0"},
    )
    manager = scene.guild.add_member("mona", permissions=["MANAGE_GUILD"])
    admin = scene.guild.add_member("ada", permissions=["ADMINISTRATOR"])
    for line in ("/quota", "/locked"):
        with pytest.raises(CommandNotVisible, match="permission"):
            await scene.alice.types(line, scene.general)
        await admin.types(line, scene.general)
        await scene.guild.owner.types(line, scene.general)
    await manager.types("/quota", scene.general)
    with pytest.raises(CommandNotVisible):
        await manager.types("/locked", scene.general)

    assert (await scene.alice.forces("/quota", scene.general)).data["name"] == "quota"


@pytest.mark.parametrize(
    ("command", "in_guild", "in_nsfw", "in_dm"),
    [
        ({}, True, True, True),
        ({"contexts": [0]}, True, True, False),
        ({"contexts": [1]}, False, False, True),
        ({"dm_permission": False}, True, True, False),
        ({"nsfw": True}, False, True, True),
        ({"integration_types": [1]}, False, False, False),
    ],
    ids=["everywhere", "guilds", "direct messages", "old guilds", "age-restricted", "installed by users"],
)
async def test_commands_are_offered_where_they_belong(
    scene: Scene, raw: Raw, *, command: dict[str, Any], in_guild: bool, in_nsfw: bool, in_dm: bool
) -> None:
    await raw.sync({"name": "imagine", **command})
    nsfw = scene.guild.add_channel("adults", nsfw=True)
    for channel, is_offered in ((scene.general, in_guild), (nsfw, in_nsfw), (scene.alice.dm, in_dm)):
        if is_offered:
            await scene.alice.types("/imagine", channel)
        else:
            with pytest.raises(CommandNotVisible):
                await scene.alice.types("/imagine", channel)


async def test_members_need_the_permission_to_use_commands(scene: Scene, raw: Raw) -> None:
    await raw.sync({"name": "imagine"})
    scene.general.deny_everyone("USE_APPLICATION_COMMANDS")
    with pytest.raises(CommandNotVisible, match="application commands"):
        await scene.alice.types("/imagine", scene.general)


IMAGINE = {
    "name": "imagine",
    "options": [
        option(required=True, max_length=30),
        option(name="negative_prompt"),
        option(name="count", type=4, min_value=1, max_value=4),
        option(name="size", choices=[choice("Square", "1024x1024"), choice("Wide", "1536x1024")]),
        option(name="strength", type=10, min_value=0, max_value=1),
        option(name="private", type=5),
        option(name="image", type=11),
        option(name="friend", type=6),
        option(name="place", type=7, channel_types=[0]),
    ],
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("prompt:a fox", {"prompt": "a fox"}),
        ("prompt:a fox: red, size matters", {"prompt": "a fox: red, size matters"}),
        ("count:2 prompt:see https://a.example", {"prompt": "see https://a.example", "count": 2}),
        ("prompt:a\nb negative_prompt:rain", {"prompt": "a\nb", "negative_prompt": "rain"}),
        ("prompt:a prompt:b", {"prompt": "a prompt:b"}),
        ("prompt:a size:wide", {"prompt": "a", "size": "1536x1024"}),
        ("prompt:a size:1024x1024", {"prompt": "a", "size": "1024x1024"}),
        ("prompt:a strength:0.25 private:true", {"prompt": "a", "strength": 0.25, "private": True}),
        ("prompt:a count:", {"prompt": "a"}),
    ],
    ids=["one", "colons", "any order", "lines", "twice", "choice", "value", "number", "left empty"],
)
async def test_a_line_is_read_by_the_names_of_options(
    scene: Scene, raw: Raw, line: str, expected: dict[str, object]
) -> None:
    await raw.sync(IMAGINE)
    call = await scene.alice.types(f"/imagine {line}", scene.general)

    assert {entry["name"]: entry["value"] for entry in call.data["options"]} == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("count:2", "prompt: This option is required"),
        ("a fox", "belongs to no option"),
        ("prompt:" + "x" * 31, "between 0 and 30 characters"),
        ("prompt:a count:5", "between 1 and 4"),
        ("prompt:a count:two", "Enter an integer"),
        ("prompt:a strength:much", "Enter a number"),
        ("prompt:a size:Tall", "not a valid choice"),
        ("prompt:a private:maybe", "true or false"),
        ("prompt:a image:fox.png", "takes a file"),
        ("prompt:a friend:@nobody", "not a valid choice"),
        ("prompt:a place:#foxes", "not a valid choice"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
async def test_the_composer_sends_no_wrong_value(scene: Scene, raw: Raw, line: str, words: str) -> None:
    await raw.sync(IMAGINE)
    scene.general.add_thread("foxes")
    with pytest.raises(BadOption, match=words):
        await scene.alice.types(f"/imagine {line}", scene.general)


async def test_files_go_to_options_that_take_them(scene: Scene, raw: Raw) -> None:
    await raw.sync(IMAGINE)
    call = await scene.alice.types("/imagine prompt:a", scene.general, {"image": scene.fox})
    uploaded = next(iter(call.data["resolved"]["attachments"].values()))

    assert uploaded["filename"] == "fox.png"
    assert "/ephemeral-attachments/" in uploaded["url"]
    with pytest.raises(BadOption, match="mask: no such option"):
        await scene.alice.types("/imagine prompt:a", scene.general, {"mask": scene.fox})


async def test_subcommands_are_followed(scene: Scene, raw: Raw) -> None:
    leaf = option(type=1, name="set", options=[option(name="images", type=4)])
    await raw.sync({"name": "quota", "options": [option(type=2, name="role", options=[leaf])]})
    call = await scene.alice.types("/quota role set images:3", scene.general)

    assert call.data["options"] == [
        {"name": "role", "type": 2, "options": [{"name": "set", "type": 1, "options": _images(3)}]}
    ]
    with pytest.raises(BadOption, match="takes one of: role"):
        await scene.alice.types("/quota member", scene.general)


def _images(value: int) -> list[dict[str, object]]:
    return [{"name": "images", "type": 4, "value": value}]


async def test_a_line_without_a_slash_is_no_command(scene: Scene) -> None:
    with pytest.raises(CommandNotVisible, match="begins with a slash"):
        await scene.alice.types("imagine", scene.general)
