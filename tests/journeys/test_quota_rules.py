"""`/quota`: what admins decide, and whose word counts most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.journeys.asking import answer, moment, picture
from tests.journeys.conftest import Community

AMOUNT_OR_UNLIMITED = "Give `images`, `usd` or both, or else `unlimited:True` alone."


async def test_an_admin_gives_a_member_a_quota_per_day_week_or_month(community: Community) -> None:
    """It starts anew at 00:00 UTC: of each day, of each Monday, of each first of a month."""
    ada, alice, channel = community.ada, community.alice, community.channel
    now = datetime.now(UTC)

    daily = await answer(ada, "/quota set member:@alice images:3", channel)
    usage = await answer(alice, "/usage", channel)

    assert daily.startswith(f"<@{alice.id}>: 3 pictures per day.\n**<@{alice.id}>** · 0 of 3 pictures used")
    assert "**You** · 0 of 3 pictures used today" in usage
    assert "**3** left; starts anew" in usage
    assert "-# By your own rule: 3 pictures per day." in usage
    assert now < moment(usage) <= now + timedelta(days=1, minutes=1)
    assert moment(usage).time() == datetime.min.time()

    weekly = await answer(ada, "/quota set member:@alice images:30 period:week", channel)

    assert "0 of 30 pictures used this week" in weekly
    assert "-# By their own rule: 30 pictures per week." in weekly
    assert (moment(weekly).isoweekday(), moment(weekly).time()) == (1, datetime.min.time())

    monthly = await answer(ada, "/quota set member:@alice images:1 period:month", channel)

    assert "0 of 1 picture used this month" in monthly
    assert "By their own rule: 1 picture per month." in monthly
    assert (moment(monthly).day, moment(monthly).time()) == (1, datetime.min.time())


async def test_an_admin_blocks_a_member_or_lifts_the_limit(community: Community) -> None:
    """0 shuts out extra pictures too, unlimited knows no number, and neither or both is explained."""
    ada, alice, channel = community.ada, community.alice, community.channel

    await answer(ada, "/quota grant member:@alice images:5", channel)
    blocked = await answer(ada, "/quota set member:@alice images:0", channel)
    refusal = await answer(alice, "/imagine prompt:a fox", channel)

    assert "0 pictures per day. That blocks them altogether, extras included." in blocked
    assert "Blocked by an admin: nothing can be made." in await answer(alice, "/usage", channel)
    assert refusal.startswith(
        "An admin of this server has set your quota to 0 pictures, so nothing was made. "
        "Ask an admin if you think that this is a mistake. 0 pictures used today; the quota starts anew <t:"
    )
    assert community.nanogpt.requests == []

    lifted = await answer(ada, "/quota set member:@alice unlimited:True", channel)
    made = await alice.types("/imagine prompt:a fox", channel)
    done = await made.settled(lambda message: message.content.startswith("Done"))

    assert lifted.startswith(f"<@{alice.id}>: unlimited.")
    assert "Your pictures here are unlimited." in done.content
    assert "**You** · 1 picture used today" in await answer(alice, "/usage", channel)

    for line in (
        "/quota set member:@alice",
        "/quota set member:@alice usd:5 unlimited:True",
        "/quota set member:@alice images:5 unlimited:True",
        "/quota role role:@Artist unlimited:False",
        "/quota default",
    ):
        assert await answer(ada, line, channel) == AMOUNT_OR_UNLIMITED
    assert "-# By your own rule: unlimited." in await answer(alice, "/usage", channel)


async def test_the_members_own_rule_beats_the_best_role_which_beats_the_server_which_beats_the_bot(
    community: Community,
) -> None:
    """Of several roles, the one that gives most a day counts; removing a rule lets the next one apply."""
    ada, alice, channel = community.ada, community.alice, community.channel
    patrons = community.guild.add_role("Patron")
    community.guild.give_role(alice, community.artists)
    community.guild.give_role(alice, patrons)

    async def applied() -> str:
        return (await answer(alice, "/usage", channel)).rpartition("-# ")[2].splitlines()[0]

    assert await applied() == "By the bot's default: 20 pictures per day."

    server = await answer(ada, "/quota default images:1", channel)

    assert server == "Default: 1 picture per day."
    assert await applied() == "By this server's default: 1 picture per day."

    artists = await answer(ada, "/quota role role:@Artist images:5", channel)
    await answer(ada, "/quota role role:@Patron images:42 period:week", channel)

    assert artists == f"<@&{community.artists.id}>: 5 pictures per day."
    assert await applied() == f"By the rule of <@&{patrons.id}>: 42 pictures per week."
    assert "By this server's default" in await answer(community.bob, "/usage", channel)

    await answer(ada, "/quota role role:@Artist unlimited:True", channel)

    assert await applied() == f"By the rule of <@&{community.artists.id}>: unlimited."

    await answer(ada, "/quota set member:@alice images:2", channel)

    assert await applied() == "By your own rule: 2 pictures per day."

    cleared = await answer(ada, "/quota clear member:@alice", channel)

    assert cleared == f"<@{alice.id}>: no rule of its own any more; the more general ones apply."
    assert await applied() == f"By the rule of <@&{community.artists.id}>: unlimited."

    await answer(ada, "/quota clear role:@Artist", channel)
    await answer(ada, "/quota clear role:@Patron", channel)

    assert await applied() == "By this server's default: 1 picture per day."

    assert (await answer(ada, "/quota clear", channel)).startswith("Default: no rule of its own any more")
    assert await applied() == "By the bot's default: 20 pictures per day."
    for both in ("member:@alice role:@Artist", "member:@alice everyone_together:True"):
        assert await answer(ada, f"/quota clear {both}", channel) == (
            "Give only one of a member, a role and `everyone_together:True`. Without any of them, the server's own default "
            "is removed."
        )


async def test_an_admin_sees_the_rules_and_who_made_most_today(community: Community) -> None:
    """`/quota show` lists the rules from the most general on; with a member it tells where that one stands."""
    ada, alice, bob, channel = community.ada, community.alice, community.bob, community.channel

    untouched = await answer(ada, "/quota show", channel)

    assert (
        untouched == "**Default** · 20 pictures per day (the bot's own setting)\n**Today**\nNo pictures yet."
    )

    await answer(ada, "/quota default images:9 period:month", channel)
    await answer(ada, "/quota role role:@Artist unlimited:True", channel)
    await answer(ada, "/quota set member:@bob images:0", channel)
    await picture(alice, "/imagine prompt:a fox count:2", channel)
    await picture(ada, "/imagine prompt:a koala", channel)

    assert await answer(ada, "/quota show", channel) == (
        "**Default** · 9 pictures per month\n"
        f"<@&{community.artists.id}> · unlimited\n"
        f"<@{bob.id}> · 0 pictures per day\n"
        "**Today**\n"
        f"<@{alice.id}> · 2 pictures · $0.028\n"
        f"<@{ada.id}> · 1 picture · $0.014"
    )
    theirs = await answer(ada, "/quota show member:@alice", channel)
    assert f"**<@{alice.id}>** · 2 of 9 pictures used this month" in theirs
    assert "**7** left" in theirs
