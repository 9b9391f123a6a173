"""The lasting buttons under a picture: each holds a generation's id and nothing else, so they outlive a restart."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from typing_extensions import override

from nanobot.bot.asking import Wanted, acknowledge, ask
from nanobot.bot.modals import open_edit_form
from nanobot.bot.replies import generation as words
from nanobot.generation.request import Kind
from nanobot.store.tables import Generation

_ID = r"(?P<id>[0-9a-f]{32})"


class _PictureButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=f"unused:{_ID}"):
    """What the buttons share: how they look, and how they come back from their custom id."""

    action: str
    label: str
    style = discord.ButtonStyle.secondary

    def __init__(self, generation_id: str) -> None:
        custom_id = f"{self.action}:{generation_id}"
        super().__init__(discord.ui.Button(label=self.label, style=self.style, custom_id=custom_id))
        self._generation_id = generation_id

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["id"])


class AgainButton(_PictureButton, template=f"again:{_ID}"):
    """Makes another picture of the same wish; it counts in the quota of whoever presses it."""

    action = "again"
    label = "Again"

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await acknowledge(interaction)
        generation = await interaction.client.services.books.find(self._generation_id)
        if generation is None or not generation.request.get("prompt"):
            await interaction.edit_original_response(content=words.FORGOTTEN_GENERATION)
        elif generation.request.get("pictures"):
            await interaction.edit_original_response(content=words.PICTURE_GIVEN_AGAIN)
        else:
            await ask(interaction, _wanted_again(generation))


class EditButton(_PictureButton, template=f"change:{_ID}"):
    """Asks what to change, then edits the picture above the button."""

    action = "change"
    label = "Edit…"

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.message is not None:
            await open_edit_form(interaction, interaction.message)


class DeleteButton(_PictureButton, template=f"delete:{_ID}"):
    """Deletes the message, for the person who asked for it and for those who may manage messages."""

    action = "delete"
    label = "Delete"

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        generation = await interaction.client.services.books.find(self._generation_id)
        is_theirs = generation is not None and generation.user_id == interaction.user.id
        if not is_theirs and not interaction.permissions.manage_messages:
            await interaction.response.send_message(words.NOT_YOURS, ephemeral=True)
            return
        await interaction.response.defer()
        await interaction.delete_original_response()


def picture_buttons(generation_id: str) -> discord.ui.View:
    """Return the buttons that belong under a picture."""
    view = discord.ui.View(timeout=None)
    for button in (AgainButton, EditButton, DeleteButton):
        view.add_item(button(generation_id))
    return view


def _wanted_again(generation: Generation) -> Wanted:
    """Repeat the wish without its seed: with it the same picture would come again."""
    asked = generation.request
    return Wanted(
        kind=Kind(generation.kind),
        prompt=asked["prompt"],
        model=asked.get("model"),
        count=asked.get("count", 1),
        size=asked.get("size"),
        negative_prompt=asked.get("negative_prompt"),
        guidance_scale=asked.get("guidance_scale"),
        steps=asked.get("steps"),
        strength=asked.get("strength"),
    )
