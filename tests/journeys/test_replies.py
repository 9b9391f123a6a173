"""Editing by reply: to the bot's own pictures, to anybody's photograph, with and without a ping."""

from __future__ import annotations

from nanobot.sandbox.discord import Message
from tests.journeys.conftest import Community
from tests.journeys.photographs import (
    file_of,
    looks_like,
    photograph,
    picture_in,
    sent_pictures,
    stored_file,
    webp,
)

BLANK_REPLY = (
    "I cannot read that reply: Discord shows a bot only replies that ping it. Reply again with the ping (“@ ON”) left on, "
    "mention me in the text, or open the picture's menu and choose **Apps → Edit image**."
)
BLANK_PINGING_REPLY = (
    "I cannot read replies to that kind of message: Discord does not show them to a bot. Mention me in the text of your "
    "reply, or open the picture's menu and choose **Apps → Edit image**."
)
NO_WORDS = "Say what to change, in words: for example “make it night”."


async def _imagined(community: Community, line: str = "/imagine prompt:a red fox in snow") -> Message:
    await community.alice.types(line, community.channel)
    picture = await community.picture()
    await community.nanogpt.next_request()
    return picture


async def test_a_reply_edits_the_picture_and_a_reply_to_that_edits_on(community: Community) -> None:
    """The picture is downloaded and sent as a data URL to the edit model; the result is a reply to the request."""
    fox = await _imagined(community)
    night_wish = await community.alice.says("make it night", community.channel, reply_to=fox)
    night = await community.picture()
    night_request = await community.nanogpt.next_request()
    cartoon_wish = await community.bob.says("as a cartoon", community.channel, reply_to=night)
    cartoon = await community.picture()
    cartoon_request = await community.nanogpt.next_request()

    assert night.reference is night_wish
    assert night.content.startswith(f"<@{community.alice.id}>: make it night\n-# `flux-kontext` · ")
    assert night_request.fields["model"] == "flux-kontext"
    assert night_request.fields["prompt"] == "make it night"
    assert looks_like(sent_pictures(night_request)[0], picture_in(fox.attachments[0].data))
    assert night.attachments[0].data != fox.attachments[0].data
    assert night.mentions.users == []
    assert cartoon.reference is cartoon_wish
    assert cartoon.content.startswith(f"<@{community.bob.id}>: as a cartoon")
    assert looks_like(sent_pictures(cartoon_request)[0], picture_in(night.attachments[0].data))
    assert "2 of 20 pictures used" in await community.usage(community.alice)
    assert "1 of 20 pictures used" in await community.usage(community.bob)


async def test_a_reply_still_works_after_a_restart(community: Community) -> None:
    fox = await _imagined(community)
    await community.restart()
    wish = await community.alice.says("make it night", community.channel, reply_to=fox)
    night = await community.picture()

    assert night.reference is wish
    assert looks_like(
        sent_pictures(await community.nanogpt.next_request())[0], picture_in(fox.attachments[0].data)
    )


async def test_a_reply_that_arrives_blank_is_told_how_to_go_on(community: Community) -> None:
    """Without the ping Discord hides the text; nothing is sent, and the hint goes away by itself."""
    fox = await _imagined(community)
    wish = await community.alice.says("make it night", community.channel, reply_to=fox, ping=False)
    hint = await community.channel.next_message()

    assert hint.content == BLANK_REPLY
    assert hint.reference is wish
    assert community.nanogpt.paid_pictures == 1


async def test_a_mention_makes_an_unpinged_reply_readable(community: Community) -> None:
    fox = await _imagined(community)
    bot = community.discord.bot
    await community.alice.says("make it night", community.channel, reply_to=fox, ping=False, mentions=[bot])
    night = await community.picture()

    assert night.content.startswith(f"<@{community.alice.id}>: make it night\n")


async def test_a_reply_to_an_interaction_response_is_told_how_to_go_on(community: Community) -> None:
    """Where the picture had to be the response itself, a reply arrives blank even with its ping; a mention helps."""
    community.channel.deny_bot("ATTACH_FILES")
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    fox = await call.followup()
    await community.nanogpt.next_request()
    community.channel.allow_bot("ATTACH_FILES")
    await community.alice.says("make it night", community.channel, reply_to=fox)
    hint = await community.channel.next_message()
    bot = community.discord.bot
    wish = await community.alice.says("make it night", community.channel, reply_to=fox, mentions=[bot])
    night = await community.picture()

    assert not fox.is_regular
    assert hint.content == BLANK_PINGING_REPLY
    assert night.reference is wish
    assert looks_like(
        sent_pictures(await community.nanogpt.next_request())[0], picture_in(fox.attachments[0].data)
    )


