"""Messages that mention the bot, with pictures and without."""

from __future__ import annotations

from nanobot.sandbox.discord import File
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, photograph, sent_pictures, stored_file, webp

TEXT_ALONE = (
    "To make a picture, use `/imagine` with a prompt. To edit one, send it here with a few words on what to change, "
    "or reply to it. `/help` tells more."
)
NO_WORDS = "Say what to change, in words: for example “make it night”."


async def test_a_mention_with_pictures_edits_them_all(community: Community) -> None:
    """Up to four pictures of the message go to the edit model in their order; the mention is no part of the prompt."""
    names = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")
    files = [*(stored_file(name) for name in names), webp()]
    bot = community.discord.bot
    wish = await community.alice.says("make a collage", community.channel, files=files, mentions=[bot])
    collage = await community.picture()
    request = await community.nanogpt.next_request()

    assert collage.reference is wish
    assert collage.content.startswith(f"<@{community.alice.id}>: make a collage\n-# `flux-kontext` · ")
    assert collage.buttons == ["Again", "Edit…", "Delete"]
    assert request.fields["prompt"] == "make a collage"
    sent = sent_pictures(request)
    assert [looks_like(one, photograph(name)) for one, name in zip(sent, names, strict=True)] == [True] * 4


async def test_a_mention_that_is_no_edit_is_told_how_to_go_on(community: Community) -> None:
    """Without a picture it is told what there is, with a picture alone it is asked for words."""
    bot = community.discord.bot
    mentions: list[tuple[str, list[File], str]] = [
        ("", [], TEXT_ALONE),
        ("a red fox in snow", [], TEXT_ALONE),
        ("read this", [File("notes.txt", b"hello")], TEXT_ALONE),
        ("", [stored_file("chelsea.png")], NO_WORDS),
    ]
    for text, files, sentence in mentions:
        wish = await community.alice.says(text, community.channel, files=files, mentions=[bot])
        hint = await community.channel.next_message()

        assert hint.content == sentence, text
        assert hint.reference is wish
    assert community.nanogpt.requests == []
