"""`/help`, `/models` and `/history`: what a member may know."""

from __future__ import annotations

from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community


async def test_help_names_every_command_and_tells_admins_of_theirs(community: Community) -> None:
    """Members are not shown what they cannot use, and in direct messages nobody manages anything."""
    ada, alice, channel = community.ada, community.alice, community.channel

    for_member = await answer(alice, "/help", channel)
    for_admin = await answer(ada, "/help", channel)
    in_private = await answer(ada, "/help", ada.dm)

    registered = {command["name"]: command for command in community.discord.commands.of(None)}
    for name in registered.keys() - {"help", "quota", "Edit image"}:
        assert f"`/{name}`" in for_member
    for subcommand in registered["quota"]["options"]:
        assert f"`/quota {subcommand['name']}`" in for_admin
    assert "Edit image" in for_member
    assert "/quota" not in for_member
    assert for_admin.startswith(for_member)
    assert in_private == for_member


async def test_models_says_what_each_model_takes(community: Community) -> None:
    """One line a model: what it is for, and how many pictures and whether a mask it wants."""
    listed = (await answer(community.bob, "/models", community.channel)).splitlines()

    assert "`hidream` · Text-to-image, NanoGPT's default" in listed
    assert "`ghiblify` · Turns a picture into Studio Ghibli style (one picture)" in listed
    assert "`flux-lora/inpainting` · Paints anew the white region of a mask (a picture and a mask)" in listed
    assert any(line.startswith("`bagel`") and line.endswith("(one picture if you like)") for line in listed)
    assert listed[-1] == "-# NanoGPT has many more: type any of its model ids into `model`."


async def test_history_lists_what_one_made_here_with_links(community: Community) -> None:
    """Newest first, failures too; what was made elsewhere or by others is not shown."""
    alice, channel = community.alice, community.channel

    empty = await answer(alice, "/history", channel)

    assert empty == "You have not made any pictures here yet. Start with `/imagine`."

    made = await picture(alice, "/imagine prompt:a red fox", channel)
    failed = await alice.types("/imagine prompt:something forbidden", channel)
    await failed.settled(lambda message: "content policy" in message.content)
    await picture(community.bob, "/imagine prompt:a koala", channel)
    private = await picture(alice, "/imagine prompt:a whisper", alice.dm)

    newest, newest_facts, oldest, oldest_facts = (await answer(alice, "/history", channel)).splitlines()
    assert (newest, oldest) == ("something forbidden", "a red fox")
    assert newest_facts.endswith("· `hidream` · refused")
    assert "`hidream` · $0.014 ·" in oldest_facts
    assert f"https://discord.com/channels/{community.guild.id}/{channel.id}/{made.id}" in oldest_facts
    in_private = await answer(alice, "/history", alice.dm)
    assert "a red fox" not in in_private
    assert f"https://discord.com/channels/@me/{alice.dm.id}/{private.id}" in in_private
