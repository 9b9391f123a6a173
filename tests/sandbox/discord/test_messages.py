"""Channel messages: what is taken, what is refused and who may."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest

from nanobot.sandbox.discord import BadOption, File, NotPossible
from tests.sandbox.discord.conftest import Raw, Scene

LAYOUT = 1 << 15


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **fields}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def gallery(*urls: str, **fields: Any) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": url}, **fields} for url in urls]}


def select(**fields: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}], **fields}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "content 2001": ({"content": "x" * 2001}, "2000 or fewer"),
    "content that is no text": ({"content": 5}, "BASE_TYPE_BAD_TYPE"),
    "six rows": (
        {"content": "x", "components": [row(button(custom_id=str(n))) for n in range(6)]},
        "1 and 5",
    ),
    "six buttons": (
        {"content": "x", "components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
        "1 and 5",
    ),
    "empty row": ({"content": "x", "components": [row()]}, "1 and 5"),
    "button and select in a row": (
        {"content": "x", "components": [row(button(), select())]},
        "WIDTH_EXCEEDED",
    ),
    "label 81": ({"content": "x", "components": [row(button(label="x" * 81))]}, "80 or fewer"),
    "custom_id 101": ({"content": "x", "components": [row(button(custom_id="x" * 101))]}, "1 and 100"),
    "button without custom_id": ({"content": "x", "components": [row(button(custom_id=None))]}, "custom_id"),
    "button without label": ({"content": "x", "components": [row(button(label=None))]}, "INVALID_LABEL"),
    "link without url": (
        {"content": "x", "components": [row(button(style=5, custom_id=None))]},
        '"url"',
    ),
    "link with custom_id": (
        {"content": "x", "components": [row(button(style=5, url="https://a.example"))]},
        "CUSTOM_ID_NOT_ALLOWED",
    ),
    "same custom_id twice": (
        {"content": "x", "components": [row(button(), button())]},
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    "26 options": (
        {
            "content": "x",
            "components": [row(select(options=[{"label": str(n), "value": str(n)} for n in range(26)]))],
        },
        "1 and 25",
    ),
    "same option twice": (
        {"content": "x", "components": [row(select(options=[{"label": "a", "value": "a"}] * 2))]},
        "OPTION_VALUE_DUPLICATED",
    ),
    "select that wants more than it takes": (
        {"content": "x", "components": [row(select(min_values=3, max_values=2))]},
        "MIN_VALUES",
    ),
    "layout parts without the flag": ({"components": [text("x")]}, "UNION_TYPE_CHOICES"),
    "layout with content": (
        {"flags": LAYOUT, "content": "x", "components": [text("x")]},
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "layout with embeds": (
        {"flags": LAYOUT, "embeds": [{"title": "x"}], "components": [text("x")]},
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "41 parts, nested": (
        {"flags": LAYOUT, "components": [{"type": 17, "components": [text("x") for _ in range(40)]}]},
        "TOTAL_COMPONENTS",
    ),
    "4001 characters shown": (
        {"flags": LAYOUT, "components": [text("x" * 2001), text("x" * 2000)]},
        "DISPLAYABLE_TEXT_SIZE",
    ),
    "11 gallery items": (
        {"flags": LAYOUT, "components": [gallery(*["https://a.example/a.png"] * 11)]},
        "1 and 10",
    ),
    "gallery item described in 1025 characters": (
        {"flags": LAYOUT, "components": [gallery("https://a.example/a.png", description="x" * 1025)]},
        "1 and 1024",
    ),
    "media without a scheme": ({"flags": LAYOUT, "components": [gallery("a.png")]}, "INVALID_SCHEME"),
    "media that was not uploaded": (
        {"flags": LAYOUT, "components": [gallery("attachment://fox.png")]},
        "REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    "section without accessory": (
        {"flags": LAYOUT, "components": [{"type": 9, "components": [text("x")]}]},
        "accessory",
    ),
    "container in a container": (
        {
            "flags": LAYOUT,
            "components": [{"type": 17, "components": [{"type": 17, "components": [text("x")]}]}],
        },
        "UNION_TYPE_CHOICES",
    ),
    "11 embeds": ({"embeds": [{"title": "x"}] * 11}, "10 or fewer"),
    "embed title 257": ({"embeds": [{"title": "x" * 257}]}, "256 or fewer"),
    "embed footer 2049": ({"embeds": [{"title": "x", "footer": {"text": "x" * 2049}}]}, "2048 or fewer"),
    "26 fields": ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "25 or fewer"),
    "field without value": ({"embeds": [{"fields": [{"name": "a"}]}]}, "required"),
    "embeds of 6001 characters": (
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
        "6000",
    ),
    "embed picture that was not uploaded": (
        {"embeds": [{"title": "x", "image": {"url": "attachment://fox.png"}}]},
        "fox.png",
    ),
    "listed file that was not uploaded": (
        {"content": "x", "attachments": [{"id": 3}]},
        "ATTACHMENT_NOT_FOUND",
    ),
    "nonce 26": ({"content": "x", "nonce": "x" * 26}, "25 or fewer"),
    "parse and users at once": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "PARSE_EXCLUSIVE",
    ),
    "reply to nothing": (
        {"content": "x", "message_reference": {"message_id": "5"}},
        "REPLIES_UNKNOWN_MESSAGE",
    ),
    "components that are no list": ({"content": "x", "components": "go"}, "BASE_TYPE_BAD_TYPE"),
    "flags that are no number": ({"content": "x", "flags": "many"}, "BASE_TYPE_BAD_TYPE"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_wrong_body_is_refused_with_its_place(scene: Scene, raw: Raw, name: str) -> None:
    body, told = REFUSED[name]
    reply = await raw.post(scene.general, body)

    assert (reply.status, reply.code) == (400, 50035)
    assert told in json_text(reply.told)
    assert scene.general.messages == {}


def json_text(told: str) -> str:
    return told.replace('\\"', '"')


@pytest.mark.parametrize(
    "body",
    [{}, {"content": ""}, {"components": [row(button())]}, {"flags": LAYOUT}],
    ids=["nothing", "empty content", "buttons alone", "empty layout"],
)
async def test_an_empty_message_is_refused(scene: Scene, raw: Raw, body: dict[str, Any]) -> None:
    assert (await raw.post(scene.general, body)).code == 50006


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3000}]},
        {"flags": LAYOUT, "components": [{"type": 17, "components": [text("x") for _ in range(39)]}]},
        {"flags": LAYOUT, "components": [text("x" * 4000)]},
        {
            "flags": LAYOUT,
            "components": [
                {"type": 9, "components": [text("x")], "accessory": button()},
                {"type": 14, "spacing": 2},
                gallery(*["https://a.example/a.png"] * 10),
            ],
        },
        {"content": "x", "components": [row(select()), row(button())]},
    ],
    ids=[
        "content 2000",
        "embeds of 6000",
        "40 parts",
        "4000 characters shown",
        "section",
        "select and button",
    ],
)
async def test_the_longest_that_is_allowed_is_taken(scene: Scene, raw: Raw, body: dict[str, Any]) -> None:
    assert (await raw.post(scene.general, body)).status == 200


async def test_files_come_with_descriptions_and_sides(scene: Scene, raw: Raw) -> None:
    body = {"attachments": [{"id": "0", "description": "a cat", "filename": "a cat!.png"}]}
    reply = await raw.post(scene.general, body, files=[scene.fox])
    file = reply.body["attachments"][0]

    assert (file["filename"], file["description"], file["content_type"]) == (
        "a_cat_.png",
        "a cat",
        "image/png",
    )
    assert (file["width"], file["height"], file["size"]) == (451, 300, len(scene.fox.data))


async def test_eleven_files_are_refused(scene: Scene, raw: Raw) -> None:
    reply = await raw.post(scene.general, {}, files=[File(f"{n}.txt", b"x") for n in range(11)])

    assert (reply.code, "10 or fewer" in reply.told) == (50035, True)


async def test_alt_text_over_1024_is_refused(scene: Scene, raw: Raw) -> None:
    body = {"attachments": [{"id": 0, "description": "x" * 1025}]}
    reply = await raw.post(scene.general, body, files=[scene.fox])

    assert (reply.code, "1024 or fewer" in reply.told) == (50035, True)


@pytest.mark.parametrize(
    ("boost_tier", "sizes", "status"),
    [(0, [10], 200), (0, [11], 413), (2, [20], 200), (3, [26], 413), (0, [9, 9, 9], 413)],
    ids=["10 MiB", "11 MiB", "20 MiB boosted", "26 MiB in one request", "27 MiB in three files"],
)
async def test_files_have_limits_each_and_together(
    scene: Scene, raw: Raw, boost_tier: int, sizes: list[int], status: int
) -> None:
    channel = scene.stand_in.add_guild("Boosted", boost_tier=boost_tier).add_channel("general")
    files = [File(f"{index}.bin", bytes(size * 1024 * 1024)) for index, size in enumerate(sizes)]
    reply = await raw.post(channel, {}, files=files)

    assert reply.status == status
    assert status == 200 or reply.code == 40005


async def test_files_that_a_layout_or_an_embed_shows_are_not_listed_again(scene: Scene, raw: Raw) -> None:
    """https://github.com/discord/discord-api-docs/issues/8277: people see them, `attachments` does not have them."""
    layout = {"flags": LAYOUT, "components": [gallery("attachment://fox.png")]}
    embed = {"embeds": [{"image": {"url": "attachment://fox.png"}}]}
    for body in (layout, embed):
        reply = await raw.post(scene.general, body, files=[scene.fox])
        message = await scene.general.next_message()

        assert reply.body["attachments"] == []
        assert [file.data for file in message.attachments] == [scene.fox.data]
    shown = (await raw("GET", f"/channels/{scene.general.id}/messages")).body
    assert shown[1]["components"][0]["items"][0]["media"]["width"] == 451
    assert shown[0]["embeds"][0]["image"]["url"].startswith(scene.stand_in.base_url)


