"""Who runs the bot, by Discord's word: the owner of its application, or the members of the owning team.

Imports only discord.
"""

from __future__ import annotations

import discord


async def application_owner_ids(client: discord.Client) -> frozenset[int]:
    """Return the user ids of those whom the bot's application belongs to.

    discord.py asks Discord once, at login: a change of the team holds from the next start on.
    https://docs.discord.com/developers/resources/application#application-object

    Raises:
        discord.HTTPException: it was not asked yet, and Discord does not answer now.
    """
    info = client.application or await client.application_info()
    if info.team is None:
        return frozenset((info.owner.id,))
    accepted = discord.TeamMembershipState.accepted
    return frozenset(member.id for member in info.team.members if member.membership_state is accepted)
