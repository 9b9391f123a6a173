"""The commands that the bot synced, and who is offered which of them.

https://discord.com/developers/docs/interactions/application-commands#permissions. Imports the rules for commands.
"""

from __future__ import annotations

from datetime import date

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.command_rules import CommandType, check_commands
from nanobot.sandbox.discord.errors import ApiRefusal, CommandNotVisible, Json, Refusal
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.discord.world import User, World

DAILY_CREATES = 200
_IN_GUILD, _IN_BOT_DM = 0, 1
_BY_GUILD, _BY_USER = 0, 1


class CommandBook:
    """Global commands under `None`, a guild's own under its id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_scope: dict[int | None, list[Json]] = {}
        self._creates: dict[tuple[int | None, date], int] = {}
        self.sync_count = 0

    def of(self, scope: int | None) -> list[Json]:
        return self._by_scope.get(scope, [])

    def sync(self, scope: int | None, body: object) -> list[Json]:
        """Replace the commands of a scope; one that was there under the same name keeps its id.

        Raises:
            ApiRefusal: Discord would not take them.
        """
        commands = check_commands(body)
        known = {_key(command): command["id"] for command in self.of(scope)}
        self._count_creates(scope, sum(_key(command) not in known for command in commands))
        self._by_scope[scope] = [
            self._stored(command, scope, known.get(_key(command)) or str(self._world.ids.next()))
            for command in commands
        ]
        self.sync_count += 1
        self._world.changes.ring()
        return self.of(scope)

    def _count_creates(self, scope: int | None, created: int) -> None:
        today = (scope, self._world.clock.now().date())
        if self._creates.get(today, 0) + created > DAILY_CREATES:
            raise ApiRefusal(Refusal.TOO_MANY_COMMAND_CREATES)
        self._creates[today] = self._creates.get(today, 0) + created

    def _stored(self, command: Json, scope: int | None, command_id: str) -> Json:
        needed = command.get("default_member_permissions")
        stored: Json = {
            "id": command_id,
            "application_id": str(self._world.application_id),
            "version": str(self._world.ids.next()),
            "type": command.get("type") or int(CommandType.CHAT_INPUT),
            "name": command["name"],
            "name_localizations": command.get("name_localizations"),
            "description": command.get("description") or "",
            "description_localizations": command.get("description_localizations"),
            "default_member_permissions": None if needed is None else str(needed),
            "dm_permission": command.get("dm_permission", True),
            "nsfw": command.get("nsfw", False),
            "contexts": command.get("contexts"),
            "integration_types": command.get("integration_types") or [_BY_GUILD],
        }
        if command.get("options"):
            stored["options"] = command["options"]
        if scope is not None:
            stored["guild_id"] = str(scope)
        return stored

    def find(self, kind: CommandType, name: str, channel: Channel) -> Json:
        """Return the command that goes by this name here; a guild's own hides the global one.

        Raises:
            CommandNotVisible: there is none.
        """
        own = self.of(channel.guild.id) if channel.guild is not None else []
        for command in (*own, *self.of(None)):
            if command["type"] == kind and command["name"] == name:
                return command
        raise CommandNotVisible(f"There is no command named {name} here.")

    def check_visible(self, command: Json, user: User, channel: Channel) -> None:
        """Say why the person's client does not offer the command here.

        Raises:
            CommandNotVisible: with the reason.
        """
        if not _is_installed_here(command, user, channel):
            raise CommandNotVisible(f"The app that has {command['name']} is not installed here.")
        contexts = command["contexts"]
        here = _IN_BOT_DM if channel.guild is None else _IN_GUILD
        if contexts is not None and here not in contexts:
            raise CommandNotVisible(f"{command['name']} cannot be used in this kind of channel.")
        if contexts is None and channel.guild is None and not command["dm_permission"]:
            raise CommandNotVisible(f"{command['name']} cannot be used in direct messages.")
        if channel.guild is None:
            return
        if command["nsfw"] and not channel.nsfw:
            raise CommandNotVisible(f"{command['name']} can only be used in an age-restricted channel.")
        _check_permissions(command, channel.permissions_of(user))


def _check_permissions(command: Json, held: Permission) -> None:
    if not held & Permission.VIEW_CHANNEL or not held & Permission.USE_APPLICATION_COMMANDS:
        raise CommandNotVisible("You do not have permission to use application commands in this channel.")
    needed = command["default_member_permissions"]
    if needed is None or held & Permission.ADMINISTRATOR:
        return
    # "0" locks a command to administrators.
    if int(needed) == 0 or int(needed) & ~int(held):
        raise CommandNotVisible(f"You do not have permission to use {command['name']}.")


def _is_installed_here(command: Json, user: User, channel: Channel) -> bool:
    ways = command["integration_types"]
    if user.has_installed_app and _BY_USER in ways:
        return True
    return _BY_GUILD in ways and (channel.guild is None or channel.guild.has_bot)


def _key(command: Json) -> tuple[int, str]:
    return (command.get("type") or int(CommandType.CHAT_INPUT), command["name"])
