"""Large pictures reach Discord as they are: over several messages if one cannot hold them, and none of them twice."""

from __future__ import annotations

import os
from io import BytesIO

from PIL import Image

from nanobot.images.metadata import read_details
from nanobot.sandbox.discord import File, Invocation, Message
from tests.journeys.asking import link_to, models_listed
from tests.journeys.conftest import Community

POST = "/channels/{channel_id}/messages"
REQUEST_LIMIT_BYTES = 25 * 1024 * 1024
# Grain all over, which PNG cannot make smaller: each of the three takes about 11 MB.
THREE = "/edit prompt:more grain model:seedream-v4 size:2048x2048 count:3"
FIFTY_MEGABYTES_A_FILE = 2


def grain() -> File:
    out = BytesIO()
    Image.frombytes("RGB", (900, 900), os.urandom(3 * 900 * 900)).save(out, "PNG")
    return File("grain.png", out.getvalue())


async def asked(community: Community) -> Invocation:
    """Ask in a server where files may be larger than a request."""
    community.guild.boost_tier = FIFTY_MEGABYTES_A_FILE
    await models_listed(community.alice, community.channel)
    return await community.alice.types(THREE, community.channel, {"image": grain()})


def with_pictures(community: Community) -> list[Message]:
    return [message for message in community.channel.messages.values() if message.attachments]


def names(messages: list[Message]) -> list[list[str]]:
    return [[file.filename for file in message.attachments] for message in messages]


async def test_what_one_request_cannot_hold_goes_into_further_messages(community: Community) -> None:
    """Nothing is made smaller; the first message has the caption, and each can be edited and deleted by its buttons."""
    call = await asked(community)
    done = await call.settled(lambda message: message.content.startswith("Done"))
    first, second = posted = with_pictures(community)
    form = await (await community.bob.presses(second, "Edit…")).wait_modal()
    told = await (await community.bob.uses_app("Image details", second)).response()
    await community.alice.presses(second, "Delete")
    await community.discord.world.changes.wait_until(
        lambda: second.is_deleted or None, waiting_for="the second message to be deleted"
    )

    assert names(posted) == [["more-grain-1.png", "more-grain-2.png"], ["more-grain-3.png"]]
    assert first.content.startswith(f"<@{community.alice.id}>: more grain\n")
    assert second.content == "-# Picture 3 of 3"
    assert second.attachments[0].description == "Picture 3 of 3 made from the prompt: more grain"
    assert first.buttons == second.buttons == ["Again", "Edit…", "Delete"]
    assert str(first.id) in done.content
    assert sum(file.size for message in posted for file in message.attachments) > REQUEST_LIMIT_BYTES
    assert read_details(second.attachments[0].data) is not None
    assert form.title == "Edit this picture"
    assert told.content.startswith("more grain\n-# `seedream-v4` · 2048×2048 · $0.336 for 3 pictures")
    assert "3 of 20 pictures used today" in await community.usage(community.alice)


async def test_a_part_that_was_posted_before_a_restart_is_not_posted_again(community: Community) -> None:
    """Discord takes the first message, then nothing more until after the restart; another process posts the rest."""
    community.discord.trouble.drop_next("POST", POST, is_handled_first=True)
    community.discord.trouble.fail_next("POST", POST, 503, times=1000)
    call = await asked(community)
    await call.settled(lambda message: "I keep it" in message.content)
    before = names(with_pictures(community))
    community.discord.trouble.end()
    await community.restart()
    await call.settled(lambda message: message.content.startswith("Done"))

    assert before == [["more-grain-1.png", "more-grain-2.png"]]
    assert names(with_pictures(community)) == [*before, ["more-grain-3.png"]]
    assert "3 of 20 pictures used today" in await community.usage(community.alice)
    assert community.nanogpt.paid_pictures == 3


async def test_a_commands_own_answer_holds_all_of_them_at_once(community: Community) -> None:
    """Where the bot may not write, a second answer could come twice, so the files are made to fit into one."""
    community.channel.deny_bot("SEND_MESSAGES")
    call = await asked(community)
    only = await call.followup()
    done = await call.settled(lambda message: message.content.startswith("Done"))

    assert names([only]) == [["more-grain-1.jpg", "more-grain-2.jpg", "more-grain-3.jpg"]]
    assert 0.6 * REQUEST_LIMIT_BYTES < sum(file.size for file in only.attachments) < REQUEST_LIMIT_BYTES
    assert with_pictures(community) == [only]
    assert done.content.startswith(f"Done: {link_to(only)}\n")
