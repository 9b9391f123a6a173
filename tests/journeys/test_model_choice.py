"""Which model paints: what is suggested while one types, and what is said of a choice that cannot work."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from nanobot.sandbox.discord import Channel, File, Person
from tests.journeys.asking import answer, models_listed, picture
from tests.journeys.conftest import Community
from tests.journeys.photographs import file_of, mask_of, photograph, sent_mask, sent_pictures, stored_file


async def suggested(
    person: Person, line: str, channel: Channel, *attachments: str
) -> list[str | int | float]:
    return [value for _, value in await person.completes(line, channel, attachments)]


async def test_the_models_suggested_can_work_on_what_is_attached(community: Community) -> None:
    """Nothing attached: models that paint from text; pictures or a mask: those that take them; `/edit`: those that edit."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    from_text = await suggested(alice, "/imagine prompt:a cat model:", channel)
    from_one = await suggested(alice, "/imagine prompt:a cat model:", channel, "image")
    from_two = await suggested(alice, "/imagine prompt:a cat model:", channel, "image", "image2")
    linked = await suggested(alice, "/imagine prompt:a cat image_url:https://fox.org/f.png model:", channel)
    masked = await suggested(alice, "/edit prompt:a cat model:", channel, "image", "mask")
    edits = await suggested(alice, "/edit prompt:a cat model:", channel)

    assert from_text[0] == "hidream"
    assert {"bagel", "midjourney"} <= set(from_text)
    assert not {"ghiblify", "hidream-edit"} & set(from_text)
    assert {"ghiblify", "bagel", "flux-kontext"} <= set(from_one)
    assert "hidream" not in from_one
    assert linked == from_one
    assert set(from_two) == {"flux-kontext", "flux-kontext/dev", "gpt-4o-image", "gpt-image-1", "seedream-v4"}
    assert set(masked) == {"flux-lora/inpainting", "ideogram/v3-edit"}
    assert set(edits) == set(from_one)


async def test_the_models_suggested_hold_what_is_typed_and_name_the_price(community: Community) -> None:
    """By id or name, in any case, even misspelt; a price for the size that is filled in."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    assert await alice.completes("/imagine prompt:a cat model:KONTEXT", channel) == [
        ("flux-kontext · Flux Kontext · $0.04", "flux-kontext")
    ]
    assert await alice.completes("/imagine prompt:a cat size:512x512 model:hidrea", channel) == [
        ("hidream · $0.0035", "hidream")
    ]
    assert (await suggested(alice, "/imagine prompt:a cat model:hidreem", channel))[0] == "hidream"
    assert await suggested(alice, "/imagine prompt:a cat model:zzzzzz", channel) == []


async def test_sizes_and_counts_are_suggested_with_their_prices(community: Community) -> None:
    """Those of the model that is filled in, or of the one that the bot would choose."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    by_default = await alice.completes("/imagine prompt:a cat size:1344", channel)
    of_another = await suggested(alice, "/imagine prompt:a cat model:gpt-image-1 size:", channel)
    of_an_edit = await alice.completes("/edit prompt:a cat size:512", channel)
    counted = await alice.completes("/imagine prompt:a cat size:512x512 count:", channel)
    always_four = await alice.completes("/imagine prompt:a cat model:higgsfield-soul count:", channel)

    assert by_default == [("1344x768 · $0.0138", "1344x768"), ("768x1344 · $0.0138", "768x1344")]
    assert of_another == ["1024x1024", "1536x1024", "1024x1536", "auto"]
    assert of_an_edit == [("512x512 · $0.01", "512x512")]
    assert counted == [
        ("1 picture · $0.0035", 1),
        ("2 pictures · $0.007", 2),
        ("3 pictures · $0.0105", 3),
        ("4 pictures · $0.014", 4),
    ]
    assert [value for _, value in always_four] == [4]
    assert always_four[0][0].startswith("4 pictures, as always with this model")


async def test_suggestions_wait_for_nothing(community: Community) -> None:
    """They come while NanoGPT fails and while another program keeps the database to itself."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    for route in ("images", "catalogue", "balance"):
        community.nanogpt.trouble.keep_failing(500, "down", on=route)
    asked = len(community.nanogpt.calls("catalogue"))
    database = community.bot.log_path.parent / "nanobot.db"

    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        models = await suggested(alice, "/imagine prompt:a cat model:midj", channel)
        sizes = await suggested(alice, "/imagine prompt:a cat size:512", channel)
        counts = await suggested(alice, "/imagine prompt:a cat count:", channel)
        connection.execute("ROLLBACK")

    assert (models, sizes, counts) == (["midjourney"], ["512x512"], [1, 2, 3, 4])
    assert len(community.nanogpt.calls("catalogue")) == asked


async def test_models_for_adults_are_suggested_and_used_only_where_adults_are_alone(
    community: Community,
) -> None:
    """In an age-restricted channel and its threads, not elsewhere, whatever somebody types."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    adults = community.guild.add_channel("adults", nsfw=True)
    line = "/imagine prompt:a cat model:lustify-sdxl"

    refusals = [await answer(alice, line, place) for place in (channel, alice.dm)]
    await picture(alice, line, adults)
    await picture(alice, line, adults.add_thread("late"))

    assert "lustify-sdxl" in await suggested(alice, "/imagine prompt:a cat model:lust", adults)
    assert "lustify-sdxl" not in await suggested(alice, "/imagine prompt:a cat model:lust", channel)
    for refusal in refusals:
        assert refusal.startswith("`lustify-sdxl` is for age-restricted channels only.")
    assert len(community.nanogpt.requests) == 2
    assert "18 pictures" not in await community.usage(alice, alice.dm)


