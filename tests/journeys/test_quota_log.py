"""Who changed what: `/quota log`, `/quota list`, and the channel in which changes are told."""

from __future__ import annotations

import re

from tests.journeys.asking import answer
from tests.journeys.conftest import Community

_MOMENT = re.compile(r"<t:\d+:[fd]>")


def lines(page: str) -> list[str]:
    """Return the lines of a page without their moments."""
    return [_MOMENT.sub("", line) for line in page.splitlines()]


async def test_every_change_is_in_the_log_with_who_made_it_and_what_held_before(community: Community) -> None:
    """Newest first; what concerns one member or role can be asked for alone."""
    ada, alice, channel = community.ada, community.alice, community.channel
    role = community.artists.id

    empty = await answer(ada, "/quota log", channel)
    await answer(ada, "/quota set member:@alice images:2", channel)
    await answer(ada, "/quota set member:@alice images:9 period:week", channel)
    await answer(ada, "/quota role role:@Artist usd:1", channel)
    await answer(ada, "/quota server images:100 period:month", channel)
    await answer(ada, "/quota grant member:@alice images:3", channel)
    await answer(ada, "/quota reset member:@alice", channel)
    await answer(ada, "/quota clear member:@alice unit:images", channel)
    await answer(ada, "/config timezone to:Europe/Berlin", channel)
    log = await answer(ada, "/quota log", channel)

    assert empty == "Nothing was changed yet, as far as the log goes back."
    assert lines(log) == [
        f" · <@{ada.id}> · time zone: UTC → Europe/Berlin",
        f" · <@{ada.id}> · <@{alice.id}>: 9 pictures per week → no rule",
        f" · <@{ada.id}> · <@{alice.id}>: started anew",
        f" · <@{ada.id}> · <@{alice.id}>: 3 pictures extra",
        f" · <@{ada.id}> · **All members together**: no rule → 100 pictures per month",
        f" · <@{ada.id}> · <@&{role}>: no rule → $1.00 per day",
        f" · <@{ada.id}> · <@{alice.id}>: 2 pictures per day → 9 pictures per week",
        f" · <@{ada.id}> · <@{alice.id}>: no rule → 2 pictures per day",
    ]
    assert lines(await answer(ada, "/quota log role:@Artist", channel)) == [lines(log)[5]]
    assert len(lines(await answer(ada, "/quota log member:@alice", channel))) == 5
    assert await answer(ada, "/quota log member:@alice role:@Artist", channel) == (
        "Give either a member or a role, not both and not neither."
    )


async def test_the_log_has_pages(community: Community) -> None:
    ada, channel = community.ada, community.channel
    for number in range(1, 11):
        await answer(ada, f"/quota default images:{number}", channel)

    newest = lines(await answer(ada, "/quota log", channel))
    command = re.search(r"`(/quota log before:\d+)`", newest[-1])
    assert command is not None
    older = lines(await answer(ada, command[1], channel))

    assert len(newest) == 9
    assert await answer(ada, "/quota log before:1", channel) == (
        "The log has nothing that fits, or nothing older."
    )
    assert newest[0].endswith("9 pictures per day → 10 pictures per day")
    assert [line.rpartition(": ")[2] for line in older] == [
        "1 picture per day → 2 pictures per day",
        "no rule → 1 picture per day",
    ]


async def test_all_rules_are_listed_with_who_set_them(community: Community) -> None:
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota set member:@alice images:2 usd:1.5", channel)
    await answer(ada, "/quota server usd:50 period:month", channel)

    assert lines(await answer(ada, "/quota list", channel)) == [
        "**Default** · 20 pictures per day (the bot's own setting)",
        f"**All members together** · $50.00 per month · <@{ada.id}>, ",
        f"<@{alice.id}> · 2 pictures per day and $1.50 per day · <@{ada.id}>, ",
    ]
    assert await answer(ada, "/quota list page:2", channel) == (
        "There is no page 2: the rules fit on one page."
    )


async def test_changes_are_told_in_the_log_channel(community: Community) -> None:
    """The first one is that they are told there; after it is switched off, nothing is."""
    ada, alice, channel = community.ada, community.alice, community.channel
    log = community.guild.add_channel("bot-log")

    told = await answer(ada, "/config log_channel to:#bot-log", channel)
    first = await log.next_message()
    await answer(ada, "/quota set member:@alice images:2", channel)
    second = await log.next_message(after=first)
    shown = await answer(ada, "/config show", channel)
    off = await answer(ada, "/config log_channel", channel)
    await answer(ada, "/quota reset member:@alice", channel)

    assert told == f"Changes of quotas are told in <#{log.id}> from now on."
    assert first.content == f"<@{ada.id}> · {told}"
    assert second.content == f"<@{ada.id}> · <@{alice.id}>: 2 pictures per day."
    assert f"**Log of changes** · <#{log.id}>" in shown
    assert off == "Changes of quotas are told in no channel; `/quota log` has them all the same."
    assert len(log.messages) == 2


async def test_a_log_channel_that_is_closed_to_the_bot_keeps_nothing_from_being_changed(
    community: Community,
) -> None:
    """It is refused when it is chosen; closed afterwards, the change holds and the operator's log tells of it."""
    ada, channel = community.ada, community.channel
    log = community.guild.add_channel("bot-log")
    log.deny_bot("SEND_MESSAGES")

    refused = await answer(ada, "/config log_channel to:#bot-log", channel)

    assert refused == (
        f"I may not write in <#{log.id}>, so nothing was changed. "
        "Give me **View Channel** and **Send Messages** there, and choose it again."
    )

    log.allow_bot("SEND_MESSAGES")
    await answer(ada, "/config log_channel to:#bot-log", channel)
    log.deny_bot("VIEW_CHANNEL")
    changed = await answer(ada, "/quota default images:3", channel)
    listed = await answer(ada, "/quota list", channel)

    assert changed == "Default: 3 pictures per day."
    assert listed.startswith("**Default** · 3 pictures per day")
    assert await community.bot.stop() == 0
    assert "the log channel was not told of a change" in community.bot.log
