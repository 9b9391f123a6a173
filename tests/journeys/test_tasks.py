"""Models that answer with a task in place of a picture: the bot asks after it until it is done, also after a restart."""

from __future__ import annotations

from tests.journeys.asking import models_listed, online_again
from tests.journeys.conftest import Community

LINE = "/imagine prompt:a red fox model:midjourney"


async def test_a_task_is_followed_until_its_picture_is_there(community: Community) -> None:
    """For the member it is a picture like any other."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.task_looks = 1
    call = await alice.types(LINE, channel)
    posted = await community.picture()
    done = await call.settled(lambda message: message.content.startswith("Done"))

    assert len(posted.attachments) == 1
    assert "`midjourney`" in posted.content
    assert "19 pictures left" in done.content
    assert len(community.nanogpt.calls("tasks")) == 2
    assert community.nanogpt.paid_pictures == 1


async def test_a_task_that_fails_costs_the_member_nothing(community: Community) -> None:
    """The reason is NanoGPT's; the operator finds it in the log, since it may have been charged."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.task_looks = 0
    community.nanogpt.trouble.fail_tasks = "the painter gave up"
    call = await alice.types(LINE, channel)
    told = await call.settled(lambda message: "quota" in message.content)

    assert "Nothing was taken from your quota" in told.content
    assert "0 of 20 pictures used" in await community.usage(alice)
    assert "was not made" in community.bot.log


async def test_a_power_cut_while_a_task_is_at_work_delays_its_picture_and_loses_nothing(
    community: Community,
) -> None:
    """The task's id is in the books as soon as NanoGPT told it, so the next start asks after it."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.hold_tasks = True
    call = await alice.types(LINE, channel)
    await community.nanogpt.called("tasks")

    await community.bot.kill()
    community.nanogpt.trouble.hold_tasks = False
    await online_again(community.bot, community.discord)
    posted = await community.picture()
    told = await call.settled(lambda message: message.content.startswith("Done, a little late"))

    assert str(posted.id) in told.content
    assert "`midjourney`" in posted.content
    assert "1 of 20 pictures used" in await community.usage(alice)
    assert len(community.nanogpt.requests) == 1
