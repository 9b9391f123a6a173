"""What one message looks like to those who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from nanobot.sandbox.den import Den, found_den
from nanobot.sandbox.discord import DiscordStandIn, File, Message
from nanobot.sandbox.discord.files import attach
from nanobot.sandbox.discord.messages import Mentions, MessageFlag, MessageType
from nanobot.sandbox.page.message_view import message_json
from nanobot.sandbox.page.seats import take_seat


@pytest.fixture
def den() -> Den:
    return found_den(DiscordStandIn())


def post(den: Den, content: str = "", **fields: Any) -> Message:
    world = den.world
    fields = {"author": world.bot, "created_at": world.clock.now(), **fields}
    message = Message(id=world.ids.next(), channel=den.channel, content=content, **fields)
    den.channel.publish(message)
    return message


def seen(den: Den, message: Message, person: str = "alice") -> dict[str, Any]:
    return message_json(message, take_seat(den, person, "general"))


def test_files_have_addresses_of_the_page(den: Den) -> None:
    """Wherever a message names them: in its list, in an embed, and deep in a layout."""
    world = den.world
    file = attach(
        File("SPOILER_fox.png", b"fox", "a fox"), attachment_id=7, channel_id=den.channel.id, cdn=world.cdn
    )
    gallery = {"type": 12, "id": 2, "items": [{"media": {"url": "attachment://SPOILER_fox.png"}}]}
    elsewhere = {"type": 11, "id": 3, "media": {"url": "https://example.org/boat.png"}}
    layout = [{"type": 17, "id": 1, "components": [gallery, elsewhere]}]
    embed = {"image": {"url": "attachment://SPOILER_fox.png"}, "title": "Fox"}
    message = post(
        den,
        held_attachments=[file],
        components=layout,
        embeds=[embed],
        flags=MessageFlag.IS_COMPONENTS_V2,
    )
    shown = seen(den, message)
    path = "/files/7/SPOILER_fox.png"

    assert shown["attachments"] == [
        {
            "id": "7",
            "filename": "SPOILER_fox.png",
            "size": 3,
            "description": "a fox",
            "content_type": "image/png",
            "width": None,
            "height": None,
            "url": path,
            "spoiler": True,
        }
    ]
    (container,) = shown["components"]
    assert container["components"][0]["items"][0]["media"]["url"] == path
    assert container["components"][1]["media"]["url"] == "https://example.org/boat.png"
    assert (shown["embeds"][0]["image"]["url"], shown["embeds"][0]["title"]) == (path, "Fox")
    assert message.embeds == [embed]
    assert message.components == layout


def test_a_reply_names_what_it_answers_as_far_as_one_may_see_it(den: Den) -> None:
    alice = den.people["alice"]
    asked = post(den, "a question\nin two lines", author=alice.user)
    whisper = post(den, "a secret", ephemeral_for=alice.user)
    reply, to_whisper = post(den, "yes", reference=asked), post(den, "yes", reference=whisper)

    assert seen(den, reply)["reply_to"] == {
        "id": str(asked.id),
        "author": "alice",
        "excerpt": "a question\nin two lines",
    }
    assert seen(den, to_whisper, "alice")["reply_to"]["excerpt"] == "a secret"
    assert seen(den, to_whisper, "bob")["reply_to"] is None

    den.channel.remove(asked)

    assert seen(den, reply)["reply_to"] == {"id": str(asked.id), "author": None, "excerpt": ""}


@pytest.mark.parametrize(
    ("about", "kind", "expected"),
    [
        pytest.param({"name": "imagine"}, MessageType.CHAT_INPUT_COMMAND, "imagine", id="command"),
        pytest.param({"name": "Edit image"}, MessageType.CONTEXT_MENU_COMMAND, "Edit image", id="menu"),
        pytest.param(
            {"triggering_interaction_metadata": {"name": "imagine", "user": {"username": "alice"}}},
            MessageType.CHAT_INPUT_COMMAND,
            "imagine",
            id="form of a command",
        ),
        pytest.param({}, MessageType.REPLY, None, id="button"),
    ],
)
def test_an_answer_names_the_command_and_who_used_it(
    den: Den, about: dict[str, Any], kind: MessageType, expected: str | None
) -> None:
    message = post(den, "done", interaction_metadata={"user": {"username": "alice"}, **about}, type=kind)

    assert seen(den, message)["command"] == (expected and {"name": expected, "user": "alice"})


def test_who_is_mentioned_sees_it(den: Den) -> None:
    artist = next(role for role in den.guild.roles.values() if role.name == "Artist")
    alice = den.people["alice"].user
    by_name = post(den, "x", mentions=Mentions(users=[alice]))
    by_role = post(den, "x", mentions=Mentions(role_ids=[artist.id]))
    everyone = post(den, "x", mentions=Mentions(everyone=True))

    def seen_by(message: Message) -> list[str]:
        return [name for name in den.people if seen(den, message, name)["mentions_me"]]

    assert [seen_by(message) for message in (by_name, by_role, everyone)] == [
        ["alice"],
        ["bob"],
        ["alice", "bob", "ada"],
    ]


def test_who_may_delete_a_message(den: Den) -> None:
    """One's own, what only one sees oneself, and all where one may manage messages."""
    den.guild.give_role(den.people["ada"], den.guild.add_role("Moderator", permissions=["MANAGE_MESSAGES"]))
    alice = den.people["alice"].user
    messages = [post(den, "x", author=alice), post(den, "x", ephemeral_for=alice), post(den, "x")]

    def deletable_by(message: Message) -> list[str]:
        return [name for name in den.people if seen(den, message, name)["deletable"]]

    assert [deletable_by(message) for message in messages] == [["alice", "ada"], ["alice", "ada"], ["ada"]]
