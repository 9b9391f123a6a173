"""`/models`: what NanoGPT offers, narrowed down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nanobot.sandbox.discord import BadOption
from nanobot.sandbox.nanogpt.offer import OTHER_MODELS
from tests.journeys.asking import answer, models_listed, online_again
from tests.journeys.conftest import Community


def ids(page: str) -> list[str]:
    return [line.split("`")[1] for line in page.splitlines() if line.startswith("`")]


async def test_it_lists_what_nanogpt_offers_with_prices(community: Community) -> None:
    """The guide's models come first; what only the live list knows is there as well."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    page = await answer(alice, "/models", channel)

    lines = page.splitlines()
    assert lines[0] == "`hidream` · $0.0035 to $0.014 · text · 7 sizes"
    assert "`ghiblify` · $0.05 · one picture · 7 sizes" in lines
    assert "`higgsfield-soul` · Higgsfield Soul · " in page
    assert "always 4 at once" in page
    assert "lustify-sdxl" not in page
    assert not lines[-1].startswith("-#")


async def test_it_finds_models_by_name_and_by_what_they_take(community: Community) -> None:
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    assert ids(await answer(alice, "/models search:KONTEXT", channel)) == ["flux-kontext", "flux-kontext/dev"]
    assert ids(await answer(alice, "/models search:hidreem", channel))[0] == "hidream"
    assert ids(await answer(alice, "/models takes:mask", channel)) == [
        "flux-lora/inpainting",
        "ideogram/v3-edit",
    ]
    assert "ghiblify" in ids(await answer(alice, "/models takes:picture", channel))
    assert "ghiblify" not in ids(await answer(alice, "/models takes:text", channel))
    several = ids(await answer(alice, "/models takes:several pictures", channel))
    assert set(several) == {"flux-kontext", "flux-kontext/dev", "gpt-4o-image", "gpt-image-1", "seedream-v4"}
    assert ids(await answer(alice, "/models search:dev takes:several pictures", channel)) == [
        "flux-kontext/dev"
    ]


async def test_nothing_found_and_bad_input_are_answered(community: Community) -> None:
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)

    nothing = await answer(alice, "/models search:zzzzzz", channel)

    assert nothing.startswith("No model fits that. Use fewer letters in `search`, or leave `takes` out")
    with pytest.raises(BadOption):
        await alice.types("/models takes:money", channel)
    with pytest.raises(BadOption):
        await alice.types(f"/models search:{'x' * 101}", channel)


async def test_models_for_adults_are_listed_only_where_adults_are_alone(community: Community) -> None:
    """An age-restricted channel, and a thread in it; not in direct messages."""
    alice = community.alice
    await models_listed(alice, community.channel)
    adults = community.guild.add_channel("adults", nsfw=True)
    thread = adults.add_thread("late")

    assert "lustify-sdxl" in ids(await answer(alice, "/models search:lustify", adults))
    assert "lustify-sdxl" in ids(await answer(alice, "/models search:lustify", thread))
    assert "lustify-sdxl" not in ids(await answer(alice, "/models search:lustify", community.channel))
    assert "lustify-sdxl" not in ids(await answer(alice, "/models search:lustify", alice.dm))


async def test_a_long_list_fills_one_message_and_counts_the_rest(community: Community) -> None:
    """A model that appeared since the bot was started is known after the next reading."""
    painter = OTHER_MODELS[1]
    for number in range(200):
        community.nanogpt.catalogue.add(replace(painter, id=f"painter-{number}", name=f"Painter {number}"))
    assert await community.bot.stop() == 0
    (community.bot.log_path.parent / "nanobot.db").unlink()
    await online_again(community.bot, community.discord)
    await models_listed(community.alice, community.channel)

    page = await answer(community.alice, "/models search:painter", community.channel)

    listed = ids(page)
    assert len(page) <= 2000
    assert (
        page.splitlines()[-1] == f"-# {200 - len(listed)} more: narrow them down with `search` and `takes`."
    )


@pytest.mark.parametrize("bot_settings", [{"NANOGPT_BASE_URL": "http://127.0.0.1:9"}], ids=["no NanoGPT"])
async def test_the_built_in_list_stands_in_where_nanogpts_own_was_never_read(community: Community) -> None:
    page = await answer(community.alice, "/models", community.channel)

    assert len(ids(page)) == 13
    assert page.splitlines()[-1] == (
        "-# This is the bot's built-in list, without prices: NanoGPT's own has not been read yet."
    )
