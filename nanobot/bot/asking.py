"""Turning an interaction into a request: acknowledge first, then ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord

from nanobot.bot.client import Interaction
from nanobot.bot.destination import of_interaction
from nanobot.bot.replies import generation as words
from nanobot.bot.safety import safety_of
from nanobot.bot.sources import AttachmentSource, LinkSource
from nanobot.bot.surfaces import InteractionSurface
from nanobot.generation.request import GenerationRequest, PictureSource


async def acknowledge(interaction: Interaction) -> None:
    """Answer within Discord's three seconds, whatever else has to be done.

    Only the person sees the response, since it carries progress; the picture is posted for all.
    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
    """
    await interaction.response.defer(ephemeral=True, thinking=True)


async def ask(interaction: Interaction, request: GenerationRequest) -> None:
    """Make the pictures for an acknowledged interaction and post them where it came from.

    Where that is, and what protects the place, is added here to what the person filled in.
    """
    client = interaction.client
    destination = of_interaction(interaction)
    surface = InteractionSurface(interaction, destination, client.delivery)
    if client.stopping:
        await surface.conclude(words.STOPPING)
        return
    safety = await safety_of(client.services, destination.guild_id, interaction.channel)
    placed = replace(
        request,
        address=destination.address,
        is_age_restricted=safety.is_age_restricted,
        moderation=safety.moderation,
        check_results=safety.check_results,
    )
    await client.conversation.answer(placed, surface)


def attachment_source(
    interaction: Interaction, attachment: discord.Attachment | None
) -> AttachmentSource | None:
    """Return the source of a file given with a command, refusing at once what is too large or plainly no picture.

    Raises:
        AttachmentNotUsable: see `AttachmentSource.check`.
    """
    if attachment is None:
        return None
    source = AttachmentSource(
        attachment, max_megabytes=interaction.client.services.settings.max_upload_megabytes
    )
    source.check()
    return source


def given_pictures(
    interaction: Interaction, attachments: Sequence[discord.Attachment | None], url: str | None
) -> tuple[PictureSource, ...]:
    """Return the sources of a command's files in their order, then of its link."""
    sources: list[PictureSource] = []
    for attachment in attachments:
        source = attachment_source(interaction, attachment)
        if source is not None:
            sources.append(source)
    if url is not None:
        sources.append(LinkSource(url.strip(), interaction.client.services.links))
    return tuple(sources)
