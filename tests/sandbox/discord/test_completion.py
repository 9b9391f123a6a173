"""Suggestions while a line is typed, and whom the application belongs to."""

from __future__ import annotations

import discord
from discord import app_commands

from tests.sandbox.discord.conftest import Scene


async def test_files_of_an_unfinished_line_are_named_but_not_resolved(scene: Scene) -> None:
    """discord.py's documentation: Discord sends no resolved data along with an autocomplete interaction."""
    seen: list[object] = []

    @scene.bot.tree.command(name="imagine", description="Make a picture")
    async def imagine(interaction: discord.Interaction, model: str, image: discord.Attachment) -> None:
        await interaction.response.send_message(model)

    @imagine.autocomplete("model")
    async def models(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        seen.extend((current, type(interaction.namespace.image)))
        return []

    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()
    await scene.alice.completes("/imagine model:fl", scene.general, ["image"])

    assert seen == ["fl", discord.Object]


async def test_the_application_belongs_to_its_host(scene: Scene) -> None:
    """The host is in no server at first; the bot can write to them all the same, and they to the bot."""
    host = scene.stand_in.host
    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()

    info = await scene.bot.application_info()
    owner = await scene.bot.fetch_user(info.owner.id)
    await owner.send("hello")

    assert (info.team, info.owner.id) == (None, host.id)
    assert host.user.id not in scene.guild.members
    assert (await host.dm.next_message()).content == "hello"


async def test_the_application_may_belong_to_a_team(scene: Scene) -> None:
    """Its owner is then an account of the team's own, and each member says whether they accepted."""
    host, alice, bob = scene.stand_in.host, scene.alice, scene.guild.add_member("bob")
    scene.stand_in.give_to_team("Keepers", host, alice, invited=[bob])
    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()

    info = await scene.bot.application_info()

    assert info.team is not None
    assert (info.owner.id, info.team.owner_id) == (info.team.id, host.id)
    assert {member.id: member.membership_state.name for member in info.team.members} == {
        host.id: "accepted",
        alice.id: "accepted",
        bob.id: "invited",
    }
