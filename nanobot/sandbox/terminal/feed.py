"""Prints what happens in the stand-in's channels as it happens, and saves the bot's files.

Imports the stand-in's world and messages, the page and the screen.
"""

from __future__ import annotations

from pathlib import Path, PurePath

from rich.text import Text

from nanobot.sandbox.discord import Attachment, Message
from nanobot.sandbox.discord.world import World
from nanobot.sandbox.terminal.lines import LineUnclear
from nanobot.sandbox.terminal.markdown import Reader
from nanobot.sandbox.terminal.page import Page
from nanobot.sandbox.terminal.screen import Screen

_Look = tuple[str, tuple[str, ...], tuple[int, ...]]


class Feed:
    """Gives every message a number that people can type, in the order in which they appear."""

    def __init__(self, world: World, screen: Screen, pictures: Path) -> None:
        self._world = world
        self._screen = screen
        self._pictures = pictures
        self._numbers: dict[int, int] = {}
        self._shown: dict[int, tuple[Message, _Look]] = {}
        self._saved: dict[int, Path] = {}

    async def follow(self) -> None:
        """Print whatever changes, until cancelled."""
        while True:
            self.refresh()
            await self._world.changes.next()

    def refresh(self) -> None:
        """Print what changed since the last time."""
        for message in self._present():
            look = _look(message)
            known = self._shown.get(message.id)
            if known is None or known[1] != look:
                self._shown[message.id] = (message, look)
                self._numbers.setdefault(message.id, len(self._numbers) + 1)
                self._print(message)
        for message, _ in list(self._shown.values()):
            if message.is_deleted:
                del self._shown[message.id]
                self._screen.show([Text(f"{self._label(message.id)} is gone.", style="dim")])

    def numbered(self, number: int) -> Message:
        """Return the message with this number.

        Raises:
            LineUnclear: there is none, or it is gone.
        """
        found = (message for message, _ in self._shown.values() if self._numbers[message.id] == number)
        message = next(found, None)
        if message is None:
            raise LineUnclear(f"There is no message #{number}.")
        return message

    def newest_first(self) -> list[Message]:
        return sorted((message for message, _ in self._shown.values()), key=lambda found: -found.id)

    def _present(self) -> list[Message]:
        """Return what there is to see, unknown messages first, so that an edit may name one that came with it."""
        present = [
            message
            for channel in list(self._world.channels.values())
            for message in channel.messages.values()
            if not message.is_thinking
        ]
        return sorted(present, key=lambda found: (found.id in self._shown, found.id))

    def _print(self, message: Message) -> None:
        if message.author.is_bot:
            for file in message.attachments:
                self._save(file)
        page = Page(
            number=self._numbers[message.id],
            message=message,
            label=self._label,
            saved=lambda file: self._saved.get(file.id),
            reader=Reader(named=self._named, now=self._world.clock.now()),
        )
        self._screen.show(page.lines())

    def _save(self, file: Attachment) -> None:
        if file.id in self._saved:
            return
        try:
            self._saved[file.id] = save_new(self._pictures, file.filename, file.data)
        except OSError as error:
            self._screen.complain(f"{file.filename} could not be saved: {error.strerror or error}.")

    def _label(self, message_id: int) -> str:
        number = self._numbers.get(message_id)
        return "a message that is gone" if number is None else f"#{number}"

    def _named(self, sign: str, entity_id: int) -> str:
        match sign:
            case "message":
                return self._label(entity_id)
            case "@" if (user := self._world.users.get(entity_id)) is not None:
                return f"@{user.name}"
            case "#" if (channel := self._world.channels.get(entity_id)) is not None:
                return f"#{channel.name}"
            case "@&":
                return self._role_name(entity_id)
            case _:
                return f"{sign}{entity_id}"

    def _role_name(self, role_id: int) -> str:
        roles = [guild.roles[role_id].name for guild in self._world.guilds.values() if role_id in guild.roles]
        return f"@{roles[0].removeprefix('@')}" if roles else "@deleted-role"


def save_new(folder: Path, filename: str, data: bytes) -> Path:
    """Write `data` under a name that is not taken yet, and return its path.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = PurePath(filename)
    number = 1
    while True:
        path = folder / (filename if number == 1 else f"{name.stem}-{number}{name.suffix}")
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            number += 1
        else:
            return path


def _look(message: Message) -> _Look:
    return message.text, tuple(message.buttons), tuple(file.id for file in message.attachments)
