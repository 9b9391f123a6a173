"""“Edit image” in a message's Apps menu, and the form that it opens."""

from __future__ import annotations

from dataclasses import replace

from nanobot.sandbox.discord import File
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, photograph, picture_in, sent_pictures, stored_file, webp


async def test_a_form_edits_the_picture_of_any_message(community: Community) -> None:
    """The bot's own picture or a member's photograph, whose message Discord shows the bot for this one moment."""
    alice, channel, nanogpt = community.alice, community.channel, community.nanogpt
    await alice.types("/imagine prompt:a red fox in snow", channel)
    fox = await community.picture()
    await nanogpt.next_request()
    form = await (await alice.uses_app("Edit image", fox)).wait_modal()
    sent_form = await alice.submits(form, {"What should change?": "make it night"})
    night = await community.picture()
    of_fox = await nanogpt.next_request()
    done = await sent_form.settled(lambda message: message.content.startswith("Done"))
    photo = await community.bob.says("my cat", channel, files=[stored_file("chelsea.png"), webp()])
    opened = await alice.uses_app("Edit image", photo)
    await alice.submits(opened, {"What should change?": "#2 make it night"})
    await community.picture()
    of_photo = await nanogpt.next_request()

    assert form.title == "Edit this picture"
    assert night.content.startswith(f"<@{alice.id}>: make it night\n-# `flux-kontext` · ")
    assert night.is_regular
    assert looks_like(sent_pictures(of_fox)[0], picture_in(fox.attachments[0].data))
    assert str(night.id) in done.content
    assert looks_like(sent_pictures(of_photo)[0], photograph("coffee.png"))
    assert of_photo.fields["prompt"] == "make it night"


async def test_one_of_several_pictures_is_chosen_in_the_form(community: Community) -> None:
    """The first unless another is chosen; of a single picture there is no choice."""
    alice, channel, nanogpt = community.alice, community.channel, community.nanogpt
    both = await community.bob.says("my cat", channel, files=[stored_file("chelsea.png"), webp()])
    one = await community.bob.says("my coffee", channel, files=[webp()])
    chosen = await (await alice.uses_app("Edit image", both)).wait_modal()
    await alice.submits(chosen, {"What should change?": "make it night", "Which picture?": "Picture 2"})
    second = await nanogpt.next_request()
    left = await (await alice.uses_app("Edit image", both)).wait_modal()
    await alice.submits(left, {"What should change?": "make it night"})
    first = await nanogpt.next_request()
    single = await (await alice.uses_app("Edit image", one)).wait_modal()

    assert looks_like(sent_pictures(second)[0], photograph("coffee.png"))
    assert looks_like(sent_pictures(first)[0], photograph("chelsea.png"))
    assert [component["label"] for component in single.components] == ["What should change?"]


async def test_a_message_without_a_picture_opens_no_form(community: Community) -> None:
    message = await community.bob.says("no picture", community.channel, files=[File("notes.txt", b"hello")])
    told = await (await community.alice.uses_app("Edit image", message)).response()

    assert told.content == "That message has no picture that I can edit."
    assert told.ephemeral


async def test_a_number_that_the_message_does_not_have_is_refused(community: Community) -> None:
    photo = await community.bob.says("my cat", community.channel, files=[stored_file("chelsea.png")])
    opened = await community.alice.uses_app("Edit image", photo)
    sent = await community.alice.submits(opened, {"What should change?": "#2 make it night"})
    told = await sent.response()

    assert told.content == "That message has 1 picture; there is no #2."
    assert "0 of 20 pictures used" in await community.usage(community.alice)


async def test_a_form_that_was_open_during_a_restart_still_works(community: Community) -> None:
    """The bot's own picture is read again; a member's photograph cannot be, and the sentence says what to do."""
    alice, channel, nanogpt = community.alice, community.channel, community.nanogpt
    await alice.types("/imagine prompt:a red fox in snow", channel)
    fox = await community.picture()
    await nanogpt.next_request()
    photo = await community.bob.says("my cat", channel, files=[stored_file("chelsea.png")])
    form_of_fox = await (await alice.uses_app("Edit image", fox)).wait_modal()
    form_of_photo = await (await alice.uses_app("Edit image", photo)).wait_modal()
    await community.restart()
    await alice.submits(form_of_fox, {"What should change?": "make it night"})
    night = await community.picture()
    sent = await alice.submits(form_of_photo, {"What should change?": "make it night"})
    told = await sent.response()

    assert night.content.startswith(f"<@{alice.id}>: make it night\n")
    assert looks_like(sent_pictures(await nanogpt.next_request())[0], picture_in(fox.attachments[0].data))
    assert told.content == (
        "I was restarted and no longer know which picture you meant. Choose **Apps → Edit image** on it once more."
    )
    assert nanogpt.paid_pictures == 2


async def test_a_picture_that_was_deleted_meanwhile_is_named(community: Community) -> None:
    """Nothing is paid, and the credit is back."""
    photo = await community.bob.says("my cat", community.channel, files=[stored_file("chelsea.png")])
    form = await (await community.alice.uses_app("Edit image", photo)).wait_modal()
    await community.bob.deletes(photo)
    sent = await community.alice.submits(form, {"What should change?": "make it night"})
    told = await sent.settled(lambda message: "fetched" in message.content)

    assert told.content == "“chelsea.png” can no longer be fetched from Discord. Send it again."
    assert community.nanogpt.requests == []
    assert "0 of 20 pictures used" in await community.usage(community.alice)


async def test_a_forged_form_reaches_no_picture_of_another_channel(community: Community) -> None:
    """A tampered client may name any message in the form's id; the bot sees channels that its sender may not."""
    secret = community.guild.add_channel("secret")
    await community.ada.types("/imagine prompt:a secret fox", secret)
    hidden = await community.picture(secret)
    photo = await community.bob.says("my cat", community.channel, files=[stored_file("chelsea.png")])
    form = await (await community.alice.uses_app("Edit image", photo)).wait_modal()
    forged = replace(form, custom_id=f"edit:{secret.id}:{hidden.id}")
    sent = await community.alice.submits(forged, {"What should change?": "make it night"})
    told = await sent.response()

    assert told.content.startswith("I was restarted and no longer know which picture you meant.")
    assert community.nanogpt.paid_pictures == 1
