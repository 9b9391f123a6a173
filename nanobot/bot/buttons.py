"""The lasting buttons under a picture: each holds a generation's id and nothing else, so they outlive a restart."""

from __future__ import annotations

import discord
from typing_extensions import override

from nanobot.bot.asking import acknowledge, ask
from nanobot.bot.client import Interaction
from nanobot.bot.destination import member_of_interaction
from nanobot.bot.id_button import GENERATION_ID, IdButton
from nanobot.bot.modals import open_edit_form
from nanobot.bot.replies import generation as words
from nanobot.generation.request import GenerationRequest, Kind
from nanobot.quotas.standing import Member
from nanobot.store.tables import Generation


class AgainButton(IdButton, template=f"again:{GENERATION_ID}"):
    """Makes another picture of the same wish; it counts in the quota of whoever presses it."""

    action = "again"
    label = "Again"

    @override
    async def press(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        generation = await interaction.client.services.books.find(self.generation_id)
        if generation is None or not generation.request.get("prompt"):
            await interaction.edit_original_response(content=words.FORGOTTEN_GENERATION)
        elif generation.request.get("pictures"):
            await interaction.edit_original_response(content=words.PICTURE_GIVEN_AGAIN)
        else:
            await ask(interaction, _wanted_again(generation, member_of_interaction(interaction)))


class EditButton(IdButton, template=f"change:{GENERATION_ID}"):
    """Asks what to change, then edits the picture above the button."""

    action = "change"
    label = "Edit…"

    @override
    async def press(self, interaction: Interaction) -> None:
        if interaction.message is not None:
            await open_edit_form(interaction, interaction.message)


class DeleteButton(IdButton, template=f"delete:{GENERATION_ID}"):
    """Deletes the message, for the person who asked for it and for those who may manage messages."""

    action = "delete"
    label = "Delete"

    @override
    async def press(self, interaction: Interaction) -> None:
        await interaction.response.defer()  # before the database is asked, which may be busy
        generation = await interaction.client.services.books.find(self.generation_id)
        is_theirs = generation is not None and generation.user_id == interaction.user.id
        if is_theirs or interaction.permissions.manage_messages:
            await interaction.delete_original_response()
        else:
            await interaction.followup.send(words.NOT_YOURS, ephemeral=True)


def picture_buttons(generation_id: str) -> discord.ui.View:
    """Return the buttons that belong under a picture."""
    view = discord.ui.View(timeout=None)
    for button in (AgainButton, EditButton, DeleteButton):
        view.add_item(button(generation_id))
    return view


def _wanted_again(generation: Generation, member: Member) -> GenerationRequest:
    """Repeat the wish without its seed: with it the same picture would come again."""
    asked = generation.request
    return GenerationRequest(
        kind=Kind(generation.kind),
        member=member,
        prompt=asked["prompt"],
        model=asked.get("model"),
        count=asked.get("count", 1),
        size=asked.get("size"),
        negative_prompt=asked.get("negative_prompt"),
        guidance_scale=asked.get("guidance_scale"),
        steps=asked.get("steps"),
        strength=asked.get("strength"),
        kontext_max_mode=asked.get("kontext_max_mode"),
    )
