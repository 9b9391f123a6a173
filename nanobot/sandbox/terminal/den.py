"""The little server of the sandbox: who is there, and where. Imports the stand-in for Discord."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from nanobot.sandbox.discord import Channel, DiscordStandIn, Person
from nanobot.sandbox.discord.world import World

# Before the bot's own account, so that a kept database finds the same people again under the same ids.
_FOUNDED = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Den:
    """`people` by name; the first one is who speaks at the start."""

    world: World
    channel: Channel
    people: dict[str, Person]


def found_den(discord: DiscordStandIn) -> Den:
    """Make the server "Fox Den": alice and bob, who is an Artist, and ada, who manages it."""
    with discord.world.ids.backdated(_FOUNDED):
        guild = discord.add_guild("Fox Den")
        artists = guild.add_role("Artist")
        channel = guild.add_channel("general")
        people = [
            guild.add_member("alice"),
            guild.add_member("bob", roles=[artists]),
            guild.add_member("ada", permissions=["MANAGE_GUILD"]),
        ]
        for person in people:
            _ = person.dm  # is opened now, for its id's sake
    return Den(world=discord.world, channel=channel, people={person.name: person for person in people})