async def test_files_that_a_layout_does_not_show_are_not_seen(scene: Scene, raw: Raw) -> None:
    await raw.post(scene.general, {"flags": LAYOUT, "components": [text("hello")]}, files=[scene.fox])
    message = await scene.general.next_message()

    assert (message.attachments, message.text) == ([], "hello")


async def test_an_edit_keeps_the_files_that_it_lists(scene: Scene, raw: Raw) -> None:
    """https://discord.com/developers/docs/resources/message#edit-message."""
    posted = await raw.post(scene.general, {}, files=[scene.fox, File("b.txt", b"b")])
    path = f"/channels/{scene.general.id}/messages/{posted.body['id']}"
    keep, drop = (entry["id"] for entry in posted.body["attachments"])
    untouched = await raw("PATCH", path, {"content": "still both"})
    edited = await raw("PATCH", path, {"attachments": [{"id": keep}, {"id": 0}]}, files=[File("c.txt", b"c")])
    unlisted = await raw("PATCH", path, {"attachments": [{"id": keep}]}, files=[File("d.txt", b"d")])

    assert [entry["id"] for entry in untouched.body["attachments"]] == [keep, drop]
    assert [entry["filename"] for entry in edited.body["attachments"]] == ["fox.png", "c.txt"]
    assert [entry["filename"] for entry in unlisted.body["attachments"]] == ["fox.png"]
    assert edited.body["edited_timestamp"] is not None


