"""What the commands work with, put together by `nanobot.wiring`."""

from __future__ import annotations

from dataclasses import dataclass

from nanobot.clock import Clock
from nanobot.generation.alarms import Alarms
from nanobot.generation.books import Books
from nanobot.generation.breaker import Breaker
from nanobot.generation.catalogue_keeper import CatalogueKeeper
from nanobot.generation.collect import PictureCollector
from nanobot.generation.generator import Generator
from nanobot.generation.presence import Presence
from nanobot.generation.purse import Purse
from nanobot.images.links import LinkReader
from nanobot.images.workers import ImageWorkers
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.quotas.desk import QuotaDesk
from nanobot.settings import Settings
from nanobot.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts below the bot, one of each for the process; `nanobot.wiring` closes them."""

    settings: Settings
    clock: Clock
    database: Database
    desk: QuotaDesk
    books: Books
    generator: Generator
    collector: PictureCollector
    workers: ImageWorkers
    links: LinkReader
    nanogpt: NanoGPTClient
    catalogue: CatalogueKeeper
    presence: Presence
    breaker: Breaker
    alarms: Alarms
    purse: Purse
