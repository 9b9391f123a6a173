"""Real photographs in the forms that phones, cameras and editors give them, all the way to NanoGPT."""

from __future__ import annotations

from PIL import Image

from nanobot.sandbox.discord import File
from tests.journeys.conftest import Community
from tests.journeys.photographs import (
    file_of,
    heic,
    looks_like,
    moving_gif,
    phone_photograph,
    photograph,
    picture_in,
    sent_pictures,
    stored_file,
    webp,
)


async def test_every_kind_of_photograph_is_a_reference(community: Community) -> None:
    """A phone's arrives upright, a cut-out keeps its transparency, of an animation the first frame counts."""
    files = {
        "image": phone_photograph(),
        "image2": stored_file("logo.png"),
        "image3": moving_gif(),
        "image4": heic(),
    }
    await community.alice.types("/imagine prompt:a collage", community.channel, files)
    await community.picture()
    upright, cut_out, first_frame, from_iphone = sent_pictures(await community.nanogpt.next_request())

    assert upright.size == (640, 427)
    assert looks_like(upright, photograph("rocket.jpg"))
    assert not upright.getexif()
    assert cut_out.mode == "RGBA"
    assert cut_out.getchannel("A").tobytes() == picture_in(files["image2"].data).getchannel("A").tobytes()
    assert looks_like(first_frame, photograph("chelsea.png").resize((320, 240)))
    assert getattr(first_frame, "n_frames", 1) == 1
    assert looks_like(from_iphone, photograph("chelsea.png"))


async def test_a_photograph_is_edited_and_its_result_edited_on(community: Community) -> None:
    """Each kind once: attached to a mention, then the result by a reply."""
    expected = {
        phone_photograph(): photograph("rocket.jpg"),
        webp(): photograph("coffee.png"),
        heic(): photograph("chelsea.png"),
    }
    bot, channel, nanogpt = community.discord.bot, community.channel, community.nanogpt
    for file, original in expected.items():
        await community.alice.says("make it night", channel, files=[file], mentions=[bot])
        night = await community.picture()
        (sent,) = sent_pictures(await nanogpt.next_request())
        await community.bob.says("as a cartoon", channel, reply_to=night)
        cartoon = await community.picture()
        (of_night,) = sent_pictures(await nanogpt.next_request())

        assert looks_like(sent, original), file.filename
        assert looks_like(of_night, picture_in(night.attachments[0].data)), file.filename
        assert cartoon.content.startswith(f"<@{community.bob.id}>: as a cartoon\n")


async def test_a_large_photograph_is_made_small_enough(community: Community) -> None:
    """24 megapixels of a camera and a screenshot as PNG both arrive below 4 MB, in their proportions."""
    camera = photograph("retina.jpg").resize((6000, 4000), Image.Resampling.BICUBIC)
    files = {
        "image": file_of(camera, "DSC_0001.JPG", "JPEG", quality=92),
        "image2": _noisy_screenshot(),
    }
    assert len(files["image2"].data) > 5_000_000
    await community.alice.types("/imagine prompt:a collage", community.channel, files)
    await community.picture()
    request = await community.nanogpt.next_request()
    from_camera, screenshot = sent_pictures(request)

    assert from_camera.size == (2048, 1365)
    assert looks_like(from_camera, camera)
    assert looks_like(screenshot, picture_in(files["image2"].data))
    assert isinstance(request.body, dict)
    assert max(len(url) for url in request.body["imageDataUrls"]) <= 4_000_000


def _noisy_screenshot() -> File:
    noise = Image.effect_noise((1900, 1400), 90)
    page = photograph("astronaut.png").resize((1900, 1400))
    return file_of(Image.merge("RGB", [noise, *page.split()[1:]]), "screen.png", "PNG", compress_level=1)
