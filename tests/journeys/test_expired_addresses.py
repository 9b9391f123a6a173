"""The addresses of Discord's files run out within a day; whoever takes longer to ask is served all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from nanobot.clock import TurnableClock
from nanobot.sandbox.discord import DiscordStandIn
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, picture_in, sent_pictures, stored_file

LONGER_THAN_A_SIGNATURE = timedelta(hours=25)


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock(datetime.now(UTC))


@pytest.fixture
async def discord(clock: TurnableClock) -> AsyncIterator[DiscordStandIn]:
    stand_in = DiscordStandIn(clock=clock)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def test_a_form_left_open_for_a_day_still_edits_the_picture(
    community: Community, clock: TurnableClock
) -> None:
    """The bot reads its own message again, which brings new addresses; a member's it may not read."""
    alice, channel, nanogpt = community.alice, community.channel, community.nanogpt
    await alice.types("/imagine prompt:a red fox in snow", channel)
    fox = await community.picture()
    await nanogpt.next_request()
    photo = await community.bob.says("my cat", channel, files=[stored_file("chelsea.png")])
    form_of_fox = await (await alice.uses_app("Edit image", fox)).wait_modal()
    form_of_photo = await (await alice.uses_app("Edit image", photo)).wait_modal()
    clock.turn(LONGER_THAN_A_SIGNATURE)
    await alice.submits(form_of_fox, {"What should change?": "make it night"})
    night = await community.picture()
    sent = await alice.submits(form_of_photo, {"What should change?": "make it night"})
    told = await sent.settled(lambda message: "fetched" in message.content)

    assert night.content.startswith(f"<@{alice.id}>: make it night\n")
    assert looks_like(sent_pictures(await nanogpt.next_request())[0], picture_in(fox.attachments[0].data))
    assert told.content == "“chelsea.png” can no longer be fetched from Discord. Send it again."
    assert nanogpt.paid_pictures == 2
