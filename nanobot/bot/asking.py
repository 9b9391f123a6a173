"""Turning an interaction into a request: acknowledge first, then ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from nanobot.bot.client import Interaction
from nanobot.bot.destination import member_of_interaction, of_interaction
from nanobot.bot.replies import generation as words
from nanobot.bot.sources import AttachmentSource, LinkSource
from nanobot.bot.surfaces import InteractionSurface
from nanobot.generation.request import GenerationRequest, Kind, PictureSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person filled in, before their files are looked at."""

    kind: Kind
    prompt: str
    model: str | None = None
    count: int = 1
    size: str | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    guidance_scale: float | None = None
    steps: int | None = None
    strength: float | None = None


async def acknowledge(interaction: Interaction) -> None:
    """Answer within Discord's three seconds, whatever else has to be done.

    Only the person sees the response, since it carries progress; the picture is posted for all.
    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
    """
    await interaction.response.defer(ephemeral=True, thinking=True)


async def ask(
    interaction: Interaction,
    wanted: Wanted,
    *,
    pictures: Sequence[PictureSource] = (),
    mask: PictureSource | None = None,
) -> None:
    """Make the pictures for an acknowledged interaction and post them where it came from."""
    client = interaction.client
    destination = of_interaction(interaction)
    surface = InteractionSurface(interaction, destination, client.delivery)
    if client.stopping:
        await surface.conclude(words.STOPPING)
        return
    request = GenerationRequest(
        kind=wanted.kind,
        member=member_of_interaction(interaction),
        prompt=wanted.prompt,
        model=wanted.model,
        count=wanted.count,
        size=wanted.size,
        seed=wanted.seed,
        negative_prompt=wanted.negative_prompt,
        guidance_scale=wanted.guidance_scale,
        steps=wanted.steps,
        strength=wanted.strength,
        pictures=tuple(pictures),
        mask=mask,
        address=destination.address,
    )
    await client.conversation.answer(request, surface)


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
) -> list[PictureSource]:
    """Return the sources of a command's files in their order, then of its link."""
    sources: list[PictureSource] = []
    for attachment in attachments:
        source = attachment_source(interaction, attachment)
        if source is not None:
            sources.append(source)
    if url is not None:
        sources.append(LinkSource(url.strip(), interaction.client.services.links))
    return sources
