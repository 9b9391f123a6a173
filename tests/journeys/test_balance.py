"""`/balance`: what whoever runs the bot sees of its account, and nobody else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.sandbox.discord import CommandNotVisible
from tests.journeys.asking import answer, forced_answer, models_listed, picture
from tests.journeys.conftest import Community

REFUSAL = "Only whoever runs this bot can see its balance. `/usage` shows what you have left yourself."


async def test_the_host_sees_the_account(community: Community) -> None:
    """In direct messages and in a server alike: money, subscription, whether requests are taken, the list's age."""
    host = community.discord.host
    community.guild.add_member(host, permissions=["ADMINISTRATOR"])
    await models_listed(community.alice, community.channel)
    await picture(community.alice, "/imagine prompt:a red fox", community.channel)

    in_private = (await answer(host, "/balance", host.dm)).splitlines()
    community.nanogpt.subscribe(daily=100, monthly=1000)
    in_server = await answer(host, "/balance", community.channel)

    assert in_private[0].startswith("**Balance** · $4.99 and ")
    assert in_private[0].endswith(" Nano")
    assert in_private[1:3] == [
        "**Subscription** · inactive, each picture is paid from the balance",
        "**Requests** · are taken",
    ]
    assert in_private[3].startswith("**Models** · 18 in NanoGPT's list, read <t:")
    assert "**Subscription** · active" in in_server
    assert "-# daily: " in in_server


async def test_nobody_else_sees_it(community: Community) -> None:
    """Not even who owns the server: it is the host's money, not the server's."""
    alice, owner, channel = community.alice, community.guild.owner, community.channel

    with pytest.raises(CommandNotVisible):
        await alice.types("/balance", channel)

    assert await forced_answer(alice, "/balance", channel) == REFUSAL
    assert await answer(alice, "/balance", alice.dm) == REFUSAL
    assert await answer(owner, "/balance", channel) == REFUSAL
    assert community.nanogpt.calls("balance") == []


async def test_of_a_team_that_owns_the_application_each_member_sees_it_and_hears_alarms(
    community: Community,
) -> None:
    """Not who was only invited, and no longer who had the application before."""
    host, owner, helper, invited = community.discord.host, community.ada, community.bob, community.alice
    community.discord.give_to_team("Fox Keepers", owner, helper, invited=[invited])
    await community.restart()

    seen = [await answer(person, "/balance", person.dm) for person in (owner, helper)]
    refused = [await answer(person, "/balance", person.dm) for person in (invited, host)]
    community.nanogpt.trouble.refuse_key = True
    call = await invited.types("/imagine prompt:a red fox", community.channel)
    await call.settled(lambda message: "out of order" in message.content)
    alarms = [(await person.dm.next_message()).content for person in (owner, helper)]

    assert [page.splitlines()[2] for page in seen] == ["**Requests** · are taken"] * 2
    assert refused == [REFUSAL] * 2
    assert all("You are told because this bot is yours." in alarm for alarm in alarms)


async def test_trouble_at_nanogpt_is_told_in_a_sentence(community: Community) -> None:
    """What was last known of the balance is shown in its stead; the other answers are there all the same."""
    host = community.discord.host
    community.nanogpt.trouble.keep_failing(400, "no_luck", on="balance")

    unknown = await answer(host, "/balance", host.dm)
    await picture(community.alice, "/imagine prompt:a red fox", community.channel)
    known = await answer(host, "/balance", host.dm)
    community.nanogpt.trouble.keep_failing(400, "no_luck", on="usage")
    neither = await answer(host, "/balance", host.dm)

    sentence = "NanoGPT does not tell right now. Try again in a few minutes."
    assert unknown.splitlines()[0] == f"**Balance** · {sentence}"
    assert known.splitlines()[0] == f"**Balance** · {sentence} The last known balance was $4.99."
    assert known.splitlines()[1].startswith("**Subscription** · inactive")
    assert neither.splitlines()[1] == f"**Subscription** · {sentence}"


async def test_it_tells_that_requests_are_turned_away_and_notices_a_top_up(community: Community) -> None:
    """Whoever looks after topping up need not wait: what they see is asked anew, and requests are taken again."""
    host, channel = community.discord.host, community.channel
    community.nanogpt.top_up(-community.nanogpt.balance)
    refused = await community.alice.types("/imagine prompt:a red fox", channel)
    await refused.settled(lambda message: "out of order" in message.content)

    broke = await answer(host, "/balance", host.dm)
    community.nanogpt.top_up(Decimal(3))
    rich = await answer(host, "/balance", host.dm)
    await picture(community.alice, "/imagine prompt:a red fox", channel)

    assert broke.splitlines()[0] == "**Balance** · $0"
    assert (
        "**Requests** · are turned away with the words: “The bot is out of order: its balance at NanoGPT"
        in broke
    )
    assert rich.splitlines()[0].startswith("**Balance** · $3.00")
    assert "**Requests** · are taken" in rich
