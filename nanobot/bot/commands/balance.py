"""`/balance`, for whoever runs the bot: the money at NanoGPT, and whether it still takes requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.commands.models import age_of_list
from nanobot.bot.owner import application_owner_ids
from nanobot.bot.replies import balance as words
from nanobot.bot.services import Services
from nanobot.errors import PersonError
from nanobot.nanogpt.errors import NanoGPTError
from nanobot.nanogpt.shapes import Balance

_Told = TypeVar("_Told")


class NotTheOwner(PersonError):
    """Somebody asked for what only the owner of the application may see."""


@app_commands.command(name="balance", description="For whoever runs the bot: what is left at NanoGPT")
@app_commands.default_permissions(administrator=True)
async def balance_command(interaction: Interaction) -> None:
    """Discord hides the command from most; an administrator of a server is still not the owner of the bot."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    if interaction.user.id not in await application_owner_ids(interaction.client):
        raise NotTheOwner(words.NOT_THE_OWNER)
    account = await _account(interaction.client.services)
    await interaction.edit_original_response(content=words.balance_page(account))


async def _account(services: Services) -> words.Account:
    # Whoever looks after topping up need not wait for the next probe.
    await services.breaker.probe(services.nanogpt)
    balance, subscription = await asyncio.gather(
        _told(services.nanogpt.check_balance()), _told(services.nanogpt.check_subscription())
    )
    last_usd = services.purse.balance
    if isinstance(balance, Balance):
        services.purse.note(balance.usd)
    return words.Account(
        balance=balance,
        subscription=subscription,
        last_usd=last_usd,
        outage=services.breaker.outage,
        models=len(services.catalogue.current.models),
        list_age=age_of_list(services),
    )


async def _told(answer: Awaitable[_Told]) -> _Told | NanoGPTError:
    """Return what NanoGPT tells, or the error, so that one question that fails hides no other answer."""
    try:
        return await answer
    except NanoGPTError as error:
        return error
