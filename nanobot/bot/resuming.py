"""Going on with what another process was asked and never sent: the request, and where its person sees what becomes of it.

Imports discord, the services and generation.
"""

from __future__ import annotations

import discord

from nanobot.bot.delivery import Delivery, Posted
from nanobot.bot.destination import Destination, of_generation
from nanobot.bot.progress import Update
from nanobot.bot.replies import generation as words
from nanobot.bot.services import Services
from nanobot.bot.sources import source_of
from nanobot.generation.events import CheaperSize
from nanobot.generation.request import GenerationRequest, Kind, PictureSource
from nanobot.quotas.standing import Member
from nanobot.store.tables import Generation


class LateSurface:
    """A command's response, or the message that asked, known by ids alone."""

    def __init__(self, destination: Destination, delivery: Delivery) -> None:
        self._destination = destination
        self._delivery = delivery

    @property
    def destination(self) -> Destination:
        return self._destination

    async def show(self, update: Update) -> None:
        """Show it in the response; whoever sent a message waits as they did before."""
        await self._delivery.try_edit_original(update.text, self._destination)

    async def conclude(self, text: str, *, ended_id: str = "") -> None:
        await self._delivery.tell(text, self._destination, ended_id=ended_id)

    async def celebrate(self, posted: Posted, remaining: str | None, cheaper: CheaperSize | None) -> None:
        del remaining, cheaper  # the roles that count for the member are not known here
        late = words.recovered(posted.jump_url)
        await self._delivery.try_point_to(posted.message_id, late, self._destination)


def request_of(generation: Generation, client: discord.Client, services: Services) -> GenerationRequest:
    """Return the request that a row describes; its pictures are read anew."""
    asked = generation.request

    def source(reference: dict[str, object]) -> PictureSource:
        return source_of(
            reference,
            client,
            max_megabytes=services.settings.max_upload_megabytes,
            links=services.links,
        )

    return GenerationRequest(
        kind=Kind(generation.kind),
        member=Member(user_id=generation.user_id, guild_id=generation.guild_id),
        prompt=asked["prompt"],
        model=asked["model"],
        count=asked["count"],
        size=asked.get("size"),
        seed=asked.get("seed"),
        negative_prompt=asked.get("negative_prompt"),
        guidance_scale=asked.get("guidance_scale"),
        steps=asked.get("steps"),
        strength=asked.get("strength"),
        kontext_max_mode=asked.get("kontext_max_mode"),
        pictures=tuple(source(reference) for reference in asked.get("picture_references", ())),
        mask=source(asked["mask_reference"]) if "mask_reference" in asked else None,
        is_age_restricted=asked.get("is_age_restricted", False),
        moderation=asked.get("moderation", False),
        check_results=asked.get("check_results", False),
        address=of_generation(generation, client).address,
    )
