"""Quotas in dollars, for one member, for all together, and for everybody: each is told by name when it refuses."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.journeys.asking import answer, models_listed, moment, picture
from tests.journeys.conftest import Community


async def test_a_limit_in_dollars_counts_what_pictures_cost(community: Community) -> None:
    """It counts beside the one in pictures; extras in dollars come after it."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await models_listed(ada, channel)

    told = await answer(ada, "/quota set member:@alice usd:0.03 period:month", channel)
    await picture(alice, "/imagine prompt:foxes count:2", channel)
    usage = await community.usage(alice)
    refused = await answer(alice, "/imagine prompt:one more fox", channel)
    never = await answer(alice, "/imagine prompt:foxes count:4", channel)

    assert told.startswith(f"<@{alice.id}>: $0.03 per month.\n")
    assert "**In dollars** · $0 of $0.03 used this month" in told
    assert "**You** · 2 of 20 pictures used today" in usage
    assert (
        "**In dollars** · $0.028 of $0.03 used this month\n`██████████████████░░`\n**$0.002** left" in usage
    )
    assert "**By model today** · hidream 2 pictures, $0.028" in usage
    assert refused.startswith(
        "This would cost about $0.014 and you have $0.002 left ($0.028 of $0.03 used this month). "
        "Ask for fewer, a smaller size or a cheaper model. Your quota starts anew"
    )
    assert never.startswith("This would cost about $0.056 and you have $0.002 left")
    assert moment(refused).day == 1
    assert moment(refused).time() == datetime.min.time()
    assert community.nanogpt.paid_pictures == 2

    granted = await answer(ada, "/quota grant member:@alice usd:0.02", channel)
    made = await alice.types("/imagine prompt:one more fox", channel)
    done = await made.settled(lambda message: message.content.startswith("Done"))

    assert granted.startswith(f"<@{alice.id}> got $0.02 extra, for when the quota is used up")
    assert "17 pictures left; your quota starts anew" in done.content
    assert "$0.008 in dollars left" in done.content


async def test_pictures_and_dollars_can_be_set_at_once_and_cleared_one_by_one(community: Community) -> None:
    ada, channel = community.ada, community.channel

    both = await answer(ada, "/quota role role:@Artist images:5 usd:1.5 period:week", channel)
    await answer(ada, "/quota clear role:@Artist unit:usd", channel)
    one = await answer(ada, "/quota show", channel)
    unlimited = await answer(ada, "/quota unlimited role:@Artist", channel)

    assert both == f"<@&{community.artists.id}>: 5 pictures per week and $1.50 per week."
    assert f"<@&{community.artists.id}> · 5 pictures per week\n" in one
    assert unlimited == f"<@&{community.artists.id}>: unlimited."


async def test_all_members_together_have_a_limit_of_their_own(community: Community) -> None:
    """Whoever comes last is told that it is the server's, and that an admin can raise it; extras do not help."""
    ada, alice, bob, channel = community.ada, community.alice, community.bob, community.channel

    told = await answer(ada, "/quota server images:3 period:week", channel)
    await picture(alice, "/imagine prompt:foxes count:2", channel)
    too_many = await answer(bob, "/imagine prompt:foxes count:2", channel)
    await picture(bob, "/imagine prompt:a fox", channel)
    await answer(ada, "/quota grant member:@bob images:5", channel)
    used_up = await answer(bob, "/imagine prompt:a fox", channel)
    usage = await community.usage(alice)

    assert told == "All members together: 3 pictures per week."
    assert too_many.startswith(
        "You asked for 2 pictures, and this server has 1 picture left for all members together "
        "(2 of 3 pictures used this week). Ask for fewer. It starts anew"
    )
    assert used_up.startswith(
        "This server's limit for all members together is used up (3 of 3 pictures used this week). It starts anew"
    )
    assert used_up.endswith("An admin can raise it before.")
    assert (
        "**All members together** · 3 of 3 pictures used this week\n`████████████████████`\n**0** left"
        in usage
    )
    assert community.nanogpt.paid_pictures == 3

    cleared = await answer(ada, "/quota clear everyone_together:True", channel)
    await picture(bob, "/imagine prompt:a fox", channel)

    assert cleared == "All members together: no limit any more."
    assert await answer(ada, "/quota server", channel) == "Give `images`, `usd` or both."


@pytest.mark.parametrize(
    "bot_settings", [{"OWNER_CAP_IMAGES": "1", "OWNER_CAP_PERIOD": "month"}], ids=["one"]
)
async def test_the_owners_limit_is_told_without_its_amounts(community: Community) -> None:
    """It counts everywhere, and no admin of a server can lift it."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota unlimited member:@alice", channel)

    too_many = await answer(alice, "/imagine prompt:foxes count:2", channel)
    await picture(alice, "/imagine prompt:a fox", channel)
    used_up = await answer(alice, "/imagine prompt:a fox in private", alice.dm)

    assert too_many.startswith("The bot's own limit, for all who use it together, is nearly used up")
    assert used_up.startswith(
        "The bot's own limit, for all who use it together, is used up, so nothing can be made"
    )
    assert moment(used_up).day == 1
    assert "**The bot's own limit** is used up for everybody; it starts anew" in await community.usage(alice)
    assert community.nanogpt.paid_pictures == 1


@pytest.mark.parametrize("bot_settings", [{"OWNER_CAP_USD": "0.03"}], ids=["three cents"])
async def test_pictures_that_fail_and_are_paid_for_use_up_the_owners_limit(community: Community) -> None:
    """They cost the member nothing, and the owner no more than was set."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await models_listed(ada, channel)
    community.nanogpt.trouble.answer_empty_data = True

    for _ in range(2):
        call = await alice.types("/imagine prompt:a fox", channel)
        await call.settled(lambda message: "Nothing was taken from your quota" in message.content)
    refused = await answer(alice, "/imagine prompt:a fox", channel)

    assert refused.startswith("The bot's own limit, for all who use it together, is ")
    assert "**You** · 0 of 20 pictures used today" in await community.usage(alice)
    assert community.nanogpt.paid_pictures == 2


async def test_a_member_is_blocked_and_a_role_has_extras_alone(community: Community) -> None:
    ada, alice, bob, channel = community.ada, community.alice, community.bob, community.channel
    community.guild.give_role(bob, community.artists)
    for each in ("alice", "bob"):
        await answer(ada, f"/quota grant member:@{each} images:1", channel)

    blocked = await answer(ada, "/quota block member:@alice", channel)
    of_role = await answer(ada, "/quota block role:@Artist", channel)
    refused = await answer(alice, "/imagine prompt:a fox", channel)
    await picture(bob, "/imagine prompt:a fox", channel)

    assert blocked.startswith(
        f"<@{alice.id}>: blocked. Nothing can be made, extras included, until `/quota clear` or another rule.\n"
    )
    assert of_role == f"<@&{community.artists.id}>: 0 pictures per day."
    assert refused.startswith(
        "An admin of this server has set your quota to 0 pictures, so nothing was made."
    )

    await answer(ada, "/quota unlimited member:@alice", channel)
    await picture(alice, "/imagine prompt:a fox", channel)

    for neither_or_both in ("block", "unlimited", "block member:@bob role:@Artist"):
        assert await answer(ada, f"/quota {neither_or_both}", channel) == (
            "Give either a member or a role, not both and not neither."
        )
