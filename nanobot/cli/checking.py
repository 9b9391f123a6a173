"""`check`: whether the settings lead to a database, to Discord and to NanoGPT, without paying for anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
from rich.console import Console
from rich.markup import escape

from nanobot.bot.invite import invite_url
from nanobot.clock import SystemClock
from nanobot.errors import OperatorError
from nanobot.nanogpt import Allowance, NanoGPTClient, NanoGPTError, read_models
from nanobot.settings import Settings
from nanobot.store import processes
from nanobot.store.database import Database
from nanobot.store.migrate import migrate
from nanobot.wiring import open_nanogpt

_TIMEOUT_SECONDS = 20


class DiscordRefused(OperatorError):
    """Discord does not accept the token, or does not answer."""


async def check(settings: Settings) -> bool:
    """Try each part, print a line for each, and tell whether all are well."""
    console = Console()
    parts: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "Database": _check_database,
        "Discord": _check_discord,
        "NanoGPT": _check_nanogpt,
    }
    results = [await _try_part(console, name, part, settings) for name, part in parts.items()]
    return all(results)


async def _try_part(
    console: Console, name: str, part: Callable[[Settings], Awaitable[str]], settings: Settings
) -> bool:
    try:
        said = await part(settings)
    except OperatorError as error:
        console.print(f"[red]✗[/] {name}: {escape(error.sentence)}", highlight=False, soft_wrap=True)
        return False
    console.print(f"[green]✓[/] {name}: {escape(said)}", highlight=False, soft_wrap=True)
    return True


async def _check_database(settings: Settings) -> str:
    await asyncio.to_thread(migrate, settings.database_url)
    database = Database.open(settings.database_url)
    try:
        async with database.read() as session:
            starts = await processes.starts_of_alive(session, SystemClock().now())
    finally:
        await database.close()
    return f"reachable and up to date; {_at_work(starts)}."


def _at_work(starts: Sequence[datetime]) -> str:
    if not starts:
        return "no process of the bot is at work"
    since = ", ".join(f"{start:%Y-%m-%d %H:%M} UTC" for start in starts)
    if len(starts) == 1:
        return f"a process of the bot is at work since {since}"
    return f"{len(starts)} processes of the bot are at work since {since}"


async def _check_discord(settings: Settings) -> str:
    """Ask which application the token belongs to.

    https://docs.discord.com/developers/topics/oauth2#get-current-bot-application-information
    """
    headers = {"Authorization": f"Bot {settings.required_discord_token()}"}
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.get(f"{settings.discord_api_url}/oauth2/applications/@me") as response,
        ):
            if response.status == 401:
                raise DiscordRefused("DISCORD_TOKEN is wrong: Discord does not accept it.")
            if response.status != 200:
                raise DiscordRefused(f"Discord answered with status {response.status}. Try again later.")
            application = await response.json(content_type=None)
            return _described(application)
    except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
        raise DiscordRefused("Discord cannot be reached, or something else answers in its place.") from error


def _described(application: Mapping[str, Any]) -> str:
    """Name the application; `bot_public` tells whether others may invite it, and set quotas where they are admins.

    https://docs.discord.com/developers/resources/application#application-object
    """
    name, address = application["name"], invite_url(int(application["id"]))
    public = (
        ". It is public: anybody may invite it into a server of theirs and set quotas there that you pay. "
        "docs/discord-setup.md tells how to change that"
    )
    return (
        f"the token belongs to {name}{public if application['bot_public'] else ''}; invite it with {address}"
    )


async def _check_nanogpt(settings: Settings) -> str:
    """Ask for the balance, which takes a valid key; what else is asked for adds to it where it can be told."""
    async with open_nanogpt(settings) as client:
        try:
            balance = await client.check_balance()
        except NanoGPTError as error:
            raise OperatorError(str(error)) from error
        more = await asyncio.gather(_subscription(client), _models(client))
    return f"the key works; balance ${balance.usd:.2f}; {'; '.join(more)}."


async def _subscription(client: NanoGPTClient) -> str:
    try:
        subscription = await client.check_subscription()
    except NanoGPTError:
        return "its subscription cannot be told now"
    if not subscription.is_active:
        return "no subscription"
    left = [_left(allowance) for allowance in subscription.allowances if allowance.remaining is not None]
    return ", ".join((f"subscription {subscription.state or 'active'}", *left))


def _left(allowance: Allowance) -> str:
    of = "" if allowance.limit is None else f" of {allowance.limit}"
    return f"{allowance.name} {allowance.remaining}{of} left"


async def _models(client: NanoGPTClient) -> str:
    try:
        number = len(read_models(await client.fetch_catalogue()))
    except NanoGPTError:
        return "its list of models cannot be read now"
    return f"{number} models"
