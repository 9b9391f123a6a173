"""Every form in which NanoGPT hands over a paid picture, and pictures that cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest
import skimage
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from nanobot.generation import events
from nanobot.generation.collect import CollectedPicture, MissingPicture
from nanobot.generation.generator import PICTURES_DELAYED, PICTURES_LOST
from nanobot.images.sniff import ImageFormat, sniff
from nanobot.store.pictures import NewPicture
from nanobot.store.tables import GenerationStatus, Picture
from nanobot.wiring import open_services
from tests.generation.studio import Studio, photograph, settings_for


def ready(happened: list[events.Event]) -> list[CollectedPicture]:
    return [event.picture for event in happened if isinstance(event, events.PictureReady)]


@pytest.mark.parametrize(
    ("switch", "stored_by"),
    [
        pytest.param(None, ["url", "url"], id="addresses"),
        pytest.param("answer_b64_although_url", ["data", "data"], id="bytes"),
        pytest.param("answer_mixed", ["url", "data"], id="mixed"),
    ],
)
async def test_pictures_are_taken_as_they_come(
    studio: Studio, switch: str | None, stored_by: list[str]
) -> None:
    """They are stored before anything else is done with them, and inline bytes are forgotten once posted."""
    if switch is not None:
        setattr(studio.nanogpt.trouble, switch, True)
    happened = await studio.run(count=2)
    generation = await studio.generation()
    stored = await studio.services.books.stored_pictures(generation.id)

    assert [sniff(picture.data) for picture in ready(happened)] == [ImageFormat.PNG] * 2
    assert ["url" if picture.url else "data" for picture in stored] == stored_by
    assert isinstance(happened[-1], events.Finished)
    await studio.post(happened[-1])
    async with studio.services.database.read() as session:
        kept = await session.scalar(select(func.count()).where(Picture.data.is_not(None)))
    assert kept == 0


async def test_pictures_that_cannot_be_fetched_cost_the_member_nothing(studio: Studio) -> None:
    studio.nanogpt.trouble.expire_urls = True
    happened = await studio.run(count=2)
    generation = await studio.generation()

    assert happened[-1] == events.Failed(sentence=PICTURES_LOST)
    assert ready(happened) == []
    assert generation.status is GenerationStatus.FAILED
    assert generation.cost is not None
    assert await studio.counted() == 0


async def test_pictures_that_are_out_of_reach_for_now_are_not_given_up(studio: Studio) -> None:
    """They are paid: the person is told that they will come, and the hold stays."""
    studio.nanogpt.trouble.keep_failing(503, "storage_down", on="files")
    happened = await studio.run()

    assert happened[-1] == events.Delayed(sentence=PICTURES_DELAYED)
    assert (await studio.generation()).status is GenerationStatus.MADE
    assert await studio.counted() == 1


async def test_only_what_arrives_is_counted(studio: Studio) -> None:
    """Of an answer whose addresses do not work, the inline picture is delivered and the other costs nothing."""
    studio.nanogpt.trouble.answer_mixed = True
    studio.nanogpt.trouble.expire_urls = True
    happened = await studio.run_and_post(count=2)
    finished = happened[-1]

    assert [picture.position for picture in ready(happened)] == [2]
    assert isinstance(finished, events.Finished)
    assert (finished.pictures, finished.lost) == (1, 1)
    assert await studio.counted() == 1
    assert (await studio.standing()).left == 9


@pytest.mark.parametrize("switch", ["answer_empty_data", "answer_html_200"])
async def test_an_answer_without_a_picture_is_an_unknown_outcome(studio: Studio, switch: str) -> None:
    setattr(studio.nanogpt.trouble, switch, True)
    happened = await studio.run()

    assert isinstance(happened[-1], events.Failed)
    assert (await studio.generation()).status is GenerationStatus.UNKNOWN
    assert await studio.counted() == 0


async def test_bytes_that_are_no_picture_after_all_are_left_out(studio: Studio) -> None:
    """What passes for a PNG by its first bytes but cannot be opened is not posted."""
    torn = NewPicture(data=b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    whole = NewPicture(data=photograph("coffee.png"))
    collected = await studio.services.collector.collect_all("0" * 32, [torn, whole], check=False)

    assert isinstance(collected[0], MissingPicture)
    assert isinstance(collected[1], CollectedPicture)
    assert collected[1].width == 96


@pytest.mark.parametrize("name", ["coffee.png", "rocket.jpg"])
async def test_a_picture_that_breaks_off_is_left_out(studio: Studio, name: str) -> None:
    """Its header alone is in order; Discord could not show it, so it is not posted and not counted."""
    data = (Path(skimage.__file__).parent / "data" / name).read_bytes()
    half, whole = NewPicture(data=data[: len(data) // 2]), NewPicture(data=data)
    collected = await studio.services.collector.collect_all("0" * 32, [half, whole], check=False)

    assert [type(picture) for picture in collected] == [MissingPicture, CollectedPicture]


@pytest.mark.parametrize(("given", "delivered"), [(3, 3), (30, 10)])
async def test_more_pictures_than_were_asked_for_are_a_gift(
    sqlite_url: str, studio: Studio, given: int, delivered: int
) -> None:
    """As many as a message holds are delivered, and the member is charged for what they asked for."""
    await studio.run()
    (picture,) = await studio.services.books.stored_pictures((await studio.generation()).id)

    async def generous(request: web.Request) -> web.Response:
        return web.json_response({"created": 1, "data": [{"url": picture.url}] * given, "cost": 0.01})

    app = web.Application()
    app.router.add_post("/v1/images/generations", generous)
    async with TestServer(app) as server:
        settings = settings_for(sqlite_url, studio.nanogpt, nanogpt_base_url=str(server.make_url("")))
        async with open_services(settings, studio.clock) as services:
            generous_studio = Studio(services=services, nanogpt=studio.nanogpt, clock=studio.clock)
            happened = await generous_studio.run_and_post(count=2)

    assert len(ready(happened)) == delivered
    assert await studio.counted() == 3
    assert (await studio.standing()).held == 1
