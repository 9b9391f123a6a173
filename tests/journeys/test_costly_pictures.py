"""A picture that keeps the processor busy for too long ends in a sentence, and nobody else waits for it."""

from __future__ import annotations

from tests.journeys.asking import online_again
from tests.journeys.conftest import Community
from tests.journeys.photographs import file_of, photograph, stored_file


async def test_a_picture_that_takes_too_long_is_given_up(community: Community) -> None:
    """Nothing is paid, the log tells the operator, and the next picture is worked on as ever."""
    await community.bot.stop()
    await online_again(community.bot, community.discord, MAX_IMAGE_CPU_SECONDS="0.15")
    slow = file_of(photograph("coffee.png").resize((4200, 3800)), "slow.webp", "WEBP", method=0)
    call = await community.alice.types("/edit prompt:make it night", community.channel, {"image": slow})
    told = await call.settled(lambda message: "end" in message.content)
    quick = {"image": stored_file("rocket.jpg")}
    await community.bob.types("/edit prompt:make it night", community.channel, quick)
    await community.picture()

    assert told.content == (
        "slow.webp takes more time or memory to read than is allowed: "
        "save it again, smaller, as PNG or plain JPEG and send that file."
    )
    assert "0 of 20 pictures used" in await community.usage(community.alice)
    assert "1 of 20 pictures used" in await community.usage(community.bob)
    assert "slow.webp took too much, and its worker ended: SIGPROF" in community.bot.log