async def test_a_members_photograph_is_edited_when_the_reply_mentions_the_bot(community: Community) -> None:
    """Discord hides the photograph of somebody else's message, so the bot says how else to go on."""
    photo = await community.bob.says("my cat", community.channel, files=[stored_file("chelsea.png")])
    bot = community.discord.bot
    await community.alice.says("make it night", community.channel, reply_to=photo, mentions=[bot])
    hint = await community.channel.next_message()

    assert hint.content == (
        "Discord does not show me what is in that message. Open its menu and choose **Apps → Edit image**, "
        "or attach the picture to your own message."
    )
    assert community.nanogpt.requests == []


async def test_a_photograph_that_discord_shows_is_edited(community: Community) -> None:
    """Where the photograph's own message mentions the bot, a reply by anybody who mentions the bot edits it."""
    bot = community.discord.bot
    photo = await community.bob.says(
        "", community.channel, files=[stored_file("chelsea.png")], mentions=[bot]
    )
    hint = await community.channel.next_message()
    wish = await community.alice.says("make it night", community.channel, reply_to=photo, mentions=[bot])
    night = await community.picture()

    assert hint.content == NO_WORDS
    assert night.reference is wish
    assert looks_like(sent_pictures(await community.nanogpt.next_request())[0], photograph("chelsea.png"))


async def test_a_number_picks_one_of_several_pictures(community: Community) -> None:
    """`#2` picks the second picture, none the first, and a number that is not there is refused."""
    foxes = await _imagined(community, "/imagine prompt:a red fox in snow count:2")
    await community.alice.says("#2 make it night", community.channel, reply_to=foxes)
    await community.picture()
    second = await community.nanogpt.next_request()
    await community.alice.says("make it night", community.channel, reply_to=foxes)
    await community.picture()
    first = await community.nanogpt.next_request()
    await community.alice.says("#3 make it night", community.channel, reply_to=foxes)
    refusal = await community.channel.next_message()
    await community.alice.says("#2", community.channel, reply_to=foxes)
    wordless = await community.channel.next_message()

    originals = [picture_in(file.data).tobytes() for file in foxes.attachments]
    assert sent_pictures(second)[0].tobytes() == originals[1]
    assert second.fields["prompt"] == "make it night"
    assert sent_pictures(first)[0].tobytes() == originals[0]
    assert refusal.content == "That message has 2 pictures; there is no #3."
    assert wordless.content == "Say in a few words what the picture should show."
    assert community.nanogpt.paid_pictures == 4


async def test_pictures_of_ones_own_go_along_with_the_reply(community: Community) -> None:
    """The picture that is replied to comes first, then those that the reply carries."""
    fox = await _imagined(community)
    files = [webp(), file_of(photograph("rocket.jpg"), "rocket.jpg", "JPEG")]
    await community.alice.says("put the fox into these", community.channel, reply_to=fox, files=files)
    await community.picture()
    request = await community.nanogpt.next_request()

    sent = sent_pictures(request)
    expected = [picture_in(fox.attachments[0].data), photograph("coffee.png"), photograph("rocket.jpg")]
    assert len(sent) == 3
    assert all(looks_like(one, other) for one, other in zip(sent, expected, strict=True))


async def test_talk_among_members_is_left_alone(community: Community) -> None:
    """Neither a message, nor a picture, nor a reply among members is for the bot; a reply to its text asks for words."""
    photo = await community.bob.says("my cat", community.channel, files=[stored_file("chelsea.png")])
    await community.alice.says("make it night", community.channel, reply_to=photo)
    fox = await _imagined(community)
    await community.alice.says("", community.channel, reply_to=fox, files=[stored_file("coffee.png")])
    told = await community.channel.next_message()

    assert told.content == NO_WORDS
    from_bot = [message for message in community.channel.messages.values() if message.author.is_bot]
    assert [message for message in from_bot if message.is_regular] == [fox, told]
    assert community.nanogpt.paid_pictures == 1
