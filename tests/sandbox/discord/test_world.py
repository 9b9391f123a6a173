"""Permissions as they add up, roles, typing and custom emoji."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import discord
import pytest

from nanobot.clock import TurnableClock
from nanobot.sandbox.discord import DiscordStandIn
from nanobot.sandbox.discord.permissions import (
    ALL,
    NONE,
    Overwrite,
    Permission,
    permissions_in_channel,
)
from tests.sandbox.discord.conftest import Bot, Raw, Scene

VIEW, SEND, ATTACH = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.ATTACH_FILES
EVERYONE, ROLE, MEMBER = 1, 2, 3


def overwrite(target: int, *, allow: Permission = NONE, deny: Permission = NONE) -> Overwrite:
    return Overwrite(target_id=target, is_role=target != MEMBER, allow=allow, deny=deny)


@pytest.mark.parametrize(
    ("base", "overwrites", "expected"),
    [
        (VIEW | SEND, [], VIEW | SEND),
        (VIEW | SEND, [overwrite(EVERYONE, deny=SEND)], VIEW),
        (VIEW | SEND, [overwrite(EVERYONE, deny=SEND), overwrite(ROLE, allow=SEND)], VIEW | SEND),
        (VIEW, [overwrite(ROLE, allow=SEND), overwrite(MEMBER, deny=SEND)], VIEW),
        (VIEW, [overwrite(9, allow=SEND)], VIEW),
        (VIEW | SEND, [overwrite(EVERYONE, deny=VIEW)], NONE),
        (Permission.ADMINISTRATOR, [overwrite(MEMBER, deny=VIEW)], ALL),
    ],
    ids=[
        "base",
        "everyone",
        "role over everyone",
        "member over role",
        "another's",
        "hidden",
        "administrator",
    ],
)
def test_overwrites_apply_in_order(
    base: Permission, overwrites: list[Overwrite], expected: Permission
) -> None:
    """https://discord.com/developers/docs/topics/permissions#permission-overwrites."""
    held = permissions_in_channel(base, overwrites, everyone_id=EVERYONE, role_ids={ROLE}, member_id=MEMBER)

    assert held == expected


@pytest.mark.parametrize("privileged_intents", [["GUILD_MEMBERS"]], ids=["switched on"])
async def test_a_role_given_later_is_told(scene: Scene) -> None:
    intents = discord.Intents.default()
    intents.members = True
    bot = Bot(intents=intents)
    updated: asyncio.Queue[discord.Member] = asyncio.Queue()

    @bot.event
    async def on_member_update(_: discord.Member, after: discord.Member) -> None:
        updated.put_nowait(after)

    await scene.go_online(bot)
    await asyncio.wait_for(bot.wait_until_ready(), 60)
    artist = scene.guild.add_role("Artist", permissions=["MANAGE_GUILD"])
    scene.guild.give_role(scene.alice, artist)
    member = await asyncio.wait_for(updated.get(), 60)

    assert artist.id in {role.id for role in member.roles}
    assert scene.guild.permissions_of(scene.alice.user) & Permission.MANAGE_GUILD


async def test_typing_needs_the_permission_to_send(scene: Scene, raw: Raw) -> None:
    path = f"/channels/{scene.general.id}/typing"
    typed = await raw("POST", path)
    scene.general.deny_bot("SEND_MESSAGES")

    assert (typed.status, (await raw("POST", path)).code) == (204, 50013)


async def test_custom_emoji_are_told_by_name_and_id(scene: Scene, raw: Raw) -> None:
    said = await scene.alice.says("look", scene.general)
    path = f"/channels/{scene.general.id}/messages/{said.id}"
    await raw("PUT", f"{path}/reactions/fox:77/@me")

    assert (await raw("GET", path)).body["reactions"][0]["emoji"] == {"id": "77", "name": "fox"}


async def test_somebody_can_be_in_two_guilds(scene: Scene) -> None:
    elsewhere = scene.stand_in.add_guild("Elsewhere")
    channel = elsewhere.add_channel("general")
    before = channel.is_visible_to(scene.alice.user)
    same = elsewhere.add_member(scene.alice)

    assert (before, channel.is_visible_to(scene.alice.user), same) == (False, True, scene.alice)


async def test_typing_is_shown_for_ten_seconds_or_until_something_is_said() -> None:
    clock = TurnableClock(datetime(2026, 3, 1, tzinfo=UTC))
    stand_in = DiscordStandIn(clock=clock)
    guild = stand_in.add_guild("Fox Den")
    general, alice, bob = guild.add_channel("general"), guild.add_member("alice"), guild.add_member("bob")
    general.show_typing(alice.user)
    clock.turn(timedelta(seconds=4))
    general.show_typing(bob.user)
    both = general.typing()
    await bob.says("hello", general)

    assert both == {alice.id: timedelta(seconds=6), bob.id: timedelta(seconds=10)}
    assert general.typing() == {alice.id: timedelta(seconds=6)}

    clock.turn(timedelta(seconds=6))

    assert general.typing() == {}
