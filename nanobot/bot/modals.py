"""The form that asks what to change, and what happens when it is sent.

discord.py knows only the modals that this process opened; sent forms are therefore recognised by their custom id, so
that one which was opened before a restart is answered too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from nanobot.bot.asking import acknowledge, ask
from nanobot.bot.client import Interaction
from nanobot.bot.destination import member_of_interaction
from nanobot.bot.replies import generation as words
from nanobot.bot.sources import PictureForgotten, pick_picture, pictures_of
from nanobot.generation.request import MAX_PROMPT_CHARACTERS, GenerationRequest, Kind, PictureSource

_CUSTOM_ID = re.compile(r"^edit:(?P<channel>\d+):(?P<message>\d+)$")
_PROMPT, _PICTURE = "prompt", "picture"
# https://docs.discord.com/developers/components/reference#string-select
_MAX_OPTIONS = 25


async def open_edit_form(interaction: Interaction, message: discord.Message) -> None:
    """Ask what to change in the pictures of `message`, or say that it has none."""
    services = interaction.client.services
    sources = pictures_of(message, max_megabytes=services.settings.max_upload_megabytes, links=services.links)
    if not sources:
        await interaction.response.send_message(words.NO_PICTURE_IN_MESSAGE, ephemeral=True)
        return
    custom_id = f"edit:{message.channel.id}:{message.id}"
    interaction.client.remembered.keep(custom_id, sources)
    await interaction.response.send_modal(_form(custom_id, len(sources)))


async def receive_edit_form(interaction: Interaction) -> None:
    """Answer a sent form; anything that is not such a form is left alone."""
    data: Mapping[str, Any] = interaction.data or {}
    match = _CUSTOM_ID.match(str(data.get("custom_id", "")))
    if interaction.type is not discord.InteractionType.modal_submit or match is None:
        return
    await acknowledge(interaction)
    if int(match["channel"]) != interaction.channel_id:
        # No client sends this by itself: somebody tries to reach a picture in a channel that they may not see.
        raise PictureForgotten(words.FORGOTTEN_PICTURE)
    sources = interaction.client.remembered.recall(match.string)
    if sources is None:
        sources = await _fetch_sources(interaction, int(match["channel"]), int(match["message"]))
    prompt, picked = pick_picture(_typed(data), sources, chosen=_chosen(data))
    request = GenerationRequest(
        kind=Kind.EDIT, member=member_of_interaction(interaction), prompt=prompt, pictures=tuple(picked)
    )
    await ask(interaction, request)


async def _fetch_sources(
    interaction: Interaction, channel_id: int, message_id: int
) -> Sequence[PictureSource]:
    """Read the message again: its pictures are there if it is the bot's own."""
    services = interaction.client.services
    channel = interaction.client.get_partial_messageable(channel_id)
    try:
        message = await channel.fetch_message(message_id)
    except discord.HTTPException as error:
        raise PictureForgotten(words.FORGOTTEN_PICTURE) from error
    sources = pictures_of(message, max_megabytes=services.settings.max_upload_megabytes, links=services.links)
    if not sources:
        raise PictureForgotten(words.FORGOTTEN_PICTURE)
    return sources


def _form(custom_id: str, pictures: int) -> discord.ui.Modal:
    """Return the form, with a choice among the pictures of a message that has several."""
    form = discord.ui.Modal(title=words.EDIT_FORM_TITLE, custom_id=custom_id, timeout=900)
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=_PROMPT,
        style=discord.TextStyle.paragraph,
        placeholder=words.EDIT_FORM_PLACEHOLDER,
        max_length=MAX_PROMPT_CHARACTERS,
    )
    form.add_item(discord.ui.Label(text=words.EDIT_FORM_LABEL, component=field))
    if pictures > 1:
        form.add_item(discord.ui.Label(text=words.EDIT_FORM_PICTURE_LABEL, component=_choice(pictures)))
    return form


def _choice(pictures: int) -> discord.ui.Select[discord.ui.Modal]:
    options = [
        discord.SelectOption(label=words.nth_picture(number), value=str(number), default=number == 1)
        for number in range(1, min(pictures, _MAX_OPTIONS) + 1)
    ]
    return discord.ui.Select(custom_id=_PICTURE, options=options)


def _typed(data: Mapping[str, Any]) -> str:
    """Return the text of the form's field."""
    return str(_filled(data, _PROMPT).get("value", ""))


def _chosen(data: Mapping[str, Any]) -> int:
    """Return the number of the picture that was chosen, the first where there was no choice."""
    values = _filled(data, _PICTURE).get("values") or ["1"]
    return int(values[0]) if str(values[0]).isdecimal() else 1


def _filled(data: Mapping[str, Any], custom_id: str) -> Mapping[str, Any]:
    """Return a component of the sent form, wherever the client nested it; empty if it is not there."""
    for row in data.get("components", ()):
        for component in (row.get("component"), *row.get("components", ())):
            if component and component.get("custom_id") == custom_id:
                found: Mapping[str, Any] = component
                return found
    return {}