async def test_the_layout_flag_is_added_by_an_edit_and_never_removed(scene: Scene, raw: Raw) -> None:
    posted = await raw.post(scene.general, {"content": "words"})
    path = f"/channels/{scene.general.id}/messages/{posted.body['id']}"
    leftover = await raw("PATCH", path, {"flags": LAYOUT, "components": [text("x")]})
    added = await raw("PATCH", path, {"flags": LAYOUT, "components": [text("x")], "content": None})
    removed = await raw("PATCH", path, {"flags": 0, "components": [text("y")]})

    assert (leftover.code, added.status) == (50035, 200)
    assert removed.body["flags"] & LAYOUT


async def test_a_nonce_keeps_a_message_from_being_posted_twice(scene: Scene, raw: Raw) -> None:
    bodies = [
        {"content": "one", "nonce": "7", "enforce_nonce": True},
        {"content": "two", "nonce": "7", "enforce_nonce": True},
        {"content": "three", "nonce": "7"},
    ]
    replies = [await raw.post(scene.general, body) for body in bodies]

    assert [reply.body["content"] for reply in replies] == ["one", "one", "three"]
    assert len(scene.general.messages) == 2


async def test_a_reply_to_a_lost_message_can_be_sent_as_no_reply(scene: Scene, raw: Raw) -> None:
    reference = {"message_id": "5", "fail_if_not_exists": False}
    reply = await raw.post(scene.general, {"content": "x", "message_reference": reference})

    assert (reply.status, reply.body["type"]) == (200, 0)


