"""Messages of people: what the library may read of them, and its replies."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import Message
from tests.sandbox.discord_js.conftest import REPLY_PICTURE, Scene

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def regular_message(scene: Scene) -> Message:
    """Let the bot post a message that answers no interaction."""
    asked = await scene.alice.says("a picture, please", scene.general, mentions=[scene.stand_in.bot])
    return await reply_to(scene, asked)


async def reply_to(scene: Scene, asked: Message) -> Message:
    reply = await asked.channel.next_message(after=asked, where=lambda message: message.reference is asked)
    return await reply.wait_for(lambda message: message.content == "Here you are")


async def test_a_message_is_blank_without_the_intent(scene: Scene) -> None:
    said = await scene.alice.says("between us", scene.general, files=[scene.cat])
    seen = await scene.program.saw("message", id=str(said.id))

    assert seen["author"] == "alice"
    assert set(seen["member"]["roles"]) == {"@everyone", "artists"}
    assert (seen["content"], seen["readAgain"], seen["attachments"]) == ("", "", [])
    assert not seen["namesMe"]


async def test_a_mention_is_read_and_answered_with_a_file(scene: Scene) -> None:
    said = await scene.alice.says(
        "draw this", scene.general, mentions=[scene.stand_in.bot], files=[scene.cat]
    )
    shown = await reply_to(scene, said)
    seen = await scene.program.saw("message", id=str(said.id))
    replied = await scene.program.saw("replied", to=str(said.id))

    assert seen["content"] == seen["readAgain"] == f"{scene.stand_in.bot.mention} draw this"
    assert seen["attachments"][0]["size"] == len(scene.cat.data)
    assert shown.is_regular
    assert [(file.filename, file.description) for file in shown.attachments] == [("reply.png", "a reply")]
    assert shown.attachments[0].data == REPLY_PICTURE.read_bytes()
    assert replied["attachments"][0]["size"] == REPLY_PICTURE.stat().st_size
    assert replied["edited"] is True
    assert replied["pinged"] == []
    assert shown.nonce == str(said.id)
    assert said.reactions == {"👀": [scene.stand_in.bot]}
    assert (await scene.program.saw("reaction", message=str(said.id)))["emoji"] == "👀"


async def test_a_pinging_reply_to_a_regular_message_is_read(scene: Scene) -> None:
    picture = await regular_message(scene)
    said = await scene.bob.says("now in blue", scene.general, reply_to=picture)
    await reply_to(scene, said)
    seen = await scene.program.saw("message", id=str(said.id))

    assert seen["content"] == seen["readAgain"] == "now in blue"
    assert seen["repliesTo"] == str(picture.id)
    assert seen["namesMe"]


async def test_a_reply_without_ping_is_blank(scene: Scene) -> None:
    picture = await regular_message(scene)
    said = await scene.bob.says("now in blue", scene.general, reply_to=picture, ping=False)
    seen = await scene.program.saw("message", id=str(said.id))

    assert (seen["content"], seen["namesMe"]) == ("", False)
    assert seen["repliesTo"] == str(picture.id)


async def test_a_pinging_reply_to_a_response_is_blank(scene: Scene) -> None:
    call = await scene.alice.types("/panel", scene.general)
    said = await scene.bob.says("now in blue", scene.general, reply_to=await call.response())
    await reply_to(scene, said)
    seen = await scene.program.saw("message", id=str(said.id))

    assert (seen["content"], seen["namesMe"]) == ("", True)


async def test_a_direct_message_is_read_and_answered(scene: Scene) -> None:
    said = await scene.bob.says("just between us", scene.bob.dm, files=[scene.cat])
    shown = await reply_to(scene, said)
    seen = await scene.program.saw("message", id=str(said.id))

    assert seen["isDirect"] is True
    assert seen["member"] is None
    assert seen["content"] == "just between us"
    assert seen["attachments"][0]["name"] == "my_cat.png"
    assert shown.channel is scene.bob.dm


async def test_the_bot_writes_first(scene: Scene) -> None:
    said = await scene.bob.says("tell me privately", scene.general, mentions=[scene.stand_in.bot])
    sent = await scene.program.saw("sent", to=str(said.id))
    shown = await scene.bob.dm.next_message(where=lambda message: message.content == "Between us")

    assert sent["id"] == str(shown.id)
    assert sent["channelId"] == str(scene.bob.dm.id)
    assert sent["attachments"][0]["size"] == REPLY_PICTURE.stat().st_size


async def test_closed_direct_messages_are_a_refusal(scene: Scene) -> None:
    dora = scene.guild.add_member("dora")
    dora.closes_dms()
    said = await dora.says("tell me privately", scene.general, mentions=[scene.stand_in.bot])
    refused = await scene.program.saw("refusal", id=str(said.id))

    assert (refused["status"], refused["code"]) == (403, 50007)
    assert not dora.dm.messages


async def test_a_deleted_message_is_gone_on_both_sides(scene: Scene) -> None:
    said = await scene.alice.says("oh, never mind", scene.general)
    await scene.program.saw("message", id=str(said.id))
    await scene.alice.deletes(said)

    assert await scene.program.saw("delete", id=str(said.id))
    assert said.is_deleted


async def test_a_rate_limit_is_waited_out(scene: Scene) -> None:
    scene.stand_in.trouble.rate_limit_next("POST", "/channels/{channel_id}/messages", retry_after_seconds=0.2)
    start = len(scene.stand_in.requests)
    said = await scene.alice.says("once more", scene.general, mentions=[scene.stand_in.bot])
    await reply_to(scene, said)
    posts = [one for one in scene.stand_in.requests[start:] if one.route == "/channels/{channel_id}/messages"]

    assert [post.status for post in posts] == [429, 200]
    assert posts[1].received_at - posts[0].received_at >= 0.2


async def test_a_server_error_is_tried_again(scene: Scene) -> None:
    scene.stand_in.trouble.fail_next("POST", "/channels/{channel_id}/typing", 502)
    start = len(scene.stand_in.requests)
    said = await scene.alice.says("and again", scene.general, mentions=[scene.stand_in.bot])
    await reply_to(scene, said)
    typed = [one.status for one in scene.stand_in.requests[start:] if one.route.endswith("/typing")]

    assert typed == [502, 204]