@pytest.mark.parametrize(
    ("line", "files", "said"),
    [
        pytest.param(
            "/imagine prompt:a cat model:hidreem",
            {},
            ("NanoGPT lists no model `hidreem`.", "`hidream`"),
            id="a misspelt model",
        ),
        pytest.param(
            "/imagine prompt:a cat size:1000x1000",
            {},
            ("`hidream` does not make `1000x1000`.", "`1024x1024` ($0.014)"),
            id="a size that there is not",
        ),
        pytest.param(
            "/imagine prompt:a cat model:hidream",
            {"image": stored_file("chelsea.png")},
            (
                "`hidream` makes pictures from text alone. Leave the picture out, or",
                "such as `flux-kontext`, ",
            ),
            id="a picture for a model that takes none",
        ),
        pytest.param(
            "/imagine prompt:a cat model:ghiblify",
            {},
            ("`ghiblify` changes a picture and needs one.", "`hidream`"),
            id="a picture is missing",
        ),
        pytest.param(
            "/imagine prompt:a cat model:ghiblify",
            {"image": stored_file("chelsea.png"), "image2": stored_file("chelsea.png")},
            ("`ghiblify` takes one picture; you gave 2.", "`flux-kontext`"),
            id="too many pictures",
        ),
        pytest.param(
            "/edit prompt:a cat model:ghiblify",
            {"image": stored_file("chelsea.png"), "mask": mask_of((451, 300))},
            ("`ghiblify` takes no mask.", "`flux-lora/inpainting`"),
            id="a mask that the model does not take",
        ),
        pytest.param(
            "/imagine prompt:a cat",
            {"mask": mask_of((451, 300))},
            ("A mask needs the picture that it belongs to.",),
            id="a mask without its picture",
        ),
        pytest.param(
            "/edit prompt:a cat",
            {
                "image": stored_file("chelsea.png"),
                "mask": file_of(photograph("chelsea.png").point(lambda _: 0), "black.png", "PNG"),
            },
            ("black.png marks nothing as a mask: paint white what is to change and black what stays.",),
            id="a black mask",
        ),
        pytest.param(
            "/edit prompt:a cat model:flux-lora/inpainting",
            {"image": stored_file("chelsea.png")},
            ("`flux-lora/inpainting` needs a mask.",),
            id="neither a mask nor transparency",
        ),
    ],
)
async def test_a_choice_that_cannot_work_names_the_nearest_that_can(
    community: Community, line: str, files: dict[str, File], said: tuple[str, ...]
) -> None:
    """Before anything is sent to NanoGPT; nothing is taken from the quota."""
    await models_listed(community.alice, community.channel)
    call = await community.alice.types(line, community.channel, files)
    refusal = await call.settled(lambda message: message.content.endswith((".", "?")))

    for words in said:
        assert words in refusal.content
    assert refusal.ephemeral
    assert community.nanogpt.requests == []
    assert "0 of 20 pictures used" in await community.usage(community.alice)


async def test_a_model_that_always_makes_four_is_held_to_the_quota_with_four(community: Community) -> None:
    ada, alice, channel = community.ada, community.alice, community.channel
    await models_listed(alice, channel)
    await answer(ada, "/quota set member:@alice images:5", channel)
    line = "/imagine prompt:a cat model:higgsfield-soul count:1"

    made = await picture(alice, line, channel)
    refused = await answer(alice, line, channel)

    assert len(made.attachments) == 4
    assert "4 of 5 pictures used" in await community.usage(alice)
    assert refused.startswith("You asked for 4 pictures and have 1 left")
    assert community.nanogpt.paid_pictures == 4


async def test_what_a_model_does_not_take_is_left_out_and_said(community: Community) -> None:
    """The picture is made all the same, and its caption names what did not count."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    made = await picture(
        alice, "/imagine prompt:a cat model:gpt-image-1 steps:50 seed:7 kontext_max_mode:true", channel
    )
    request = await community.nanogpt.next_request()

    assert not {"num_inference_steps", "seed", "kontext_max_mode"} & request.fields.keys()
    for option in ("`steps`", "`seed`", "`kontext_max_mode`"):
        assert option in made.content


async def test_the_transparent_part_of_a_picture_can_be_its_mask(community: Community) -> None:
    """As other programs erase what is to be painted anew; a mask file may be made the same way."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    erased = photograph("chelsea.png").resize((400, 300)).convert("RGBA")
    erased.paste((0, 0, 0, 0), (0, 0, 200, 300))
    file = file_of(erased, "erased.png", "PNG")

    await picture(alice, "/edit prompt:a dog model:flux-lora/inpainting", channel, {"image": file})
    by_itself = await community.nanogpt.next_request()
    await picture(alice, "/edit prompt:a dog", channel, {"image": stored_file("chelsea.png"), "mask": file})
    by_mask = await community.nanogpt.next_request()

    for request in (by_itself, by_mask):
        (sent,) = sent_pictures(request)
        mask = sent_mask(request)
        assert mask.size == sent.size
        assert mask.getpixel((10, 150)) == 255
        assert mask.getpixel((390, 150)) == 0


async def test_context_is_looked_at_more_closely_on_demand(community: Community) -> None:
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    photo = {"image": stored_file("chelsea.png")}

    await picture(alice, "/edit prompt:a dog kontext_max_mode:true", channel, photo)
    request = await community.nanogpt.next_request()

    assert request.fields["model"] == "flux-kontext"
    assert request.fields["kontext_max_mode"] is True
