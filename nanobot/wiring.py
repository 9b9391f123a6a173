"""The one place where concrete things meet: services from settings, and the running bot from services."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import aiohttp
import discord
import discord.gateway
import discord.http
from yarl import URL

from nanobot.bot.app import Nanobot
from nanobot.bot.health import serve_health
from nanobot.bot.services import Services
from nanobot.clock import Clock
from nanobot.errors import OperatorError
from nanobot.generation.alarms import Alarms
from nanobot.generation.books import Books
from nanobot.generation.breaker import Breaker
from nanobot.generation.catalogue_keeper import CatalogueKeeper
from nanobot.generation.collect import PictureCollector
from nanobot.generation.gather import PictureGatherer
from nanobot.generation.generator import Generator
from nanobot.generation.payment import Cashier
from nanobot.generation.plan import ModelDefaults
from nanobot.generation.presence import Presence
from nanobot.generation.purse import Purse
from nanobot.generation.review import ResultReview
from nanobot.generation.turns import TurnQueue
from nanobot.images.addresses import is_public
from nanobot.images.links import LinkReader
from nanobot.images.workers import ImageWorkers
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.pace import Pace
from nanobot.quotas.desk import QuotaDesk
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Limits
from nanobot.settings import Settings, SettingsError
from nanobot.store.database import Database
from nanobot.store.migrate import migrate
from nanobot.store.tables import Unit

_BYTES_PER_MEGABYTE = 1_000_000
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_AUTHENTICATION_FAILED = 4004


class DiscordUnreachable(OperatorError):
    """Discord's API does not answer at the configured address, or not as Discord does."""


@asynccontextmanager
async def open_services(
    settings: Settings,
    clock: Clock,
    *,
    bot_rule: Rule | None = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Services]:
    """Migrate the database, put everything below the bot together, and close it at the end.

    `bot_rule` stands in for the quotas of the settings, `pause` for the waiting between attempts.

    Raises:
        OperatorError: a setting is missing or wrong, or the database cannot be used.
    """
    await asyncio.to_thread(migrate, settings.database_url)
    async with AsyncExitStack() as stack:
        database = Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        workers = ImageWorkers(max_cpu_seconds=settings.max_image_cpu_seconds)
        stack.callback(workers.close)
        pace = Pace()
        client = await stack.enter_async_context(open_nanogpt(settings, pace=pace, pause=pause))
        desk = QuotaDesk(clock=clock, limits=Limits(default=bot_rule) if bot_rule else quota_limits(settings))
        books = Books(database=database, desk=desk, clock=clock, owner=_process_name())
        alarms = Alarms()
        purse = Purse(alarms=alarms, low_usd=settings.low_balance_usd)
        breaker = Breaker(clock=clock, alarms=alarms, purse=purse, pause=pause)
        keeper = CatalogueKeeper(client=client, database=database, clock=clock)
        await keeper.load()
        review = ResultReview(client=client, workers=workers)
        collector = PictureCollector(client=client, workers=workers, review=review)
        generator = Generator(
            cashier=Cashier(
                client=client, books=books, breaker=breaker, purse=purse, keeper=keeper, pause=pause
            ),
            books=books,
            turns=_turn_queue(settings),
            gatherer=PictureGatherer(workers=workers, max_side=settings.max_image_side),
            collector=collector,
            breaker=breaker,
            purse=purse,
            catalogue=lambda: keeper.current,
            defaults=ModelDefaults.of(settings),
            clock=clock,
            user_key=hashlib.sha256(settings.required_nanogpt_api_key().encode()).digest(),
            response_format=settings.response_format,
        )
        stack.push_async_callback(books.try_release_leases)
        stack.push_async_callback(generator.close)
        yield Services(
            settings=settings,
            clock=clock,
            database=database,
            desk=desk,
            books=books,
            generator=generator,
            collector=collector,
            workers=workers,
            links=_link_reader(settings),
            nanogpt=client,
            catalogue=keeper,
            presence=Presence(database=database, clock=clock, owner=books.owner, pace=pace),
            breaker=breaker,
            alarms=alarms,
            purse=purse,
        )


def _link_reader(settings: Settings) -> LinkReader:
    max_bytes = settings.max_upload_megabytes * _BYTES_PER_MEGABYTE
    return LinkReader(max_bytes=max_bytes, may_connect=is_public)


