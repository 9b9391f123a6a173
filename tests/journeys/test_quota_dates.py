"""When quotas start anew, and when extras lapse: by the server's own midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nanobot.sandbox.bot_process import START_SECONDS
from tests.journeys.asking import answer, forced_answer, moment, picture
from tests.journeys.conftest import Community

TOKYO = ZoneInfo("Asia/Tokyo")


async def moved_on(community: Community, folder: Path, by: timedelta) -> None:
    """Restart the bot with its clock ahead."""
    clock = folder / "clock"
    clock.write_text(str(by.total_seconds()))
    assert await community.bot.stop() == 0
    before = community.discord.gateway.ready_count
    await community.bot.start("run", "--clock", str(clock))
    await community.discord.world.changes.wait_until(
        lambda: True if community.discord.gateway.ready_count > before else None,
        timeout=START_SECONDS,
        waiting_for="the bot to be online again",
    )


async def test_quotas_start_anew_at_the_midnight_of_the_servers_time_zone(community: Community) -> None:
    """Direct messages stay with UTC's."""
    ada, alice, channel = community.ada, community.alice, community.channel

    told = await answer(ada, "/config timezone to:Asia/Tokyo", channel)
    now = datetime.now(TOKYO)
    shown = await answer(ada, "/config show", channel)
    anew = moment(await community.usage(alice)).astimezone(TOKYO)

    assert told.startswith("Time zone: Asia/Tokyo, where it is ")
    assert told.endswith("Days, weeks and months of quotas begin at midnight there, from now on.")
    assert "**Time zone** · Asia/Tokyo, where it is " in shown
    assert anew.time() == time.min
    assert timedelta() <= anew - now + timedelta(minutes=1) <= timedelta(days=1, minutes=2)
    assert moment(await community.usage(alice, alice.dm)).time() == time.min

    back = await answer(ada, "/config timezone", channel)

    assert back.startswith("Time zone: UTC, where it is ")
    assert moment(await community.usage(alice)).time() == time.min


async def test_time_zones_are_suggested_and_a_wrong_one_is_told(community: Community) -> None:
    ada, channel = community.ada, community.channel

    suggested = await ada.completes("/config timezone to:new york", channel)
    wrong = await answer(ada, "/config timezone to:Atlantis", channel)
    sly = await forced_answer(ada, "/config timezone to:../../etc/passwd", channel)

    assert suggested[0] == ("America/New_York", "America/New_York")
    assert wrong == (
        "There is no time zone `Atlantis`: choose a name such as `Europe/Berlin`, `America/New_York` or `UTC`."
    )
    assert sly.startswith("There is no time zone `../../etc/passwd`")
    assert "**Time zone** · UTC" in await answer(ada, "/config show", channel)


async def test_extras_lapse_at_the_end_of_the_day_that_was_named(
    community: Community, tmp_path: Path
) -> None:
    """Those that lapse first are used first; what is left of them then is gone, and the others stay."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota set member:@alice images:1", channel)
    last_day = datetime.now(UTC).date() + timedelta(days=2)
    end = int(datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=UTC).timestamp())

    await answer(ada, "/quota grant member:@alice images:4", channel)
    by_date = await answer(ada, f"/quota grant member:@alice images:3 expires:{last_day}", channel)
    by_days = await answer(ada, "/quota grant member:@bob images:1 expires:2", channel)
    await picture(alice, "/imagine prompt:foxes count:2", channel)
    usage = await community.usage(alice)

    assert by_date.startswith(
        f"<@{alice.id}> got 3 pictures extra, for when the quota is used up, until <t:{end}:f>."
    )
    assert f"until <t:{end}:f>." in by_days
    assert f"6 extra on top, for when the quota is used up; 2 of it until <t:{end}:f>." in usage

    await moved_on(community, tmp_path, timedelta(days=3))

    assert "4 extra on top, for when the quota is used up." in await community.usage(alice)


@pytest.mark.parametrize("expires", ["soon", "2026-02-30", "0", "99999"])
async def test_what_is_no_date_gives_nothing(community: Community, expires: str) -> None:
    ada, alice, channel = community.ada, community.alice, community.channel

    told = await answer(ada, f"/quota grant member:@alice images:3 expires:{expires}", channel)

    assert told.startswith(
        f"No date can be read from `{expires}`: give the last day as `2027-01-31`, or a number"
    )
    assert "extra" not in await community.usage(alice)


async def test_a_day_that_is_over_and_a_grant_of_nothing_are_told(community: Community) -> None:
    ada, channel = community.ada, community.channel

    over = await answer(ada, "/quota grant member:@alice images:3 expires:2020-01-01", channel)
    nothing = await answer(ada, "/quota grant member:@alice", channel)
    zero = await answer(ada, "/quota grant member:@alice usd:0", channel)

    assert over.startswith("That day is over: ")
    assert nothing == "Give `images`, `usd` or both."
    assert zero.startswith("A grant is an amount in US dollars from 0.000001 to 1,000,000")
