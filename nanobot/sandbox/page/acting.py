"""Does what a person does on a page, as their client would. Imports actions, screens, seats and uploads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import assert_never

from nanobot.sandbox.discord import DidNotRespond, File, Invocation
from nanobot.sandbox.discord.composer import command_name
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.naming import with_mentions
from nanobot.sandbox.page import actions
from nanobot.sandbox.page.screens import Screens
from nanobot.sandbox.page.seats import Seat
from nanobot.sandbox.page.uploads import Uploads


class Acting:
    """Sends what people do to the bot and watches for its first response; whoever makes it closes it."""

    def __init__(self, uploads: Uploads, screens: Screens) -> None:
        self._uploads = uploads
        self._screens = screens
        self._watches: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)

    async def act(self, seat: Seat, action: actions.Action) -> Json:
        """Do it and return what the page learns at once; the rest comes as frames.

        Raises:
            PersonError: the client would refuse it.
        """
        person, channel = seat.person, seat.channel
        match action:
            case actions.Slash(line=line, attachments=attachments):
                invocation = await person.types(line, channel, self._files(attachments))
                self._watch(seat, invocation, command_name(line))
            case actions.Autocomplete(line=line, attachments=options):
                choices = await person.completes(line, channel, options)
                return {"choices": [{"name": name, "value": value} for name, value in choices]}
            case actions.Say():
                await self._say(seat, action)
            case actions.Close(modal=modal_id):
                self._screens.form(person, modal_id)
                self._screens.close_form(person)
            case actions.Delete(message=message_id):
                await person.deletes(seat.message(message_id))
            case _:
                await self._use(seat, action)
        return {}

    async def _use(
        self, seat: Seat, action: actions.Press | actions.Select | actions.Menu | actions.Submit
    ) -> None:
        person = seat.person
        match action:
            case actions.Press(message=message_id, custom_id=custom_id):
                self._watch(seat, await person.presses(seat.message(message_id), custom_id))
            case actions.Select(message=message_id, custom_id=custom_id, values=values):
                self._watch(seat, await person.selects(seat.message(message_id), custom_id, *values))
            case actions.Menu(message=message_id, name=name):
                self._watch(seat, await person.uses_app(name, seat.message(message_id)), name)
            case actions.Submit(modal=modal_id, answers=answers, uploads=uploads):
                modal = self._screens.form(person, modal_id)
                files = {name: [self._uploads.get(each) for each in ids] for name, ids in uploads.items()}
                self._watch(seat, await person.submits(modal, answers, files))
                self._screens.close_form(person)
            case _:
                assert_never(action)

    async def _say(self, seat: Seat, said: actions.Say) -> None:
        await seat.person.says(
            with_mentions(said.text, seat.channel),
            seat.channel,
            files=[self._uploads.get(upload_id) for upload_id in said.uploads],
            reply_to=None if said.reply_to is None else seat.message(said.reply_to),
            ping=said.ping,
        )

    def _files(self, attachments: Mapping[str, str]) -> dict[str, File]:
        return {option: self._uploads.get(upload_id) for option, upload_id in attachments.items()}

    def _watch(self, seat: Seat, invocation: Invocation, command: str = "") -> None:
        """Show the form that the bot may open, or that it did not respond."""
        watch = asyncio.create_task(self._until_acknowledged(seat, invocation, command))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _until_acknowledged(self, seat: Seat, invocation: Invocation, command: str) -> None:
        try:
            await invocation.acknowledged()
        except DidNotRespond:
            self._screens.tell_failure(seat, command)
        else:
            if invocation.modal is not None:
                self._screens.open_form(seat.person, invocation.modal)
