from __future__ import annotations

import pytest

from nanobot.bot.message_link import message_link


@pytest.mark.parametrize(
    ("guild_id", "posted_in", "link"),
    [
        pytest.param(5, 60, "https://discord.com/channels/5/60/7", id="in the server's channel"),
        pytest.param(5, 61, "https://discord.com/channels/@me/61/7", id="in a direct message instead"),
        pytest.param(0, 60, "https://discord.com/channels/@me/60/7", id="asked in a direct message"),
    ],
)
def test_a_link_leads_to_the_message(guild_id: int, posted_in: int, link: str) -> None:
    assert message_link(guild_id, asked_in=60, channel_id=posted_in, message_id=7) == link
