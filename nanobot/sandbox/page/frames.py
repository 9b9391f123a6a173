"""What a page is told of the stand-in for Discord, each frame a whole snapshot of its part.

Imports the opening, seats and messages of the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from nanobot.sandbox.den import Den
from nanobot.sandbox.discord import CommandNotVisible, DiscordStandIn, Message, Modal, Person
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.page.message_view import message_json
from nanobot.sandbox.page.seats import DM, Seat

SHOWN_MESSAGES = 60


def hello(den: Den, seat: Seat, *, is_real: bool) -> Json:
    guild = den.guild
    dm = seat.person.dm
    return {
        "type": "hello",
        "people": [_person(den, person) for person in den.people.values()],
        "channels": [
            {"name": den.channel.name, "id": str(den.channel.id), "kind": "text"},
            {"name": DM, "id": str(dm.id), "kind": "dm"},
        ],
        "roles": [
            {"id": str(role.id), "name": role.name, "color": role.to_json()["color"]}
            for role in guild.roles.values()
        ],
        "bot": {"id": str(den.world.bot.id), "name": den.world.bot.name},
        "file_limit": max(seat.person.user.upload_limit_bytes, guild.upload_limit_bytes),
        "real_images": is_real,
    }


def commands(discord: DiscordStandIn, seat: Seat) -> Json:
    """Return what this person's client offers here, as the bot synced it; a server's own hides a global one."""
    guild = seat.channel.guild
    own = discord.commands.of(guild.id) if guild is not None else []
    hidden = {(command["type"], command["name"]) for command in own}
    everywhere = [each for each in discord.commands.of(None) if (each["type"], each["name"]) not in hidden]
    offered = [command for command in (*own, *everywhere) if _is_offered(discord, command, seat)]
    return {"type": "commands", "commands": offered}


def messages(seat: Seat) -> Json:
    newest = list(islice(_seen(seat), SHOWN_MESSAGES))
    return {"type": "messages", "messages": [message_json(message, seat) for message in reversed(newest)]}


def form(modal: Modal | None) -> Json:
    if modal is None:
        return {"type": "modal", "modal": None}
    shown = {
        "id": form_id(modal),
        "title": modal.title,
        "custom_id": modal.custom_id,
        "components": modal.components,
    }
    return {"type": "modal", "modal": shown}


def form_id(modal: Modal) -> str:
    """Return the id by which a page submits the form: no two forms have the same opener."""
    return str(modal.opener.id)


def typing(seat: Seat) -> Json:
    users = seat.channel.world.users
    others = [users[user_id].name for user_id in seat.channel.typing() if user_id != seat.person.id]
    return {"type": "typing", "names": others}


def typing_lasts(seat: Seat) -> float | None:
    """Return the seconds after which somebody is no longer shown as typing, None where nobody is."""
    left = min(seat.channel.typing().values(), default=None)
    return None if left is None else max(left, timedelta(0)).total_seconds()


def failed(command: str) -> Json:
    return {"type": "failed", "interaction": {"command": command}}


def _seen(seat: Seat) -> Iterator[Message]:
    return (message for message in reversed(seat.channel.messages.values()) if seat.person.sees(message))


def _is_offered(discord: DiscordStandIn, command: Json, seat: Seat) -> bool:
    try:
        discord.commands.check_visible(command, seat.person.user, seat.channel)
    except CommandNotVisible:
        return False
    return True


def _person(den: Den, person: Person) -> Json:
    roles = [role.name for role in den.guild.members[person.id].roles]
    manages = den.guild.permissions_of(person.user) & Permission.MANAGE_GUILD
    label = ", ".join(roles) or "Member"
    return {
        "name": person.name,
        "id": str(person.id),
        "label": f"{label} (Manage Server)" if manages else label,
        "roles": roles,
    }
