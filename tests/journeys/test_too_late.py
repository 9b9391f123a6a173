"""The bot is too busy for Discord's three seconds: Discord says so to the person, and nothing was begun."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import DidNotRespond
from tests.journeys.asking import picture
from tests.journeys.conftest import Community

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"


def refused(community: Community) -> int:
    """Count the first responses that Discord refused."""
    return sum(request.route == CALLBACK and request.status == 404 for request in community.discord.requests)


async def test_what_is_answered_too_late_is_not_begun_and_is_one_line_in_the_log(
    community: Community,
) -> None:
    """Be it a command, a button, a form or suggestions; the picture above the buttons stays."""
    alice, channel = community.alice, community.channel
    made = await picture(alice, "/imagine prompt:a red fox", channel)
    form = await (await alice.presses(made, "Edit…")).wait_modal()
    community.discord._desk.deadline_seconds = 0
    late = [
        await alice.types("/imagine prompt:a koala", channel),
        await alice.presses(made, "Again"),
        await alice.presses(made, "Delete"),
        await alice.submits(form, {"What should change?": "make it night"}),
        await community.ada.types(f"/quota block member:{alice.mention}", channel),
    ]
    with pytest.raises(DidNotRespond):
        await alice.completes("/imagine prompt:a koala model:flux", channel)
    await community.discord.world.changes.wait_until(
        lambda: refused(community) > len(late) or None, waiting_for="all to be answered too late"
    )
    community.discord._desk.deadline_seconds = 60
    await community.restart()

    assert all(call.was_too_late and call.original is None for call in late)
    assert refused(community) == len(late) + 1
    assert community.bot.log.count("was answered too late while") == len(late)
    assert "ERROR" not in community.bot.log
    assert not made.is_deleted
    assert community.nanogpt.paid_pictures == 1
    assert "1 of 20 pictures used today" in await community.usage(alice)
