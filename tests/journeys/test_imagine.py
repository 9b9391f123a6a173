"""`/imagine`: from the command to the picture in the channel."""

from __future__ import annotations

from tests.journeys.conftest import Community


async def test_a_member_imagines_a_picture(community: Community) -> None:
    """The picture is a regular message that names who asked, with prompt, model, size, cost and alt text."""
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    await call.acknowledged()
    picture = await community.channel.next_message(where=lambda message: bool(message.attachments))

    assert call.acknowledged_after < 1
    assert picture.is_regular
    assert f"<@{community.alice.id}>: a red fox in snow" in picture.content
    assert "`hidream` · 1024×1024 · $0.014" in picture.content
    (file,) = picture.attachments
    assert file.filename == "a-red-fox-in-snow-1.png"
    assert file.description == "Picture made from the prompt: a red fox in snow"
    assert picture.buttons == ["Again", "Edit…", "Delete"]
    done = await call.settled(lambda message: message.content.startswith("Done"))
    assert "19 pictures left" in done.content
    assert done.ephemeral
