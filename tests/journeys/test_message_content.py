"""With the privileged intent, which an owner may choose, a mention in a reply edits anybody's picture."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from nanobot.sandbox.bot_process import BotProcess
from nanobot.sandbox.discord import DiscordStandIn
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, photograph, sent_pictures, stored_file


@pytest.fixture
def bot_settings() -> Mapping[str, str]:
    return {"MESSAGE_CONTENT_INTENT": "true"}


class TestGranted:
    """The intent is switched on in the portal."""

    @pytest.fixture
    async def discord(self) -> AsyncIterator[DiscordStandIn]:
        stand_in = DiscordStandIn(privileged_intents=["MESSAGE_CONTENT"])
        await stand_in.start()
        yield stand_in
        await stand_in.stop()

    async def test_a_reply_with_a_mention_edits_a_strangers_photo(self, community: Community) -> None:
        """It does so only when the bot is mentioned: what others say to each other is none of its business."""
        photo = await community.bob.says("look", community.channel, files=[stored_file("chelsea.png")])
        await community.alice.says("how nice", community.channel, reply_to=photo)
        wish = await community.alice.says(
            "make it night", community.channel, reply_to=photo, mentions=[community.discord.bot]
        )
        edited = await community.channel.next_message()
        request = await community.nanogpt.next_request()

        assert edited.reference is wish
        assert request.fields["prompt"] == "make it night"
        (sent,) = sent_pictures(request)
        assert looks_like(sent, photograph("chelsea.png"))
        assert len(community.nanogpt.requests) == 1


async def test_an_intent_that_is_not_granted_ends_the_start_in_one_sentence(bot: BotProcess) -> None:
    await bot.start()

    assert await bot.ended() == 2
    assert bot.log.splitlines()[-1].startswith("MESSAGE_CONTENT_INTENT is on, but Discord does not grant it")
    assert "Traceback" not in bot.log
