"""A team that owns the bot's application.

https://docs.discord.com/developers/topics/teams#data-models
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.world import User


class Membership(IntEnum):
    """Whether somebody is in the team, or was only asked to join."""

    INVITED = 1
    ACCEPTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Its members, first the one who owns it."""

    id: int
    name: str
    members: Mapping[User, Membership]

    def to_json(self) -> Json:
        owner = next(iter(self.members))
        return {
            "id": str(self.id),
            "icon": None,
            "name": self.name,
            "owner_user_id": str(owner.id),
            "members": [self._member_json(user, state) for user, state in self.members.items()],
        }

    def owner_json(self) -> Json:
        """Return the account that Discord shows as the owner of a team's application."""
        return User(id=self.id, name=f"team{self.id}").to_json()

    def _member_json(self, user: User, state: Membership) -> Json:
        return {
            "user": user.to_json(),
            "team_id": str(self.id),
            "membership_state": int(state),
            "role": "admin",
            "permissions": ["*"],
        }


def team_of(team_id: int, name: str, members: Collection[User], *, invited: Collection[User] = ()) -> Team:
    """Return a team of `members`, the first of whom owns it, that asked those `invited` to join."""
    return Team(
        id=team_id,
        name=name,
        members=dict.fromkeys(members, Membership.ACCEPTED) | dict.fromkeys(invited, Membership.INVITED),
    )
