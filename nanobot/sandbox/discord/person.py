"""A person at their client: types commands, presses buttons, fills in forms, talks.

What the client would not send is refused here in the client's words, so that a test cannot do what nobody could.

Imports interactions, commands and the composer of this package.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nanobot.sandbox.discord.channels import Channel, dm_with
from nanobot.sandbox.discord.choosing import Mentionable, Pick, pick
from nanobot.sandbox.discord.command_rules import CommandType
from nanobot.sandbox.discord.commands import CommandBook
from nanobot.sandbox.discord.composer import (
    Composer,
    check_size,
    command_name,
    take_apart,
    unfinished,
)
from nanobot.sandbox.discord.drafts import Draft
from nanobot.sandbox.discord.errors import BadOption, Json, NotPossible
from nanobot.sandbox.discord.files import File
from nanobot.sandbox.discord.forms import Form, FormFiles, FormValue
from nanobot.sandbox.discord.interactions import InteractionDesk
from nanobot.sandbox.discord.invocations import InteractionType, Invocation, Modal
from nanobot.sandbox.discord.media import SELECTS, ComponentType, walk
from nanobot.sandbox.discord.message_rules import MAX_CONTENT_CHARACTERS, MAX_FILES
from nanobot.sandbox.discord.messages import NO_FLAG, Message, MessageType
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.discord.posting import new_message
from nanobot.sandbox.discord.resolving import Resolved
from nanobot.sandbox.discord.world import User

_INTERACTIVE_BUTTON_STYLES = {1, 2, 3, 4}


class Person:
    """Made by `Guild.add_member`."""

    def __init__(self, user: User, desk: InteractionDesk, commands: CommandBook) -> None:
        self.user = user
        self._desk = desk
        self._commands = commands
        self._world = desk.world

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return self.user.mention

    @property
    def dm(self) -> Channel:
        """The direct messages with the bot."""
        return dm_with(self._world, self.user)

    def closes_dms(self) -> None:
        self.user.has_open_dms = False

    def installs_app(self) -> None:
        """Install the app for this account, so that it is offered where the bot is not."""
        self.user.has_installed_app = True

    def sees(self, message: Message) -> bool:
        """Answer whether the message is on this person's screen: not deleted, not somebody else's ephemeral one."""
        if message.is_deleted or not message.channel.is_visible_to(self.user):
            return False
        return message.ephemeral_for in {None, self.user}

    async def types(
        self, line: str, channel: Channel, attachments: Mapping[str, File] | None = None
    ) -> Invocation:
        """Send a slash command.

        Raises:
            CommandNotVisible: the client does not offer it here.
            BadOption: the composer would mark a value red.
        """
        command = self._commands.find(CommandType.CHAT_INPUT, command_name(line), channel)
        self._commands.check_visible(command, self.user, channel)
        return self._send_command(command, line, channel, attachments or {})

    async def forces(
        self, line: str, channel: Channel, attachments: Mapping[str, File] | None = None
    ) -> Invocation:
        """Send a slash command that the client does not offer, as a tampered client could try."""
        command = self._commands.find(CommandType.CHAT_INPUT, command_name(line), channel)
        return self._send_command(command, line, channel, attachments or {})

    async def completes(
        self, line: str, channel: Channel, attachments: Collection[str] = ()
    ) -> list[tuple[str, str | int | float]]:
        """Return what the bot suggests for the last option of an unfinished line; `attachments` hold a file already.

        Raises:
            NotPossible: that option has no suggestions.
            DidNotRespond: the bot missed the deadline.
        """
        command = self._commands.find(CommandType.CHAT_INPUT, command_name(line), channel)
        self._commands.check_visible(command, self.user, channel)
        options = unfinished(take_apart(command, line), command["name"], attachments, self._world)
        data = _command_data(command, channel, options, {})
        invocation = self._desk.send(InteractionType.AUTOCOMPLETE, self.user, channel, data)
        await invocation.acknowledged()
        return [(choice["name"], choice["value"]) for choice in invocation.choices or ()]

    async def uses_app(self, name: str, message: Message) -> Invocation:
        """Use a command of the message's Apps menu.

        Raises:
            CommandNotVisible: the menu does not have it.
        """
        self._check_sees(message)
        channel = message.channel
        command = self._commands.find(CommandType.MESSAGE, name, channel)
        self._commands.check_visible(command, self.user, channel)
        resolved = Resolved(channel)
        target = resolved.add_message(message)
        data = _command_data(command, channel, [], resolved.to_json()) | {"target_id": target}
        return self._desk.send(InteractionType.COMMAND, self.user, channel, data)

    async def presses(self, message: Message, custom_id_or_label: str) -> Invocation:
        """Press a button.

        Raises:
            NotPossible: there is no such button, it is disabled, a link, or not on this person's screen.
        """
        self._check_sees(message)
        button = _find(message, {int(ComponentType.BUTTON)}, custom_id_or_label, "label")
        if button["style"] not in _INTERACTIVE_BUTTON_STYLES:
            raise NotPossible(f"“{custom_id_or_label}” is a link and tells the bot nothing.")
        return self._use_component(message, button, {})

    async def selects(self, message: Message, custom_id_or_placeholder: str, *picks: Pick) -> Invocation:
        """Choose in a select menu: options by label or value, people, roles and channels by mention.

        Raises:
            NotPossible: there is no such menu on this person's screen.
            BadOption: the menu does not take this choice.
        """
        self._check_sees(message)
        select = _find(message, set(SELECTS), custom_id_or_placeholder, "placeholder")
        resolved = Resolved(message.channel)
        values = pick(select, picks, resolved, message.channel, self.user)
        extra: Json = {"values": values}
        if found := resolved.to_json():
            extra["resolved"] = found
        return self._use_component(message, select, extra)

    async def submits(
        self,
        opened: Invocation | Modal,
        answers: Mapping[str, FormValue] | None = None,
        files: FormFiles | None = None,
    ) -> Invocation:
        """Fill in a form and submit it; fields go by label or `custom_id`.

        Raises:
            BadOption: the client would not submit it.
        """
        modal = await opened.wait_modal() if isinstance(opened, Invocation) else opened
        opener = modal.opener
        if opener.user is not self.user:
            raise NotPossible("This form is open on somebody else's screen.")
        form = Form(modal.components, answers or {}, files or {}, channel=opener.channel, user=self.user)
        data: Json = {"custom_id": modal.custom_id, "components": form.filled()}
        if found := form.resolved.to_json():
            data["resolved"] = found
        return self._desk.send(
            InteractionType.MODAL, self.user, opener.channel, data, source=opener.source, opener=opener
        )

    async def says(
        self,
        text: str,
        channel: Channel,
        *,
        files: Sequence[File] = (),
        reply_to: Message | None = None,
        ping: bool = True,
        mentions: Sequence[Mentionable] = (),
    ) -> Message:
        """Post a message; `mentions` are put before the text, `ping` is "ping on reply".

        Raises:
            NotPossible: the person may not write or attach files here.
            BadOption: the text or a file is too long.
        """
        self._check_may_write(channel, has_files=bool(files))
        content = " ".join([*(target.mention for target in mentions), text]).strip()
        if not content and not files:
            raise NotPossible("An empty message cannot be sent.")
        if len(content) > MAX_CONTENT_CHARACTERS or len(files) > MAX_FILES:
            raise BadOption("Your message is too long, or has too many files.")
        for file in files:
            check_size(file, self.user, channel)
        if reply_to is not None:
            self._check_sees(reply_to)
        draft = Draft(given={}, content=content, embeds=[], components=[], flags=NO_FLAG, new=list(files))
        message = new_message(
            draft,
            channel=channel,
            author=self.user,
            type=MessageType.DEFAULT if reply_to is None else MessageType.REPLY,
            reference=reply_to,
            ping_reply=ping,
        )
        channel.publish(message)
        return message

    async def reacts(self, message: Message, emoji: str) -> None:
        self._check_sees(message)
        message.channel.react(message, emoji, self.user)

    async def deletes(self, message: Message) -> None:
        """Delete a message, or dismiss an ephemeral one.

        Raises:
            NotPossible: it is somebody else's and the person may not manage messages.
        """
        self._check_sees(message)
        may_manage = message.channel.permissions_of(self.user) & Permission.MANAGE_MESSAGES
        is_own = message.author is self.user or message.ephemeral_for is self.user
        if not is_own and (message.channel.guild is None or not may_manage):
            raise NotPossible("You cannot delete this message.")
        message.channel.remove(message)

    def _send_command(
        self, command: Json, line: str, channel: Channel, attachments: Mapping[str, File]
    ) -> Invocation:
        composer = Composer(self.user, channel)
        options = composer.fill(take_apart(command, line), attachments)
        data = _command_data(command, channel, options, composer.resolved.to_json())
        return self._desk.send(InteractionType.COMMAND, self.user, channel, data)

    def _use_component(self, message: Message, component: Json, extra: Json) -> Invocation:
        data: Json = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component["id"],
            **extra,
        }
        return self._desk.send(InteractionType.COMPONENT, self.user, message.channel, data, source=message)

    def _check_sees(self, message: Message) -> None:
        if not self.sees(message):
            raise NotPossible("This message is not on your screen.")

    def _check_may_write(self, channel: Channel, *, has_files: bool) -> None:
        held = channel.permissions_of(self.user)
        needed = Permission.SEND_MESSAGES if channel.parent is None else Permission.SEND_MESSAGES_IN_THREADS
        if not held & needed:
            raise NotPossible("You do not have permission to send messages in this channel.")
        if has_files and not held & Permission.ATTACH_FILES:
            raise NotPossible("You do not have permission to attach files in this channel.")


def _command_data(command: Json, channel: Channel, options: list[Json], resolved: Json) -> Json:
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = options
    if resolved:
        data["resolved"] = resolved
    if "guild_id" in command and channel.guild is not None:
        data["guild_id"] = command["guild_id"]
    return data


def _find(message: Message, kinds: set[int], name: str, caption: str) -> Json:
    """Return the enabled component with this `custom_id`, or else with this caption."""
    candidates = [item for item in walk(message.components) if item["type"] in kinds]
    for field in ("custom_id", caption):
        for item in candidates:
            if item.get(field) != name:
                continue
            if item.get("disabled"):
                raise NotPossible(f"“{name}” is disabled.")
            return item
    raise NotPossible(f"There is no “{name}” under this message.")
