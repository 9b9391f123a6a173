"""NanoGPT's bad days: what the member is told, that it costs them nothing, and what the operator finds in the log."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import SEEK_END, BytesIO

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from PIL.PngImagePlugin import putchunk

from nanobot.sandbox.nanogpt import Trouble
from tests.journeys.asking import answer, online_again
from tests.journeys.conftest import API_KEY, Community
from tests.journeys.photographs import picture_in

CREDIT = "Nothing was taken from your quota."
OUT_OF_ORDER = "The bot is out of order: {} Whoever runs it has been told in its log. " + CREDIT
BROKEN = f"NanoGPT failed in the middle of the work. Try again in a minute. {CREDIT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upset:
    """What goes wrong, what is said, how many pictures NanoGPT charged, and whether the operator has to know."""

    name: str
    sentence: str
    arrange: Callable[[Trouble], None] = lambda _: None
    line: str = "/imagine prompt:a red fox in snow"
    paid: int = 0
    for_operator: bool = False


def _set(name: str) -> Callable[[Trouble], None]:
    return lambda trouble: setattr(trouble, name, True)


REFUSED = [
    Upset(
        name="the key is no longer valid",
        arrange=lambda trouble: trouble.fail_next(401, "invalid_api_key"),
        sentence=OUT_OF_ORDER.format("NanoGPT does not accept its key."),
        for_operator=True,
    ),
    Upset(
        name="the balance is used up",
        arrange=_set("out_of_funds"),
        sentence=OUT_OF_ORDER.format("its balance at NanoGPT is used up."),
        for_operator=True,
    ),
    Upset(
        name="the key may not do this",
        arrange=lambda trouble: trouble.fail_next(403, "model_not_allowed"),
        sentence=(
            "NanoGPT does not permit the bot to do this with `hidream`. Choose another; `/models` lists some. "
            + CREDIT
        ),
        for_operator=True,
    ),
    Upset(
        name="something else is at the address",
        arrange=lambda trouble: trouble.fail_next(404, "Not Found", envelope="html"),
        sentence=OUT_OF_ORDER.format("NanoGPT does not answer at the address it was given."),
        for_operator=True,
    ),
    Upset(
        name="the content policy says no",
        line="/imagine prompt:a forbidden thing",
        sentence=(
            "NanoGPT's content policy does not allow this prompt or picture. Please word it differently. "
            + CREDIT
        ),
    ),
    Upset(
        name="a model that is listed and gone",
        arrange=lambda trouble: trouble.fail_next(404, "model_not_available"),
        sentence=(
            "NanoGPT has no model `hidream` for pictures right now. Choose another; `/models` lists some. "
            + CREDIT
        ),
    ),
    Upset(
        name="something that no list foretells",
        arrange=lambda trouble: trouble.fail_next(400, "invalid_parameter_value"),
        sentence=(
            "NanoGPT did not accept the request: “The request failed: invalid\\_parameter\\_value”. "
            f"Change it and try again. {CREDIT}"
        ),
    ),
    Upset(
        name="too many requests for long",
        arrange=lambda trouble: trouble.fail_next(429, "rate_limit_exceeded", retry_after=120),
        sentence=f"NanoGPT is busy right now. Try again in 2 minutes. {CREDIT}",
    ),
    Upset(
        name="a server error",
        arrange=lambda trouble: trouble.fail_next(500, "server_error"),
        sentence=BROKEN,
        for_operator=True,
    ),
    Upset(
        name="a proxy's error page",
        arrange=lambda trouble: trouble.fail_next(502, "Bad Gateway", envelope="html"),
        sentence=BROKEN,
        for_operator=True,
    ),
    Upset(
        name="a time-out of theirs",
        arrange=lambda trouble: trouble.fail_next(504, "Gateway Timeout", envelope="empty"),
        sentence=(
            f"NanoGPT took too long, so the request was given up. Try again, perhaps with a faster model. {CREDIT}"
        ),
        for_operator=True,
    ),
]
PAID_FOR_NOTHING = [
    Upset(
        name="the line breaks before the work",
        arrange=lambda trouble: trouble.break_connection("before_work"),
        sentence=BROKEN,
        for_operator=True,
    ),
    Upset(
        name="the line breaks before the answer",
        arrange=lambda trouble: trouble.break_connection("before_headers"),
        sentence=BROKEN,
        paid=1,
        for_operator=True,
    ),
    Upset(
        name="the line breaks within the answer",
        arrange=lambda trouble: trouble.break_connection("mid_body"),
        sentence=BROKEN,
        paid=1,
        for_operator=True,
    ),
    Upset(
        name="a web page in place of the answer",
        arrange=_set("answer_html_200"),
        sentence=BROKEN,
        paid=1,
        for_operator=True,
    ),
    Upset(
        name="an answer without a picture",
        arrange=_set("answer_empty_data"),
        sentence=BROKEN,
        paid=1,
        for_operator=True,
    ),
    Upset(
        name="the links have run out",
        arrange=_set("expire_urls"),
        sentence=(
            "NanoGPT made the picture, but it could not be fetched. Nothing was taken from your quota; "
            "try again in a minute."
        ),
        paid=1,
        for_operator=True,
    ),
]


def _calm(trouble: Trouble) -> None:
    for name in ("out_of_funds", "answer_html_200", "answer_empty_data", "expire_urls"):
        setattr(trouble, name, False)


async def _go_through(community: Community, upsets: list[Upset]) -> None:
    for upset in upsets:
        paid, logged = community.nanogpt.paid_pictures, len(community.bot.log)
        upset.arrange(community.nanogpt.trouble)
        call = await community.alice.types(upset.line, community.channel)
        told = await call.settled(lambda message: "quota" in message.content)
        _calm(community.nanogpt.trouble)

        assert told.content == upset.sentence, upset.name
        assert told.ephemeral
        assert told.buttons == [], upset.name
        assert "0 of 20 pictures used" in await community.usage(community.alice), upset.name
        assert community.nanogpt.paid_pictures - paid == upset.paid, upset.name
        assert ("ERROR" in community.bot.log[logged:]) is upset.for_operator, upset.name
        # Whoever runs the bot looks at its balance; where that works again, so does the bot.
        await answer(community.discord.host, "/balance", community.discord.host.dm)
    assert API_KEY not in community.bot.log
    await community.alice.types("/imagine prompt:a boat", community.channel)
    assert (await community.picture()).content.startswith(f"<@{community.alice.id}>: a boat\n")


async def test_what_nanogpt_refuses_costs_nobody_anything(community: Community) -> None:
    """A whole sentence, the credit back, and the operator told of what only they can mend; afterwards all works."""
    await _go_through(community, REFUSED)


async def test_what_nanogpt_loses_costs_the_member_nothing(community: Community) -> None:
    """Whether it was charged cannot always be known; it is never asked for twice, and the log tells the operator."""
    await _go_through(community, PAID_FOR_NOTHING)

    assert len(community.nanogpt.requests) == len(PAID_FOR_NOTHING) + 1


@pytest.mark.parametrize("bot_settings", [{"NANOGPT_API_KEY": "sk-nano-wrong-key-123"}], ids=["wrong key"])
async def test_a_wrong_key_never_shows(community: Community) -> None:
    """The member is told that the bot is out of order, the operator why, and nobody the key."""
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    told = await call.settled(lambda message: "quota" in message.content)

    assert told.content == OUT_OF_ORDER.format("NanoGPT does not accept its key.")
    assert "NanoGPT does not accept the API key (status 401, code invalid_api_key" in community.bot.log
    assert "sk-nano-wrong-key-123" not in community.bot.log


async def test_a_busy_moment_is_waited_out(community: Community) -> None:
    """Turned away with 429 nothing was made, so the bot asks again by itself, once the time that was named is over."""
    community.nanogpt.trouble.fail_next(429, "rate_limit_exceeded", times=2, retry_after=0)
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    await community.picture()
    done = await call.settled(lambda message: message.content.startswith("Done"))

    assert "19 pictures left" in done.content
    assert [request.status for request in community.nanogpt.requests] == [429, 429, 200]
    assert community.nanogpt.paid_pictures == 1


async def test_pictures_come_as_links_or_as_data(community: Community) -> None:
    """Links are asked for; where data or both come all the same, the member does not notice."""
    for name in ("answer_b64_although_url", "answer_mixed"):
        setattr(community.nanogpt.trouble, name, True)
        await community.alice.types("/imagine prompt:a red fox in snow count:3", community.channel)
        foxes = await community.picture()
        setattr(community.nanogpt.trouble, name, False)

        assert [picture_in(file.data).size for file in foxes.attachments] == [(1024, 1024)] * 3, name
    assert "6 of 20 pictures used" in await community.usage(community.alice)


@pytest.mark.parametrize("bot_settings", [{"GENERATION_TIMEOUT_SECONDS": "0.5"}], ids=["half a second"])
async def test_waiting_for_nanogpt_ends(community: Community) -> None:
    """The member has their credit back; that NanoGPT may have charged it stands in the log."""
    community.nanogpt.trouble.hold()
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    told = await call.settled(lambda message: "quota" in message.content)

    assert told.content == (
        f"NanoGPT took too long, so the request was given up. Try again, perhaps with a faster model. {CREDIT}"
    )
    assert "0 of 20 pictures used" in await community.usage(community.alice)
    assert "TimedOut: NanoGPT did not answer in time" in community.bot.log
    assert len(community.nanogpt.requests) == 1


async def test_nanogpt_out_of_reach_is_tried_a_few_times(community: Community) -> None:
    """Nothing can have been sent, so trying again is safe."""
    await community.nanogpt.stop()
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    told = await call.settled(lambda message: "quota" in message.content)

    assert told.content == f"NanoGPT cannot be reached right now. Try again in a few minutes. {CREDIT}"
    assert community.bot.log.count("generation: attempt") == 3
    assert "0 of 20 pictures used" in await community.usage(community.alice)


@asynccontextmanager
async def _painting(community: Community, picture: bytes) -> AsyncIterator[None]:
    """Let another NanoGPT answer every order with `picture`."""
    items = [{"b64_json": base64.b64encode(picture).decode()}]

    async def paint(_: web.Request) -> web.Response:
        return web.json_response({"created": 1, "data": items, "cost": 0.01})

    app = web.Application()
    app.router.add_post("/v1/images/generations", paint)
    async with TestServer(app) as painter:
        assert await community.bot.stop() == 0
        address = str(painter.make_url("")).rstrip("/")
        await online_again(community.bot, community.discord, NANOGPT_BASE_URL=address)
        yield


async def test_a_picture_that_discord_could_never_take_costs_the_member_nothing(community: Community) -> None:
    """Too large to upload, and broken, so that it cannot be made smaller: the hold is not kept for another try for ever."""
    out = BytesIO()
    Image.new("L", (4000, 3000)).save(out, "PNG")
    out.truncate(out.getvalue().index(b"IDAT") - 4)
    out.seek(0, SEEK_END)
    for kind, body in ((b"IDAT", bytes(12_000_000)), (b"IEND", b"")):
        putchunk(out, kind, body)
    async with _painting(community, out.getvalue()):
        call = await community.alice.types("/imagine prompt:a huge fox", community.channel)
        told = await call.settled(lambda message: "quota" in message.content)

    assert told.content == (
        f"Your picture was made, but it cannot be brought into a size that Discord takes. {CREDIT} "
        "Try a smaller size or another model."
    )
    assert "0 of 20 pictures used" in await community.usage(community.alice)
    assert "made for 0.01 but unfit" in community.bot.log


async def test_a_limit_that_was_not_the_bots_own_falls_back_to_everybodys(community: Community) -> None:
    """An interaction may name the limit of its user's subscription; half of 100 MiB would be refused again."""
    boosted = community.discord.add_guild("Rich Den", boost_tier=3)
    channel, carol = boosted.add_channel("general"), boosted.add_member("carol")
    out = BytesIO()
    Image.effect_noise((4000, 3000), 80).save(out, "PNG")
    async with _painting(community, out.getvalue()):
        community.discord.trouble.fail_next("POST", "/channels/{channel_id}/messages", 413, code=40005)
        await carol.types("/imagine prompt:a noisy fox", channel)
        posted = await community.picture(channel)

    assert len(out.getvalue()) > 10 * 1024 * 1024 >= len(posted.attachments[0].data)
    assert posted.is_regular
