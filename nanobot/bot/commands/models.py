"""`/models`: what NanoGPT offers, narrowed down."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal, TypeAlias

from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.replies.models import ListAge, models_page
from nanobot.bot.safety import is_age_restricted
from nanobot.bot.services import Services
from nanobot.nanogpt.catalogue import Needs

Search = app_commands.Range[str, 1, 100]
Takes: TypeAlias = Literal["text", "picture", "several pictures", "mask"]

_STALE_AFTER: Final = timedelta(hours=2)
_NEEDS: Final[dict[Takes | None, tuple[int | None, bool]]] = {
    None: (None, False),
    "text": (0, False),
    "picture": (1, False),
    "several pictures": (2, False),
    "mask": (None, True),
}


@app_commands.command(name="models", description="Which models paint, what they take and what they cost")
@app_commands.describe(search="Part of a model's name", takes="Only models that can work on this")
async def models_command(
    interaction: Interaction, search: Search | None = None, takes: Takes | None = None
) -> None:
    services = interaction.client.services
    pictures, mask = _NEEDS[takes]
    needs = Needs(pictures=pictures, mask=mask, allows_nsfw=is_age_restricted(interaction.channel))
    catalogue = services.catalogue.current
    found = catalogue.matches(search or "", needs, limit=len(catalogue.models))
    await interaction.response.send_message(models_page(found, age_of_list(services)), ephemeral=True)


def age_of_list(services: Services) -> ListAge:
    """Return where the list of models is from, and whether it should have been read again by now."""
    keeper = services.catalogue
    read_at = keeper.fetched_at
    is_stale = read_at is not None and services.clock.now() - read_at > _STALE_AFTER
    return ListAge(is_live=keeper.current.is_live, read_at=read_at, is_stale=is_stale)
