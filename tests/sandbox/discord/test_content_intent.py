"""Who may read what, at the gateway and over REST."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
import pytest

from nanobot.sandbox.discord import Message
from tests.sandbox.discord.conftest import Bot, Raw, Scene

Say = Callable[[Scene, Raw], Awaitable[Message]]


async def plain(scene: Scene, raw: Raw) -> Message:
    return await scene.alice.says("words", scene.general, files=[scene.fox])


async def naming_the_bot(scene: Scene, raw: Raw) -> Message:
    return await scene.alice.says("words", scene.general, files=[scene.fox], mentions=[scene.stand_in.bot])


async def naming_another(scene: Scene, raw: Raw) -> Message:
    return await scene.alice.says("words", scene.general, files=[scene.fox], mentions=[scene.alice])


async def in_direct_messages(scene: Scene, raw: Raw) -> Message:
    return await scene.alice.says("words", scene.alice.dm, files=[scene.fox])


async def _posted(scene: Scene, raw: Raw) -> Message:
    await raw.post(scene.general, {"content": "a picture"})
    return await scene.general.next_message()


async def replying_with_ping(scene: Scene, raw: Raw) -> Message:
    target = await _posted(scene, raw)
    return await scene.alice.says("words", scene.general, files=[scene.fox], reply_to=target)


async def replying_without_ping(scene: Scene, raw: Raw) -> Message:
    target = await _posted(scene, raw)
    return await scene.alice.says("words", scene.general, files=[scene.fox], reply_to=target, ping=False)


async def _answered(scene: Scene, raw: Raw) -> Message:
    await raw.sync({"name": "ping"})
    call = await scene.alice.types("/ping", scene.general)
    await raw.answer(call, {"type": 4, "data": {"content": "a picture"}})
    return await call.response()


async def replying_to_a_response(scene: Scene, raw: Raw) -> Message:
    target = await _answered(scene, raw)
    return await scene.alice.says("words", scene.general, files=[scene.fox], reply_to=target)


async def replying_to_a_response_and_naming_the_bot(scene: Scene, raw: Raw) -> Message:
    target = await _answered(scene, raw)
    return await scene.alice.says(
        "words", scene.general, files=[scene.fox], reply_to=target, mentions=[scene.stand_in.bot]
    )


CASES: dict[Say, bool] = {
    plain: False,
    naming_the_bot: True,
    naming_another: False,
    in_direct_messages: True,
    replying_with_ping: True,
    replying_without_ping: False,
    replying_to_a_response: False,
    replying_to_a_response_and_naming_the_bot: True,
}


@pytest.mark.parametrize(("say", "is_readable"), CASES.items(), ids=[say.__name__ for say in CASES])
async def test_the_gateway_and_rest_show_the_same(
    scene: Scene, raw: Raw, say: Say, is_readable: bool
) -> None:
    """https://discord.com/developers/docs/events/gateway#message-content-intent."""
    await scene.go_online(scene.bot)
    said = await say(scene, raw)
    heard = await scene.bot.hears()
    read = (await raw("GET", f"/channels/{said.channel.id}/messages/{said.id}")).body

    assert (heard.id, "words" in heard.content, len(heard.attachments)) == (said.id, is_readable, is_readable)
    assert ("words" in read["content"], len(read["attachments"])) == (is_readable, is_readable)


async def test_the_message_replied_to_follows_the_rule_too(scene: Scene, raw: Raw) -> None:
    secret = await scene.alice.says("a secret", scene.general)
    said = await scene.alice.says("see", scene.general, reply_to=secret, mentions=[scene.stand_in.bot])
    own = await replying_with_ping(scene, raw)

    async def referenced(message: Message) -> str:
        body = (await raw("GET", f"/channels/{scene.general.id}/messages/{message.id}")).body
        return str(body["referenced_message"]["content"])

    assert await referenced(said) == ""
    assert await referenced(own) == "a picture"


async def test_a_deleted_message_replied_to_is_told_as_gone(scene: Scene, raw: Raw) -> None:
    said = await replying_with_ping(scene, raw)
    assert said.reference is not None
    scene.general.remove(said.reference)

    assert (await raw("GET", f"/channels/{scene.general.id}/messages/{said.id}")).body[
        "referenced_message"
    ] is None


@pytest.mark.parametrize("privileged_intents", [["MESSAGE_CONTENT"]], ids=["switched on"])
async def test_with_the_intent_everything_is_read(scene: Scene, raw: Raw) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    bot = Bot(intents=intents)
    await scene.go_online(bot)
    said = await plain(scene, raw)
    heard = await bot.hears()

    assert heard.content == "words"
    assert (await raw("GET", f"/channels/{scene.general.id}/messages/{said.id}")).body["content"] == "words"


@pytest.mark.parametrize("privileged_intents", [["MESSAGE_CONTENT"]], ids=["switched on"])
async def test_a_session_that_did_not_ask_for_the_intent_reads_nothing(scene: Scene, raw: Raw) -> None:
    await scene.go_online(scene.bot)
    await plain(scene, raw)

    assert (await scene.bot.hears()).content == ""
