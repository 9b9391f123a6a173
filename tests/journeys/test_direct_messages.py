"""Everything also works in direct messages with the bot, on a quota of their own."""

from __future__ import annotations

from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, photograph, picture_in, sent_pictures, stored_file


async def test_pictures_are_made_and_edited_in_direct_messages(community: Community) -> None:
    """A reply needs no ping there, since Discord hides nothing from the bot in direct messages."""
    alice, nanogpt = community.alice, community.nanogpt
    call = await alice.types("/imagine prompt:a red fox in snow", alice.dm)
    fox = await community.picture(alice.dm)
    await nanogpt.next_request()
    wish = await alice.says("make it night", alice.dm, reply_to=fox, ping=False)
    night = await community.picture(alice.dm)
    request = await nanogpt.next_request()

    assert fox.is_regular
    assert fox.content.startswith(f"<@{alice.id}>: a red fox in snow\n")
    done = await call.settled(lambda message: message.content.startswith("Done"))
    assert f"https://discord.com/channels/@me/{alice.dm.id}/{fox.id}" in done.content
    assert night.reference is wish
    assert looks_like(sent_pictures(request)[0], picture_in(fox.attachments[0].data))
    assert "2 of 20 pictures used" in await community.usage(alice, alice.dm)
    assert "0 of 20 pictures used" in await community.usage(alice)


async def test_a_photograph_sent_with_words_is_edited(community: Community) -> None:
    """No mention is needed. A picture without words is asked for words, and a reply to it then edits it."""
    alice, nanogpt = community.alice, community.nanogpt
    wish = await alice.says("make it night", alice.dm, files=[stored_file("coffee.png")])
    night = await community.picture(alice.dm)
    first = await nanogpt.next_request()
    silent = await alice.says("", alice.dm, files=[stored_file("chelsea.png")])
    hint = await alice.dm.next_message()
    await alice.says("as a cartoon", alice.dm, reply_to=silent)
    cartoon = await community.picture(alice.dm)
    second = await nanogpt.next_request()

    assert night.reference is wish
    assert looks_like(sent_pictures(first)[0], photograph("coffee.png"))
    assert hint.content == "Say what to change, in words: for example “make it night”."
    assert cartoon.content.startswith(f"<@{alice.id}>: as a cartoon\n")
    assert looks_like(sent_pictures(second)[0], photograph("chelsea.png"))


async def test_text_alone_is_answered_with_what_the_bot_can_do(community: Community) -> None:
    """A reply to such an answer, which has no picture, says so."""
    alice = community.alice
    await alice.says("hello, who are you?", alice.dm)
    answer = await alice.dm.next_message()
    await alice.says("and this?", alice.dm, reply_to=answer)
    without = await alice.dm.next_message()

    assert answer.content == (
        "To make a picture, use `/imagine` with a prompt. To edit one, send it here with a few words on what to change, "
        "or reply to it. `/help` tells more."
    )
    assert without.content == (
        "There is no picture to edit. Attach one and mention me, or reply to a message that has one. "
        "To make a new picture, use `/imagine`."
    )
    assert community.nanogpt.requests == []
