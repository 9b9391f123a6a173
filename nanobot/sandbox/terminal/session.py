"""Does what a line says, as the person whose turn it is. Imports everything of this package but the keyboard."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import assert_never

from rich.text import Text

from nanobot.sandbox.den import Den
from nanobot.sandbox.discord import Channel, File, Invocation, Message, Modal
from nanobot.sandbox.discord.media import ComponentType, walk
from nanobot.sandbox.discord.naming import with_mentions
from nanobot.sandbox.terminal import lines
from nanobot.sandbox.terminal.answers import Answers
from nanobot.sandbox.terminal.feed import Feed
from nanobot.sandbox.terminal.lines import Deed, Line, LineUnclear, Place
from nanobot.sandbox.terminal.screen import Screen

_UNHEARD = "The bot is not asked: mention @nanobot, or reply to one of its messages."


class OpenForm:
    """A form on the screen, filled in one field after the other."""

    def __init__(self, modal: Modal) -> None:
        self.modal = modal
        self.answers: dict[str, str] = {}
        self._missing = [
            (label["component"]["custom_id"], str(label["label"]))
            for label in walk(modal.components)
            if label["type"] == ComponentType.LABEL
        ]

    @property
    def question(self) -> str:
        return self._missing[0][1]

    def fill(self, text: str) -> bool:
        """Answer the question; say whether that was the last one."""
        custom_id, _ = self._missing.pop(0)
        self.answers[custom_id] = text
        return not self._missing


class Session:
    """One person at a time, in the channel or in their direct messages; `take` waits until the bot has answered."""

    def __init__(self, den: Den, feed: Feed, screen: Screen, answers: Answers) -> None:
        self._den = den
        self._feed = feed
        self._screen = screen
        self._answers = answers
        self._person = next(iter(den.people.values()))
        self._place = Place.CHANNEL
        self._files: list[tuple[File, str | None]] = []
        self._form: OpenForm | None = None

    @property
    def prompt(self) -> str:
        """Who speaks where, or what an open form asks."""
        if self._form is not None:
            return f"{self._form.modal.title}: {self._form.question} "
        where = f"#{self._den.channel.name}" if self._place is Place.CHANNEL else "direct messages"
        return f"{self._person.name}, {where} › "

    async def take(self, line: Line) -> None:
        """Do what the line says.

        Raises:
            PersonError: it cannot be done, or the bot did not answer.
        """
        match line:
            case lines.Attach(path=path, option=option):
                self._files.append((await asyncio.to_thread(_read_file, path), option))
            case lines.Suggest(text=text):
                suggestions = await self._person.completes(text, self._channel, self._files_by_option())
                self._screen.show([Text(name) for name, _ in suggestions] or [Text("nothing", style="dim")])
            case lines.Become(name=name):
                self._become(name)
            case lines.Go(place=place):
                self._place = place
            case lines.Help():
                self._screen.show([Text(text) for text in lines.HELP.splitlines()])
            case _:
                await self._do(line)

    async def fill(self, text: str) -> None:
        """Answer the open form's question; the last answer submits it. Raises as `take`."""
        if self._form is None:
            raise LineUnclear("No form is open.")
        form = self._form
        if form.fill(text):
            self._form = None
            await self._settle(await self._person.submits(form.modal, form.answers))

    @property
    def has_form(self) -> bool:
        return self._form is not None

    @property
    def _channel(self) -> Channel:
        return self._den.channel if self._place is Place.CHANNEL else self._person.dm

    async def _do(self, deed: Deed) -> None:
        match deed:
            case lines.Command(text=text):
                await self._type(text)
            case lines.Say(text=text):
                await self._say(text, None)
            case lines.Reply(number=number, text=text):
                await self._say(text, self._picture(number))
            case lines.Press(number=number, button=button):
                await self._press(self._with_button(number, button), button)
            case lines.Menu(number=number, entry=entry):
                await self._settle(await self._person.uses_app(entry, self._picture(number)))
            case _:
                assert_never(deed)

    async def _type(self, text: str) -> None:
        invocation = await self._person.types(text, self._channel, self._files_by_option())
        self._files.clear()
        await self._settle(invocation)

    async def _settle(self, invocation: Invocation, edited_before: datetime | None = None) -> None:
        await self._answers.to_interaction(invocation, edited_before=edited_before)
        if invocation.modal is not None:
            self._form = OpenForm(invocation.modal)

    async def _say(self, text: str, reply_to: Message | None) -> None:
        channel = reply_to.channel if reply_to is not None else self._channel
        message = await self._person.says(
            with_mentions(text, channel),
            channel,
            files=[file for file, _ in self._files],
            reply_to=reply_to,
        )
        self._files.clear()
        if self._concerns_bot(message):
            await self._answers.to_message(message)
        else:
            self._feed.refresh()
            self._screen.note(_UNHEARD)

    async def _press(self, message: Message, button: str) -> None:
        edited_before = message.edited_at
        await self._settle(await self._person.presses(message, button), edited_before)

    def _become(self, name: str) -> None:
        person = self._den.people.get(name)
        if person is None:
            raise LineUnclear(f"There is no {name} here, only {', '.join(self._den.people)}.")
        self._person = person

    def _files_by_option(self) -> dict[str, File]:
        """Give the files without an option of their own to `image`, `image2` and so on."""
        pictures = [file for file, option in self._files if option is None]
        numbered = {f"image{number if number > 1 else ''}": file for number, file in enumerate(pictures, 1)}
        return numbered | {option: file for file, option in self._files if option is not None}

    def _picture(self, number: int | None) -> Message:
        if number is not None:
            return self._feed.numbered(number)
        channel = self._channel
        for message in self._feed.newest_first():
            if message.channel is channel and any(file.sides for file in message.attachments):
                return message
        raise LineUnclear("There is no picture here yet.")

    def _with_button(self, number: int | None, button: str) -> Message:
        if number is not None:
            return self._feed.numbered(number)
        for message in self._feed.newest_first():
            if button in message.buttons and message.channel is self._channel and self._person.sees(message):
                return message
        raise LineUnclear(f"No message here has a button “{button}”.")

    def _concerns_bot(self, message: Message) -> bool:
        """Tell whether people would expect an answer: in direct messages, to a mention, to a reply to the bot."""
        bot = self._den.world.bot
        is_reply = message.reference is not None and message.reference.author is bot
        return message.channel.guild is None or bot in message.mentions.users or is_reply


def _read_file(path: Path) -> File:
    """Read a file that is about to be attached.

    Raises:
        LineUnclear: that is not possible.
    """
    try:
        return File(path.name, path.expanduser().read_bytes())
    except OSError as error:
        raise LineUnclear(f"{path} cannot be read: {error.strerror or error}.") from error