@pytest.mark.parametrize(
    ("denied", "body", "with_file", "code"),
    [
        ("VIEW_CHANNEL", {"content": "x"}, False, 50001),
        ("SEND_MESSAGES", {"content": "x"}, False, 50013),
        ("ATTACH_FILES", {"content": "x"}, True, 50013),
        ("EMBED_LINKS", {"embeds": [{"title": "x"}]}, False, 50013),
        ("READ_MESSAGE_HISTORY", {"content": "x", "message_reference": {"message_id": "5"}}, False, 160002),
    ],
    ids=["view", "send", "attach", "embed", "reply"],
)
async def test_missing_permissions_are_refused(
    scene: Scene, raw: Raw, *, denied: str, body: dict[str, Any], with_file: bool, code: int
) -> None:
    scene.general.deny_bot(denied)
    reply = await raw.post(scene.general, body, files=[scene.fox] if with_file else [])
    scene.general.allow_bot(denied)
    allowed = await raw.post(scene.general, {"content": "x"})

    assert (reply.status, reply.code) == (403, code)
    assert allowed.status == 200


async def test_threads_have_a_permission_of_their_own(scene: Scene, raw: Raw) -> None:
    thread = scene.general.add_thread("foxes")
    scene.general.deny_bot("SEND_MESSAGES")
    in_thread = await raw.post(thread, {"content": "x"})
    scene.general.deny_bot("SEND_MESSAGES_IN_THREADS")

    assert in_thread.status == 200
    assert (await raw.post(thread, {"content": "x"})).code == 50013


async def test_messages_of_others_are_neither_edited_nor_deleted_without_permission(
    scene: Scene, raw: Raw
) -> None:
    said = await scene.alice.says("mine", scene.general)
    path = f"/channels/{scene.general.id}/messages/{said.id}"
    edited = await raw("PATCH", path, {"content": "yours"})
    kept = await raw("DELETE", path)
    scene.general.allow_bot("MANAGE_MESSAGES")
    deleted = await raw("DELETE", path)
    in_dm = await scene.alice.says("mine", scene.alice.dm)

    assert (edited.code, kept.code, deleted.status) == (50005, 50013, 204)
    assert not scene.alice.sees(said)
    assert (await raw("DELETE", f"/channels/{scene.alice.dm.id}/messages/{in_dm.id}")).code == 50003
    assert (await raw("GET", path)).code == 10008


async def test_direct_messages_are_opened_and_can_be_closed(scene: Scene, raw: Raw) -> None:
    opened = await raw("POST", "/users/@me/channels", {"recipient_id": str(scene.alice.id)})
    sent = await raw.post(scene.alice.dm, {"content": "hello"})
    scene.alice.closes_dms()
    refused = await raw.post(scene.alice.dm, {"content": "hello?"})
    nobody = await raw("POST", "/users/@me/channels", {"recipient_id": "5"})

    assert opened.body["id"] == str(scene.alice.dm.id)
    assert (sent.status, refused.status, refused.code, nobody.code) == (200, 403, 50007, 10013)


