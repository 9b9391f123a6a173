"""Logging in, the guild's inventory, the synced commands, and the end of a connection."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import DiscordStandIn
from tests.sandbox.discord_js.conftest import REPLY_PICTURE, Scene
from tests.sandbox.discord_js.program import Program

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_library_finds_the_gateway_and_knows_itself(scene: Scene) -> None:
    asked = [request.route for request in scene.stand_in.requests]

    assert "/gateway/bot" in asked
    assert scene.ready["user"] == scene.stand_in.bot.name
    assert scene.ready["applicationId"] == str(scene.stand_in.application_id)


async def test_the_library_knows_the_guild_its_channels_and_roles(scene: Scene) -> None:
    (guild,) = scene.ready["guilds"]

    assert guild["name"] == "Fox Den"
    assert guild["locale"] == "en-GB"
    assert guild["channels"] == ["general"]
    assert set(guild["roles"]) == {"@everyone", "nanobot", "artists", "mod's permissions"}
    assert guild["memberCount"] == 5
    assert guild["me"]["name"] == scene.stand_in.bot.name
    assert set(guild["me"]["roles"]) == {"@everyone", "nanobot"}


async def test_commands_are_the_same_on_both_sides(scene: Scene) -> None:
    held = {command["name"]: command for command in scene.stand_in.commands.of(None)}
    seen = {command["name"]: command for command in scene.ready["commands"]}

    assert seen.keys() == held.keys() == {"picture", "quota", "panel", "Describe"}
    assert all(seen[name]["id"] == held[name]["id"] for name in seen)
    assert seen["Describe"]["type"] == "Message"
    assert seen["quota"]["permissions"] == ["ManageGuild"]
    assert seen["picture"]["options"] == [option["name"] for option in held["picture"]["options"]]


async def test_new_channels_threads_roles_and_guilds_are_heard_of(scene: Scene) -> None:
    annex = scene.stand_in.add_guild("Annex")
    garden = annex.add_channel("garden")
    garden.add_thread("roses")
    annex.add_role("gardeners", permissions=["manage_channels"])
    annex.remove_bot()

    await scene.program.saw("guild left", name="Annex")
    assert (await scene.program.saw("guild", name="Annex"))["me"]["name"] == scene.stand_in.bot.name
    assert (await scene.program.saw("channel", name="garden"))["id"] == str(garden.id)
    assert (await scene.program.saw("thread", name="roses"))["parent"] == "garden"
    assert (await scene.program.saw("role", name="gardeners"))["permissions"] == ["ManageChannels"]


async def test_a_broken_connection_is_resumed_and_what_was_missed_is_told(scene: Scene) -> None:
    resumed_before = scene.stand_in.gateway.resumed_count
    await scene.stand_in.gateway.disconnect(4000)
    missed = await scene.alice.says("said while nobody listened", scene.general)

    heard = await scene.program.saw("message", id=str(missed.id))
    await scene.program.saw("resumed")
    assert heard["author"] == "alice"
    assert scene.stand_in.gateway.resumed_count == resumed_before + 1


async def test_an_invalid_session_is_begun_anew(scene: Scene) -> None:
    ready_before = scene.stand_in.gateway.ready_count
    scene.stand_in.gateway.invalidate_sessions()
    await scene.stand_in.world.changes.wait_until(
        lambda: True if scene.stand_in.gateway.ready_count > ready_before else None, waiting_for="READY"
    )
    said = await scene.alice.says("hello again", scene.general)

    assert (await scene.program.saw("message", id=str(said.id)))["author"] == "alice"


async def test_a_wrong_token_is_refused(node: str) -> None:
    stand_in = DiscordStandIn()
    await stand_in.start()
    try:
        program = await Program.started(node, stand_in, picture=REPLY_PICTURE, token="no.such.token")
        refused = await program.saw("no login")
        code = await program.stop()
    finally:
        await stand_in.stop()

    assert refused["code"] == "TokenInvalid"
    assert code == 1
    assert stand_in.gateway.ready_count == 0
