"""Servers that want prompts and results checked: what is flagged is hidden, what is refused is not painted."""

from __future__ import annotations

import pytest

from tests.journeys.asking import models_listed, online_again
from tests.journeys.conftest import Community
from tests.journeys.photographs import stored_file

CHECKED = {"CHECK_RESULTS": "true"}
MODERATED = {"MODERATION": "true"}
POST_MESSAGE = ("POST", "/channels/*/messages")
HIDDEN = "-# The check of results flagged it, or could not be made: hidden as a spoiler."


@pytest.mark.parametrize("bot_settings", [CHECKED], ids=["results are checked"])
async def test_a_flagged_picture_is_hidden_as_a_spoiler(community: Community) -> None:
    """The caption says why, the others stay open, and what the check costs is told with the price."""
    alice, channel = community.alice, community.channel
    community.nanogpt.trouble.flag_next(True, False)
    await alice.types("/imagine prompt:a fox count:2", channel)
    posted = await community.picture()

    names = [file.filename for file in posted.attachments]
    assert sorted(name.startswith("SPOILER_") for name in names) == [False, True]
    assert posted.content.splitlines()[-1] == (
        "-# The check of results flagged 1 of 2, or could not be made: hidden as a spoiler."
    )
    assert "$0.031" in posted.content
    assert len(community.nanogpt.calls("nsfw")) == 2


@pytest.mark.parametrize("bot_settings", [CHECKED], ids=["results are checked"])
async def test_a_picture_that_cannot_be_checked_is_hidden_too(community: Community) -> None:
    """The safe side, for a reply as for a command; the log tells why."""
    community.nanogpt.trouble.fail_next(500, "server_error", on="nsfw")
    wish = await community.bob.says("make it night", community.bob.dm, files=[stored_file("coffee.png")])
    posted = await community.bob.dm.next_message()

    assert posted.reference is wish
    assert posted.attachments[0].filename == "SPOILER_make-it-night-1.png"
    assert posted.content.splitlines()[-1] == HIDDEN
    assert "cannot be checked" in community.bot.log


@pytest.mark.parametrize("bot_settings", [CHECKED], ids=["results are checked"])
async def test_a_flagged_picture_is_not_previewed(community: Community) -> None:
    """Of four, the one that was flagged is counted and not shown."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.flag_next(True)
    community.nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a fox model:gpt-4o-image count:4", channel)
    await community.nanogpt.trouble.held(4)
    community.nanogpt.trouble.let_go(1)
    one = await call.settled(lambda message: message.content.startswith("1 of 4"))
    previews = len(one.attachments)
    community.nanogpt.trouble.let_go()
    posted = await community.picture()

    assert previews == 0
    assert [file.filename.startswith("SPOILER_") for file in posted.attachments].count(True) == 1


@pytest.mark.parametrize("bot_settings", [CHECKED], ids=["results are checked"])
async def test_what_a_restart_held_up_is_checked_as_well(community: Community) -> None:
    """A crash is no way round the check."""
    alice, channel = community.alice, community.channel
    community.nanogpt.trouble.flag_results = True
    community.discord.trouble.fail_next(*POST_MESSAGE, 503, times=100)
    call = await alice.types("/imagine prompt:a red fox", channel)
    await call.settled(lambda message: message.content.startswith("Your picture is made"))

    await community.bot.kill()
    community.discord.trouble.end()
    await online_again(community.bot, community.discord)
    posted = await community.picture()

    assert posted.attachments[0].filename == "SPOILER_a-red-fox-1.png"
    assert posted.content.splitlines()[-1] == HIDDEN


async def test_without_the_setting_nothing_is_checked_or_paid_for(community: Community) -> None:
    await community.alice.types("/imagine prompt:a fox", community.channel)
    posted = await community.picture()
    request = await community.nanogpt.next_request()

    assert posted.attachments[0].filename == "a-fox-1.png"
    assert community.nanogpt.calls("nsfw") == []
    assert "moderation" not in request.headers


@pytest.mark.parametrize("bot_settings", [MODERATED], ids=["prompts are moderated"])
async def test_a_picture_that_the_moderation_flags_is_refused_before_anything_is_painted(
    community: Community,
) -> None:
    """The check is asked for with the request; the member gets a sentence and the credit back."""
    alice, channel = community.alice, community.channel
    community.nanogpt.trouble.flag_inputs = True
    files = {"image": stored_file("coffee.png")}
    call = await alice.types("/edit prompt:make it night", channel, files)
    told = await call.settled(lambda message: "quota" in message.content)
    request = await community.nanogpt.next_request()

    assert told.content == (
        "NanoGPT's content policy does not allow this prompt or picture. Please word it differently. "
        "Nothing was taken from your quota."
    )
    assert request.headers["moderation"] == "true"
    assert community.nanogpt.paid_pictures == 0
    assert "0 of 20 pictures used" in await community.usage(alice)