async def test_lists_go_from_new_to_old_and_are_cut_by_id(scene: Scene, raw: Raw) -> None:
    ids = [(await raw.post(scene.general, {"content": str(n)})).body["id"] for n in range(5)]
    path = f"/channels/{scene.general.id}/messages"

    async def listed(query: str) -> list[str]:
        return [message["content"] for message in (await raw("GET", f"{path}?{query}")).body]

    assert await listed("limit=2") == ["4", "3"]
    assert await listed(f"after={ids[1]}&limit=2") == ["3", "2"]
    assert await listed(f"before={ids[1]}") == ["0"]
    assert await listed(f"around={ids[2]}&limit=3") == ["3", "2", "1"]
    assert (await raw("GET", f"{path}?limit=101")).code == 50035
    scene.general.deny_bot("READ_MESSAGE_HISTORY")
    assert await listed("limit=2") == []


async def test_reactions_are_put_once_and_taken_back(scene: Scene, raw: Raw) -> None:
    said = await scene.alice.says("look", scene.general)
    path = f"/channels/{scene.general.id}/messages/{said.id}/reactions"
    put = await raw("PUT", f"{path}/%F0%9F%91%8D/@me")
    await scene.alice.reacts(said, "👍")
    counted = said.to_json()["reactions"][0]["count"]
    await raw("DELETE", f"{path}/%F0%9F%91%8D/@me")

    assert (put.status, counted) == (204, 2)
    assert [user.name for user in said.reactions["👍"]] == ["alice"]
    assert (await raw("PUT", f"{path}/thumbs/@me")).code == 10014


async def test_mentions_obey_what_is_allowed(scene: Scene, raw: Raw) -> None:
    content = f"{scene.alice.mention} and {scene.guild.owner.mention}"
    for rule, expected in (
        (None, {scene.alice.user, scene.guild.owner.user}),
        ({"parse": []}, set()),
        ({"users": [str(scene.alice.id)]}, {scene.alice.user}),
    ):
        await raw.post(scene.general, {"content": content, "allowed_mentions": rule})
        message = await scene.general.next_message()

        assert set(message.mentions.users) == expected


async def test_a_silent_layout_message_of_discord_py_is_taken(scene: Scene) -> None:
    class Card(discord.ui.LayoutView):
        box: discord.ui.Container[Card] = discord.ui.Container(
            discord.ui.TextDisplay("A fox"),
            discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://fox.png", description="a fox")),
            discord.ui.ActionRow(discord.ui.Button(label="Vary", custom_id="vary:1")),
        )

    await scene.go_online(scene.bot)
    channel = await scene.bot.fetch_channel(scene.general.id)
    assert isinstance(channel, discord.TextChannel)
    async with channel.typing():
        sent = await channel.send(
            view=Card(), file=discord.File(io.BytesIO(scene.fox.data), "fox.png"), silent=True
        )
    message = await scene.general.next_message()

    assert (message.id, message.text, message.buttons) == (sent.id, "A fox", ["Vary"])
    assert [file.data for file in message.attachments] == [scene.fox.data]
    assert int(message.flags) & (1 << 12)


async def test_people_are_held_to_what_their_client_allows(scene: Scene) -> None:
    scene.general.deny_everyone("ATTACH_FILES")
    quiet = scene.guild.add_channel("announcements")
    quiet.deny_everyone("SEND_MESSAGES")
    with pytest.raises(NotPossible, match="attach files"):
        await scene.alice.says("look", scene.general, files=[scene.fox])
    with pytest.raises(NotPossible, match="send messages"):
        await scene.alice.says("look", quiet)
    with pytest.raises(NotPossible, match="empty"):
        await scene.alice.says("", scene.general)
    with pytest.raises(BadOption, match="too long"):
        await scene.alice.says("x" * 2001, scene.general)
    with pytest.raises(BadOption, match="too powerful"):
        await scene.alice.says("", scene.alice.dm, files=[File("big", bytes(11 * 1024 * 1024))])
    with pytest.raises(NotPossible, match="cannot delete"):
        await scene.alice.deletes(await scene.guild.owner.says("rules", quiet))


async def test_waiting_in_vain_names_what_was_waited_for(scene: Scene) -> None:
    with pytest.raises(TimeoutError, match="waited 0 s for a message of the bot in #general"):
        await scene.general.next_message(timeout=0)
