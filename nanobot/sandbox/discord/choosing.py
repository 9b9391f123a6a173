"""Picks in select menus and groups as the client does, in a message or in a form.

Imports what interactions resolve.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.errors import BadOption, Json
from nanobot.sandbox.discord.media import ComponentType
from nanobot.sandbox.discord.naming import find_channel, find_role, find_user
from nanobot.sandbox.discord.resolving import Resolved
from nanobot.sandbox.discord.world import User


class Mentionable(Protocol):
    """A person, a role or a channel."""

    @property
    def mention(self) -> str: ...


Pick: TypeAlias = str | Mentionable

_USERS = {ComponentType.USER_SELECT, ComponentType.MENTIONABLE_SELECT}
_ROLES = {ComponentType.ROLE_SELECT, ComponentType.MENTIONABLE_SELECT}


def pick(select: Json, picks: Sequence[Pick], resolved: Resolved, channel: Channel, user: User) -> list[str]:
    """Return the values of a select menu.

    Raises:
        BadOption: too few, too many, or nothing that the menu offers.
    """
    low = 1 if select.get("min_values") is None else select["min_values"]
    high = 1 if select.get("max_values") is None else select["max_values"]
    check_count(select, len(picks), low, high)
    if select["type"] == ComponentType.STRING_SELECT:
        return [pick_option(select, str(wanted)) for wanted in picks]
    return [_pick_entity(select, wanted, resolved, channel, user) for wanted in picks]


def pick_option(holder: Json, wanted: str) -> str:
    """Return the value of the option with this label or value."""
    for option in holder["options"]:
        if wanted in {option["label"], option["value"]}:
            return str(option["value"])
    raise BadOption(f"“{wanted}” is not on offer.")


def check_count(holder: Json, count: int, low: int, high: int) -> None:
    if not low <= count <= high:
        raise BadOption(f"{holder['custom_id']}: Choose between {low} and {high}.")


def _pick_entity(select: Json, wanted: Pick, resolved: Resolved, channel: Channel, asker: User) -> str:
    text = wanted if isinstance(wanted, str) else wanted.mention
    kind = select["type"]
    if kind in _USERS and (user := find_user(channel, text)) is not None:
        return resolved.add_user(user)
    if kind in _ROLES and (role := find_role(channel, text)) is not None:
        return resolved.add_role(role)
    if kind == ComponentType.CHANNEL_SELECT and (found := find_channel(channel, text)) is not None:
        return resolved.add_channel(found, asker)
    raise BadOption(f"“{text}” is not on offer.")
