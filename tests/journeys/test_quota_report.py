"""`/quota report`: a chart and a table of who made what."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from nanobot.sandbox.discord import BadOption
from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community


async def test_a_report_is_a_chart_with_a_table_beside_it(community: Community) -> None:
    """Both are for the admin alone; the chart is described to those who do not see it."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await picture(alice, "/imagine prompt:foxes count:2", channel)
    await picture(ada, "/imagine prompt:a boat", channel)
    today = datetime.now(UTC).date().isoformat()

    call = await ada.types("/quota report days:7", channel)
    report = await call.settled(lambda message: bool(message.attachments))

    assert report.ephemeral
    assert report.content.startswith("**The last 7 days** · 3 pictures by 2 members, $0.042\n")
    chart, table = report.attachments
    assert (chart.filename, table.filename) == ("report.png", "report.csv")
    assert (chart.description or "").endswith(
        f"to {today}: 3 pictures for $0.042 in all. Most by member: Alice (2), Ada (1). Most by model: hidream (3)."
    )
    with Image.open(io.BytesIO(chart.data)) as painted:
        assert painted.format == "PNG"
        assert painted.width > 1000
    assert list(csv.reader(io.StringIO(table.data.decode()))) == [
        ["day", "member_id", "member", "model", "pictures", "cost_usd", "lost_usd"],
        *sorted(
            [
                [today, str(alice.id), "Alice", "hidream", "2", "0.028", "0"],
                [today, str(ada.id), "Ada", "hidream", "1", "0.014", "0"],
            ],
            key=lambda row: int(row[1]),
        ),
    ]


async def test_the_table_names_everybody_who_is_still_here(community: Community) -> None:
    """The chart sums up whoever made little; the table does not."""
    guild, ada, channel = community.guild, community.ada, community.channel
    members = [guild.add_member(f"painter{number}") for number in range(11)]
    for member in members:
        await picture(member, "/imagine prompt:a fox", channel)
    gone = members.pop()
    del guild.members[gone.id]

    call = await ada.types("/quota report days:7", channel)
    _, table = (await call.settled(lambda message: bool(message.attachments))).attachments

    rows = list(csv.DictReader(io.StringIO(table.data.decode())))
    assert {row["member_id"]: row["member"] for row in rows} == {
        str(gone.id): "",
        **{str(member.id): f"Painter{number}" for number, member in enumerate(members)},
    }


async def test_where_nothing_was_made_there_is_nothing_to_show(community: Community) -> None:
    ada, channel = community.ada, community.channel

    assert await answer(ada, "/quota report", channel) == (
        "No pictures were made here in the last 30 days, so there is nothing to show yet."
    )
    with pytest.raises(BadOption):
        await ada.types("/quota report days:31", channel)