def _turn_queue(settings: Settings) -> TurnQueue:
    return TurnQueue(
        total=settings.concurrent_generations,
        per_member=settings.concurrent_generations_per_member,
        waiting_per_member=settings.waiting_generations_per_member,
    )


def open_nanogpt(
    settings: Settings,
    *,
    pace: Pace | None = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    is_key_needed: bool = True,
) -> NanoGPTClient:
    """Return a client for the configured key and address; where no key is set nor needed, it only reads the catalogue.

    Raises:
        SettingsError: the key is missing or has a form that no key has.
    """
    is_keyless = settings.nanogpt_api_key is None and not is_key_needed
    try:
        return NanoGPTClient(
            api_key=None if is_keyless else settings.required_nanogpt_api_key(),
            base_url=settings.nanogpt_base_url,
            pace=pace,
            timeout_seconds=settings.generation_timeout_seconds,
            sleep=pause,
        )
    except ValueError as error:
        raise SettingsError(f"NANOGPT_API_KEY or NANOGPT_BASE_URL is wrong: {error}.") from error


def quota_limits(settings: Settings) -> Limits:
    """Return the quota of members for whom no admin set anything, and the caps of all together."""
    default = Rule(
        unit=Unit.IMAGES, amount=settings.default_quota_images, period=settings.default_quota_period
    )
    caps = {Unit.IMAGES: settings.owner_cap_images, Unit.USD: settings.owner_cap_usd}
    return Limits(
        default=default,
        caps=tuple(
            Rule(unit=unit, amount=amount, period=settings.owner_cap_period)
            for unit, amount in caps.items()
            if amount is not None
        ),
    )


def point_at_discord(settings: Settings) -> None:
    """Let discord.py speak to the configured addresses; it offers no constructor argument for them."""
    discord.http.Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url is not None:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway_url)


async def run_bot(settings: Settings, clock: Clock) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        OperatorError: it cannot start.
    """
    token = settings.required_discord_token()
    point_at_discord(settings)
    # The bot never speaks, so that no operator need wonder about libraries for voice that are missing.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    async with (
        open_services(settings, clock) as services,
        Nanobot(services) as bot,
        AsyncExitStack() as stack,
    ):
        if settings.health_port is not None:
            await stack.enter_async_context(serve_health(bot, settings.health_port))
        stop = stop_requested()
        services.workers.warm()
        with _discord_errors_translated():
            await _run_until(bot, token, stop, settings.shutdown_grace_seconds)


@contextmanager
def _discord_errors_translated() -> Iterator[None]:
    """Turn what ends the connection for good into one sentence.

    Raises:
        OperatorError: the token is not accepted (any more), or Discord cannot be used.
    """
    try:
        yield
    except discord.LoginFailure as error:
        raise SettingsError("DISCORD_TOKEN is wrong: Discord does not accept it.") from error
    except discord.PrivilegedIntentsRequired as error:
        raise SettingsError(
            "MESSAGE_CONTENT_INTENT is on, but Discord does not grant it: switch the Message Content Intent on for your "
            "application at https://discord.com/developers/applications (page Bot), or set it to false."
        ) from error
    except discord.ConnectionClosed as error:
        if error.code == _AUTHENTICATION_FAILED:
            raise SettingsError(
                "DISCORD_TOKEN is no longer valid: put the bot's new token in its place and start again."
            ) from error
        raise DiscordUnreachable(
            f"Discord closed the connection for good (code {error.code}). Start the bot again."
        ) from error
    except discord.GatewayNotFound as error:
        raise DiscordUnreachable(
            "Discord does not say where its gateway is: try again later, and check DISCORD_API_URL if it is set."
        ) from error
    except discord.HTTPException as error:
        raise DiscordUnreachable(
            f"Discord answered with status {error.status}: try again later, and check DISCORD_API_URL if it is set."
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DiscordUnreachable(
            "Discord cannot be reached: check the network, and DISCORD_API_URL if it is set."
        ) from error


async def _run_until(bot: Nanobot, token: str, stop: asyncio.Event, grace_seconds: float) -> None:
    running = asyncio.create_task(bot.start(token))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        await bot.finish(grace_seconds)
    await running


def stop_requested() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


def _process_name() -> str:
    """Return a name that no other process has, nor this one after a restart."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
