"""NanoGPT turns every request away: nothing more is sent in vain, everybody is told, and the owner once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.sandbox.discord import Person
from tests.journeys.asking import answer
from tests.journeys.conftest import Community

CREDIT = "Nothing was taken from your quota."
OUT_OF_FUNDS = "The bot is out of order: its balance at NanoGPT is used up."
WRONG_KEY = "The bot is out of order: NanoGPT does not accept its key."
LINE = "/imagine prompt:a red fox"


async def told(community: Community, person: Person) -> str:
    """Ask for a picture as a member and return why there is none."""
    call = await person.types(LINE, community.channel)
    return (await call.settled(lambda message: "quota" in message.content)).content


@pytest.mark.parametrize(
    ("switch", "sentence", "alarm"),
    [
        pytest.param("out_of_funds", OUT_OF_FUNDS, "The balance at NanoGPT is used up", id="402"),
        pytest.param("refuse_key", WRONG_KEY, "NanoGPT does not accept the key", id="401"),
    ],
)
async def test_one_refused_request_spares_all_others(
    community: Community, switch: str, sentence: str, alarm: str
) -> None:
    """The next members are told at once, without a request; the owner gets one message, and mends it without a restart."""
    host, channel = community.discord.host, community.channel
    setattr(community.nanogpt.trouble, switch, True)
    first = await told(community, community.alice)
    warned = (await host.dm.next_message()).content
    others = [await told(community, person) for person in (community.bob, community.ada, community.alice)]
    sent = len(community.nanogpt.requests)

    assert first.startswith(sentence)
    assert first.endswith(CREDIT)
    assert others == [first] * 3
    assert sent == 1
    assert warned.startswith(alarm)
    assert len(host.dm.messages) == 1
    assert "0 of 20 pictures used" in await community.usage(community.alice)

    setattr(community.nanogpt.trouble, switch, False)
    await answer(host, "/balance", host.dm)
    await community.bob.types(LINE, channel)
    assert (await community.picture()).content.startswith(f"<@{community.bob.id}>: a red fox\n")


async def test_a_balance_that_is_still_too_small_keeps_requests_away(community: Community) -> None:
    """What one picture needs is known from the refusal: less than that would be refused again."""
    host = community.discord.host
    community.nanogpt.top_up(-community.nanogpt.balance)
    first = await told(community, community.alice)
    community.nanogpt.top_up(Decimal("0.001"))
    await answer(host, "/balance", host.dm)
    second = await told(community, community.bob)

    assert first == second
    assert len(community.nanogpt.requests) == 1

    community.nanogpt.top_up(Decimal(1))
    await answer(host, "/balance", host.dm)
    await community.bob.types(LINE, community.channel)
    await community.picture()


async def test_a_daily_limit_says_until_when_and_outlives_no_midnight(community: Community) -> None:
    """The limit starts anew at 00:00 UTC, and the sentence says so; nobody asks NanoGPT again before."""
    host = community.discord.host
    community.nanogpt.trouble.daily_limit = 0
    first = await told(community, community.alice)
    second = await told(community, community.bob)
    warned = (await host.dm.next_message()).content

    assert first == second
    assert "daily limit at NanoGPT" in first
    assert "00:00 UTC" in first
    assert warned.startswith("The daily limit of the NanoGPT key is reached")
    assert len(community.nanogpt.requests) == 1


async def test_the_owner_is_told_once_however_often_the_bot_is_started(community: Community) -> None:
    """A supervisor that restarts the bot must not fill the owner's messages."""
    host = community.discord.host
    community.nanogpt.trouble.out_of_funds = True
    await told(community, community.alice)
    await host.dm.next_message()
    await community.restart()
    await told(community, community.alice)
    await community.restart()

    assert len(host.dm.messages) == 1
    assert len(community.nanogpt.requests) == 2


async def test_an_outage_that_comes_back_is_told_to_the_owner_again(community: Community) -> None:
    """However soon: it was over in between, and whoever topped up thinks that all is well."""
    host = community.discord.host
    for _ in range(2):
        community.nanogpt.trouble.out_of_funds = True
        await told(community, community.alice)
        warned = await host.dm.next_message(where=lambda message: "is used up" in message.content)
        community.nanogpt.trouble.out_of_funds = False
        await answer(host, "/balance", host.dm)

        assert warned.content.startswith("The balance at NanoGPT is used up")


async def test_an_owner_who_takes_no_messages_finds_it_in_the_log(community: Community) -> None:
    """Nobody else notices."""
    community.discord.host.closes_dms()
    community.nanogpt.trouble.out_of_funds = True
    first = await told(community, community.alice)
    await community.restart()

    assert first.startswith(OUT_OF_FUNDS)
    assert "the owner" in community.bot.log
    assert "was not told" in community.bot.log
    assert "The balance at NanoGPT is used up" in community.bot.log
