"""Commands, menus, buttons and forms, as the person sees them and as the library decoded them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from nanobot.sandbox.discord import Channel, CommandNotVisible, File, Invocation, Message
from tests.openapi_discord import check_requests, require_specification
from tests.sandbox.discord_js.conftest import REPLY_PICTURE, Scene

pytestmark = pytest.mark.asyncio(loop_scope="package")

EPHEMERAL = "Ephemeral"
OPTION_LINE = "/picture prompt:a fox in the snow shape:Wide count:3 strength:0.5 hd:True artist:@bob team:@artists place:#general"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def panel(scene: Scene, channel: Channel | None = None) -> tuple[Invocation, Message]:
    call = await scene.alice.types("/panel", channel or scene.general)
    return call, await call.response()


async def test_every_kind_of_option_is_decoded(scene: Scene) -> None:
    call = await scene.alice.types(OPTION_LINE, scene.general, {"image": scene.cat})
    options: dict[str, Any] = (await scene.program.saw("command", id=str(call.id)))["options"]
    image = options.pop("image")
    artist = options.pop("artist")

    assert options == {
        "prompt": {"type": "String", "value": "a fox in the snow"},
        "shape": {"type": "String", "value": "16:9"},
        "count": {"type": "Integer", "value": 3},
        "strength": {"type": "Number", "value": 0.5},
        "hd": {"type": "Boolean", "value": True},
        "team": {"type": "Role", "value": str(scene.artists.id), "role": "artists"},
        "place": {"type": "Channel", "value": str(scene.general.id), "channel": "general"},
    }
    assert artist["user"] == "bob"
    assert artist["member"] == {"name": "bob", "displayName": "Bob", "roles": ["@everyone"]}
    assert image["attachment"] == {
        "name": "my_cat.png",
        "size": len(scene.cat.data),
        "width": 451,
        "height": 300,
        "contentType": "image/png",
        "description": None,
        "ephemeral": True,
        "sha256": digest(scene.cat.data),
    }
    await call.followup()


async def test_who_asked_and_where_is_decoded(scene: Scene) -> None:
    call, _ = await panel(scene)
    pressed = await scene.alice.presses(await call.response(), "Later")
    seen = await scene.program.saw("press", id=str(pressed.id))

    assert seen["user"] == "alice"
    assert set(seen["member"]["roles"]) == {"@everyone", "artists"}
    assert (seen["guild"], seen["channel"]) == ("Fox Den", "general")
    assert (seen["locale"], seen["guildLocale"]) == ("de", "en-GB")
    assert seen["attachmentSizeLimit"] == scene.guild.upload_limit_bytes == 50 * 1024 * 1024
    assert seen["context"] == 0
    assert seen["owners"] == {"0": str(scene.guild.id)}


async def test_permissions_are_what_the_library_adds_up_itself(scene: Scene) -> None:
    """discord.js computes them from roles and overwrites; Discord sends them with the interaction."""
    closet = scene.guild.add_channel("closet")
    closet.deny_everyone("embed_links", "send_polls")
    closet.deny_bot("attach_files")
    closet.allow_bot("embed_links")
    call, _ = await panel(scene, closet)
    pressed = await scene.alice.presses(await call.response(), "Update")
    seen = await scene.program.saw("press", id=str(pressed.id))

    assert "EmbedLinks" in seen["appPermissions"]
    assert "AttachFiles" not in seen["appPermissions"]
    assert "EmbedLinks" not in seen["memberPermissions"]
    assert "SendPolls" not in seen["memberPermissions"]
    assert "AttachFiles" in seen["memberPermissions"]
    assert set(seen["appPermissions"]) == set(seen["computedAppPermissions"])
    assert set(seen["memberPermissions"]) == set(seen["computedMemberPermissions"])


async def test_a_deferral_becomes_a_picture_with_alt_text_and_buttons(scene: Scene) -> None:
    call = await scene.alice.types("/picture prompt:a red fox", scene.general, {"image": scene.cat})
    aside = await call.followup()
    shown = await call.response()
    seen = await scene.program.saw("posted", id=str(shown.id))
    deferral = await scene.program.saw("deferral", id=str(call.id))

    assert deferral["flags"] == ["Loading"]
    assert shown.content == seen["content"] == "Here it is"
    assert not shown.ephemeral
    assert shown.buttons == ["Again", "About"]
    assert seen["customIds"] == ["again", None]
    assert [(file.filename, file.description) for file in shown.attachments] == [("picture.png", "a red fox")]
    assert shown.attachments[0].data == scene.cat.data
    assert seen["attachments"][0]["sha256"] == digest(scene.cat.data)
    assert seen["attachments"][0]["description"] == "a red fox"
    assert scene.alice.sees(aside)
    assert not scene.bob.sees(aside)


async def test_an_ephemeral_follow_up_is_known_as_one(scene: Scene) -> None:
    call = await scene.alice.types("/picture prompt:a fox", scene.general, {"image": scene.cat})
    aside = await call.followup()
    seen = await scene.program.saw("posted", id=str(aside.id))

    assert aside.text == seen["content"] == "Only you see this"
    assert seen["flags"] == [EPHEMERAL]
    assert seen["repliesTo"] == str((await call.response()).id)


async def test_a_subcommand_defers_ephemerally_and_finds_a_member_twice(scene: Scene) -> None:
    call = await scene.moderator.types("/quota show member:@alice", scene.general)
    shown = await call.response()
    seen = await scene.program.saw("command", id=str(call.id))
    members = await scene.program.saw("members", interaction=str(call.id))

    assert seen["path"] == [None, "show"]
    assert "ManageGuild" in seen["memberPermissions"]
    assert shown.ephemeral
    assert not scene.alice.sees(shown)
    assert "Allowance" in shown.text
    assert (await scene.program.saw("posted", id=str(shown.id)))["embeds"] == ["Allowance"]
    assert members["asked"] == [members["read"]]
    assert set(members["read"]["roles"]) == {"@everyone", "artists"}


async def test_a_subcommand_of_a_group_is_found(scene: Scene) -> None:
    call = await scene.moderator.types("/quota role set who:@artists images:9", scene.general)
    await call.response()
    seen = await scene.program.saw("command", id=str(call.id))

    assert seen["path"] == ["role", "set"]
    assert seen["options"]["images"] == {"type": "Integer", "value": 9}
    assert seen["options"]["who"]["role"] == "artists"


async def test_the_permissions_that_a_command_asks_for_hide_it(scene: Scene) -> None:
    with pytest.raises(CommandNotVisible, match="permission"):
        await scene.alice.types("/quota show member:@alice", scene.general)


async def test_suggestions_reach_the_person(scene: Scene) -> None:
    offered = await scene.alice.completes("/picture prompt:a fox style:water", scene.general)

    assert offered == [("In watercolour", "watercolour"), ("In water lilies", "water lilies")]
    assert (await scene.program.saw("autocomplete"))["focused"]["value"] == "water"


async def test_the_apps_menu_brings_the_whole_message(scene: Scene) -> None:
    """The target comes in full, although the bot may not read messages."""
    said = await scene.bob.says("my cat", scene.general, files=[scene.cat])
    call = await scene.alice.uses_app("Describe", said)
    shown = await call.response()
    target = (await scene.program.saw("menu", id=str(call.id)))["target"]

    assert shown.text == "It says: my cat"
    assert shown.ephemeral
    assert target["author"] == "bob"
    assert target["attachments"][0]["sha256"] == digest(scene.cat.data)
    assert (await scene.program.saw("message", id=str(said.id)))["content"] == ""


async def test_a_press_updates_its_message(scene: Scene) -> None:
    call, message = await panel(scene)
    pressed = await scene.bob.presses(message, "update")
    await call.settled(lambda shown: shown.content == f"Updated by {scene.bob.mention}")
    seen = await scene.program.saw("press", id=str(pressed.id))

    assert message.buttons == []
    assert seen["customId"] == "update"
    assert seen["label"] == "Update"
    assert seen["message"]["id"] == str(message.id)
    assert seen["message"]["content"] == "A panel"
    assert seen["message"]["customIds"][-2:] == ["people", "sizes"]


async def test_a_press_is_deferred_and_its_message_edited_later(scene: Scene) -> None:
    call, message = await panel(scene)
    await scene.alice.presses(message, "Later")
    await call.settled(lambda shown: shown.content == "Edited later")

    assert message.buttons == ["Update", "Later", "Form", "Layout", "Wrong", "Tidy"]
    assert (await scene.program.saw("update", id=str(message.id), content="Edited later"))["content"]


async def test_menus_bring_people_and_values(scene: Scene) -> None:
    _, message = await panel(scene)
    people = await scene.alice.selects(message, "Who?", scene.bob, scene.alice)
    sizes = await scene.alice.selects(message, "sizes", "Large")
    seen = await scene.program.saw("choice", id=str(people.id))

    assert (await sizes.response()).text == "Chosen: l"
    assert str(scene.bob.id) in (await people.response()).text
    assert set(seen["users"]) == {"alice", "bob"}
    assert {member["displayName"] for member in seen["members"]} == {"Alice", "Bob"}


async def test_a_form_is_opened_filled_in_and_submitted(scene: Scene) -> None:
    call, message = await panel(scene)
    opened = await scene.alice.presses(message, "Form")
    modal = await opened.wait_modal()
    rocket = File("rocket.jpg", REPLY_PICTURE.read_bytes())
    answers = {"Prompt": "two foxes\nand a crow", "Size": "Small"}
    submitted = await scene.alice.submits(opened, answers, files={"Files": [scene.cat, rocket]})
    await call.settled(lambda shown: shown.content == "two foxes\nand a crow")
    seen = await scene.program.saw("form", id=str(submitted.id))

    assert modal.title == "Change the picture"
    assert seen["isFromMessage"] is True
    assert (seen["prompt"], seen["size"]) == ("two foxes\nand a crow", ["s"])
    assert [file["sha256"] for file in seen["files"]] == [digest(scene.cat.data), digest(rocket.data)]


async def test_what_is_left_empty_in_a_form_is_empty(scene: Scene) -> None:
    call, message = await panel(scene)
    submitted = await scene.alice.submits(await scene.alice.presses(message, "Form"))
    await call.settled(lambda shown: shown.content == "a fox")
    seen = await scene.program.saw("form", id=str(submitted.id))

    assert (seen["prompt"], seen["size"], seen["files"]) == ("a fox", [], [])


async def test_a_layout_shows_its_picture(scene: Scene) -> None:
    _, message = await panel(scene)
    pressed = await scene.alice.presses(message, "Layout")
    shown = await pressed.response()
    seen = await scene.program.saw("layout", id=str(shown.id))

    assert shown.has_layout
    assert shown.text == seen["text"] == "# A card"
    assert seen["flags"] == ["IsComponentsV2"]
    assert seen["alt"] == "a card"
    assert seen["pictureSize"] == REPLY_PICTURE.stat().st_size
    assert [file.filename for file in shown.attachments] == ["card.png"]


async def test_a_refusal_is_decoded_and_the_openapi_file_refuses_the_same(scene: Scene) -> None:
    _, message = await panel(scene)
    pressed = await scene.alice.presses(message, "Wrong")
    await pressed.settled(lambda shown: shown.content == "That was too long.")
    seen = await scene.program.saw("refusal", id=str(pressed.id))
    refused = [request for request in scene.stand_in.requests if request.status == 400]

    assert (seen["name"], seen["code"], seen["status"]) == ("DiscordAPIError[50035]", 50035, 400)
    assert seen["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"
    require_specification()
    assert "content" in "".join(check_requests(refused))


async def test_responses_are_fetched_edited_and_deleted(scene: Scene) -> None:
    _, message = await panel(scene)
    pressed = await scene.alice.presses(message, "Tidy")
    aside = await (await pressed.followup()).wait_for(lambda shown: shown.content == "Aside, edited")
    seen = await scene.program.saw("tidied", id=str(pressed.id))

    assert seen["fetched"] == "For a moment"
    assert pressed.deleted
    assert not aside.is_deleted


async def test_a_command_in_direct_messages_has_neither_guild_nor_member(scene: Scene) -> None:
    call, message = await panel(scene, scene.alice.dm)
    await scene.alice.presses(message, "Later")
    await call.settled(lambda shown: shown.content == "Edited later")
    seen = await scene.program.saw("command", id=str(call.id))

    assert seen.keys().isdisjoint({"guild", "member"})
    assert seen["context"] == 1
    assert seen["user"] == "alice"
    assert set(seen["appPermissions"]) == {
        "AttachFiles",
        "EmbedLinks",
        "MentionEveryone",
        "UseExternalEmojis",
    }


async def test_a_user_installed_app_answers_where_the_bot_is_not(scene: Scene) -> None:
    """The library does not know the guild and takes what the interaction tells."""
    elsewhere = scene.stand_in.add_guild("Elsewhere", has_bot=False, locale="fr")
    hall = elsewhere.add_channel("hall")
    carol = elsewhere.add_member("carol")
    carol.installs_app()
    call = await carol.types("/panel", hall)
    message = await call.response()
    await carol.presses(message, "Update")
    await call.settled(lambda shown: shown.content == f"Updated by {carol.mention}")
    seen = await scene.program.saw("command", id=str(call.id))

    assert seen["owners"] == {"1": str(carol.id)}
    assert (seen["user"], seen["guildLocale"], seen["context"]) == ("carol", "fr", 0)
    assert "guild" not in seen
