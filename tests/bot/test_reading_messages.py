"""What a message wants of the bot, in the cases that the sandbox's people cannot bring about."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from nanobot.bot.mentions import EditWanted, NotForUs, Unclear, read_message
from nanobot.bot.replies import generation as words
from nanobot.bot.sources import pictures_of, source_of
from nanobot.images.addresses import is_public
from nanobot.images.links import LinkReader

BOT_ID, PERSON_ID, GUILD_ID, CHANNEL_ID = 10, 20, 30, 40
LINKS = LinkReader(max_bytes=1000, may_connect=is_public)


def _user(user_id: int, **more: Any) -> dict[str, Any]:
    return {"id": str(user_id), "username": "somebody", "discriminator": "0", "avatar": None, **more}


def _attachment(filename: str) -> dict[str, Any]:
    url = f"https://cdn.discordapp.com/attachments/40/1/{filename}"
    return {"id": "1", "filename": filename, "size": 9, "url": url, "proxy_url": url}


def _payload(**fields: Any) -> dict[str, Any]:
    return {
        "id": "50",
        "channel_id": str(CHANNEL_ID),
        "author": _user(PERSON_ID),
        "type": 0,
        "content": "",
        "attachments": [],
        "embeds": [],
        "mentions": [],
        "edited_timestamp": None,
        "timestamp": "2026-03-18T12:00:00+00:00",
        "pinned": False,
        "mention_everyone": False,
        "tts": False,
        **fields,
    }


def _message(*, in_server: bool = True, **fields: Any) -> discord.Message:
    """Return what discord.py makes of Discord's own payload."""
    state: Any = discord.Client(intents=discord.Intents(guilds=True))._connection
    bot: Any = _user(BOT_ID)
    direct: Any = {"id": str(CHANNEL_ID), "type": 1, "recipients": [_user(PERSON_ID)]}
    channel: Any = discord.DMChannel(me=discord.ClientUser(state=state, data=bot), state=state, data=direct)
    if in_server:
        guild: Any = {"id": str(GUILD_ID), "name": "Fox Den", "roles": [], "members": []}
        text: Any = {"id": str(CHANNEL_ID), "type": 0, "name": "general", "position": 0}
        channel = discord.TextChannel(state=state, guild=discord.Guild(data=guild, state=state), data=text)
    payload: Any = _payload(**fields)
    return discord.Message(state=state, channel=channel, data=payload)


def _reply_to_bot(**fields: Any) -> dict[str, Any]:
    return {
        "type": 19,
        "message_reference": {"message_id": "49", "channel_id": str(CHANNEL_ID)},
        "referenced_message": _payload(id="49", author=_user(BOT_ID, bot=True)),
        **fields,
    }


def test_a_webhook_is_not_served_whatever_it_calls_itself() -> None:
    """Each one would be a member of its own, with a quota of its own."""
    fields: dict[str, Any] = {
        "content": f"<@{BOT_ID}> make it night",
        "attachments": [_attachment("cat.png")],
    }

    assert read_message(_message(**fields), BOT_ID) == EditWanted(prompt="make it night")
    assert read_message(_message(**fields, webhook_id="60"), BOT_ID) == NotForUs()


def test_a_sticker_in_reply_to_a_picture_asks_for_nothing() -> None:
    """A reply that is blank all the same was hidden by Discord, and is answered."""
    sticker = {"id": "70", "name": "wow", "format_type": 1}

    assert read_message(_message(**_reply_to_bot(sticker_items=[sticker])), BOT_ID) == NotForUs()
    assert read_message(_message(**_reply_to_bot()), BOT_ID) == Unclear(sentence=words.BLANK_REPLY)


@pytest.mark.parametrize(
    ("forwarded", "name"),
    [
        pytest.param({"attachments": [_attachment("cat.png")]}, "cat.png", id="file"),
        pytest.param(
            {"embeds": [{"type": "image", "thumbnail": {"url": "https://x.example/cat.png"}}]},
            "https://x.example/cat.png",
            id="embed",
        ),
    ],
)
def test_a_forwarded_picture_is_one(forwarded: dict[str, Any], name: str) -> None:
    """Discord keeps what is forwarded in a snapshot, beside the message's own fields."""
    message = _message(in_server=False, message_snapshots=[{"message": _payload(**forwarded)}])

    assert [source.name for source in pictures_of(message, max_megabytes=1, links=LINKS)] == [name]
    assert read_message(message, BOT_ID) == Unclear(sentence=words.NO_WORDS)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("make it night https://x.example/Cat.JPG?w=9", "https://x.example/Cat.JPG?w=9"),
        ("https://x.example/a_(1).png make it night", "https://x.example/a_(1).png"),
        ("make it night <https://x.example/cat.webp>", "https://x.example/cat.webp"),
        ("make it night http://[::1/a.png https://x.example/cat.heic.", "https://x.example/cat.heic"),
    ],
)
def test_a_link_to_a_picture_in_the_text_is_one(written: str, url: str) -> None:
    """Discord fetches the embed that shows it only after the message has been sent on."""
    message = _message(content=f"<@{BOT_ID}> {written}")
    wish = read_message(message, BOT_ID)

    assert [source.name for source in pictures_of(message, max_megabytes=1, links=LINKS)] == [url]
    assert isinstance(wish, EditWanted)
    assert wish.prompt.removesuffix(" http://[::1/a.png .") == "make it night"


def test_a_link_beside_a_file_stays_a_part_of_the_wish() -> None:
    text = "like https://x.example/cat.png"
    message = _message(content=f"<@{BOT_ID}> {text}", attachments=[_attachment("dog.png")])

    assert [source.name for source in pictures_of(message, max_megabytes=1, links=LINKS)] == ["dog.png"]
    assert read_message(message, BOT_ID) == EditWanted(prompt=text)


def test_a_link_to_a_page_is_no_picture() -> None:
    message = _message(content=f"<@{BOT_ID}> make it night https://x.example/cats")

    assert read_message(message, BOT_ID) == Unclear(sentence=words.TEXT_ALONE)


def test_a_file_that_another_process_goes_on_with_is_still_known_by_its_message() -> None:
    message = _message(content=f"<@{BOT_ID}> make it night", attachments=[_attachment("cat.png")])
    [source] = pictures_of(message, max_megabytes=1, links=LINKS)
    client = discord.Client(intents=discord.Intents.none())
    stored = source.reference or {}
    known = source_of(stored, client, max_megabytes=1, links=LINKS)

    assert known.reference == stored
    assert stored["message"] == {"id": message.id, "channel_id": CHANNEL_ID}
