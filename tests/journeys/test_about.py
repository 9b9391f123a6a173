"""`/help`: what a member may know."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import BadOption
from tests.journeys.asking import answer
from tests.journeys.conftest import Community

_SLASH_COMMAND = 1


async def test_help_names_every_command_and_tells_admins_of_theirs(community: Community) -> None:
    """Members are not shown what they cannot use, and in direct messages nobody manages anything."""
    ada, alice, channel = community.ada, community.alice, community.channel

    for_member = await answer(alice, "/help", channel)
    for_admin = await answer(ada, "/help", channel)
    in_private = await answer(ada, "/help", ada.dm)

    registered = {command["name"]: command for command in community.discord.commands.of(None)}
    menus = {name for name, command in registered.items() if command["type"] != _SLASH_COMMAND}
    for name in registered.keys() - menus - {"help", "quota", "config", "balance"}:
        assert f"`/{name}`" in for_member
    for group in ("quota", "config"):
        for subcommand in registered[group]["options"]:
            assert f"`/{group} {subcommand['name']}`" in for_admin
    assert "Edit image" in for_member
    assert "/quota" not in for_member
    assert "/config" not in for_member
    assert for_admin.startswith(for_member)
    assert in_private == for_member


async def test_help_tells_more_of_each_topic(community: Community) -> None:
    """The guide's best practices stand where they are of use; the overview says that there is more."""
    alice, channel = community.alice, community.channel
    practices = {
        "prompts": ("Be specific and detailed", "style", "`negative_prompt`"),
        "edits": ("Describe the change", "good picture", "`mask`", "made smaller"),
        "options": ("`size`", "`steps`", "`guidance_scale`", "`kontext_max_mode`"),
        "spending little": ("small `size`", "one picture at a time"),
    }

    assert "`/help topic:`" in await answer(alice, "/help", channel)
    for topic, words in practices.items():
        told = await answer(alice, f"/help topic:{topic}", channel)
        for word in words:
            assert word in told, topic
    with pytest.raises(BadOption):
        await alice.types("/help topic:cooking", channel)
