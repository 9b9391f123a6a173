"""The little server of the sandbox: who is there, and where. Imports the stand-in for Discord."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from nanobot.sandbox.discord import Channel, DiscordStandIn, Guild, Person
from nanobot.sandbox.discord.world import World

# Before the bot's own account, so that a kept database finds the same people again under the same ids.
_FOUNDED = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Den:
    """`people` by name; the first one is who speaks at the start."""

    world: World
    guild: Guild
    channel: Channel
    people: dict[str, Person]


def found_den(discord: DiscordStandIn) -> Den:
    """Make the server "Fox Den": alice and bob, who is an Artist, and ada, who manages it."""
    with discord.world.ids.backdated(_FOUNDED):
        guild = discord.add_guild("Fox Den")
        artists = guild.add_role("Artist")
        admins = guild.add_role("Admin", permissions=["MANAGE_GUILD"])
        channel = guild.add_channel("general")
        people = [
            guild.add_member("alice"),
            guild.add_member("bob", roles=[artists]),
            guild.add_member("ada", roles=[admins]),
        ]
        for person in people:
            _ = person.dm  # is opened now, for its id's sake
    return Den(
        world=discord.world, guild=guild, channel=channel, people={person.name: person for person in people}
    )
