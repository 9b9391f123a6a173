"""`models`: which models there are now, what they take and what they cost, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from nanobot.bot.replies.generation import money
from nanobot.clock import SystemClock
from nanobot.generation.catalogue_keeper import CatalogueKeeper
from nanobot.nanogpt import ANY_SIZE, ANYTHING, Catalogue, Model, NanoGPTClient, NanoGPTError, read_models
from nanobot.settings import Settings, SettingsError
from nanobot.store.database import DATABASE_TROUBLE, Database
from nanobot.store.engines import is_sqlite, parse_url

CAPABILITIES: Final[Mapping[str, Callable[[Model], bool]]] = {
    "text": lambda model: model.takes_pictures(0),
    "image": lambda model: model.max_pictures > 0,
    "images": lambda model: model.max_pictures > 1,
    "mask": lambda model: model.mask != "none",
    "nsfw": lambda model: model.is_nsfw,
}
"""What `--capability` takes, and which models have it."""

_SHOWN_SIZES = 3
# Of a table that goes into a file or a pipe: nothing in it is cut.
_UNSEEN_WIDTH = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsOptions:
    """What of the list is wanted: models that have all of `capabilities` and may be meant by `text`."""

    text: str = ""
    capabilities: tuple[str, ...] = ()
    as_json: bool = False


async def print_models(options: ModelsOptions, settings: Settings) -> bool:
    """Print them to standard output, and to standard error where the list is from; tell whether there are any.

    NanoGPT is asked, which takes no key; where it does not answer, the bot's last copy serves, or else the guide.

    Raises:
        OperatorError: a setting is wrong.
    """
    async with _open_client(settings) as client:
        catalogue, origin = await _newest(client, settings)
    print(origin, file=sys.stderr)
    found = _wanted(catalogue, options)
    if options.as_json:
        print(json.dumps([_row(model) for model in found], indent=2))
    elif found:
        _print_table(found)
    else:
        print("None of them fits.", file=sys.stderr)
    return bool(found)


def _open_client(settings: Settings) -> NanoGPTClient:
    key = settings.nanogpt_api_key
    try:
        return NanoGPTClient(
            api_key=key.get_secret_value() if key is not None else None, base_url=settings.nanogpt_base_url
        )
    except ValueError as error:
        raise SettingsError(f"NANOGPT_API_KEY or NANOGPT_BASE_URL is wrong: {error}.") from error


async def _newest(client: NanoGPTClient, settings: Settings) -> tuple[Catalogue, str]:
    """Return the newest catalogue that can be had, and a sentence about where it is from."""
    try:
        models = read_models(await client.fetch_catalogue())
    except NanoGPTError as error:
        trouble = f"NanoGPT's list cannot be read: {error}"
    else:
        if models:
            return Catalogue(models), f"NanoGPT lists {len(models)} models now."
        trouble = "NanoGPT's list names no model."
    catalogue, origin = await _last_known(client, settings)
    return catalogue, f"{trouble} {origin}"


async def _last_known(client: NanoGPTClient, settings: Settings) -> tuple[Catalogue, str]:
    """Return the bot's copy, or the guide's models, and a sentence about which it is."""
    clock = SystemClock()
    database = Database.open(settings.database_url)
    keeper = CatalogueKeeper(client=client, database=database, clock=clock)
    try:
        if _exists(settings.database_url):
            # A database that is down or was never migrated has no copy to offer, and is not what was asked about.
            with suppress(*DATABASE_TROUBLE):
                await keeper.load()
    finally:
        await database.close()
    if keeper.fetched_at is None:
        return (
            Catalogue(),
            "These are the models of its guide; there are many more, and prices are not known.",
        )
    return keeper.current, f"This is the bot's copy, read {_age(clock.now(), keeper.fetched_at)} ago."


def _exists(database_url: str) -> bool:
    """Tell whether there is a database to look into: SQLite would make an empty one."""
    url = parse_url(database_url)
    return not is_sqlite(url) or Path(url.database or "").exists()


def _age(now: datetime, then: datetime) -> str:
    age = max(now - then, timedelta())
    for unit in ("day", "hour", "minute"):
        number = age // timedelta(**{f"{unit}s": 1})
        if number:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "less than a minute"


def _wanted(catalogue: Catalogue, options: ModelsOptions) -> list[Model]:
    found = catalogue.matches(options.text, ANYTHING, limit=len(catalogue.models))
    tests = [CAPABILITIES[name] for name in options.capabilities]
    return [model for model in found if all(test(model) for test in tests)]


def _print_table(models: Iterable[Model]) -> None:
    table = Table(
        Column("Model", no_wrap=True),
        "Name",
        "Pictures it takes",
        "Mask",
        "Per call",
        "Sizes",
        "Price of a picture",
    )
    for model in models:
        cells = (
            model.id,
            model.name,
            _pictures(model),
            _mask(model),
            _per_call(model),
            _sizes(model),
            _price(model),
        )
        table.add_row(*map(escape, cells))
    console = Console()
    (console if console.is_terminal else Console(width=_UNSEEN_WIDTH)).print(table)


def _pictures(model: Model) -> str:
    if model.pictures == "none":
        return "none"
    number = (
        str(model.max_pictures) if model.min_pictures == model.max_pictures else f"up to {model.max_pictures}"
    )
    return f"{model.pictures}, {number}"


def _mask(model: Model) -> str:
    return {"none": "", "optional": "possible", "required": "needed"}[model.mask]


def _per_call(model: Model) -> str:
    if model.fixed_outputs is not None:
        return f"always {model.fixed_outputs}"
    return "" if model.max_outputs is None else f"up to {model.max_outputs}"


def _sizes(model: Model) -> str:
    more = len(model.sizes) - _SHOWN_SIZES
    shown = ", ".join(model.sizes[:_SHOWN_SIZES])
    return f"{shown} and {more} more" if more > 0 else shown


def _price(model: Model) -> str:
    if not model.prices:
        return ""
    low, high = min(model.prices.values()), max(model.prices.values())
    return money(low) if low == high else f"{money(low)} to {money(high)}"


def _row(model: Model) -> dict[str, object]:
    return {
        "id": model.id,
        "name": model.name,
        "description": model.description,
        "pictures": model.pictures,
        "min_pictures": model.min_pictures if model.pictures == "required" else 0,
        "max_pictures": model.max_pictures,
        "mask": model.mask,
        "max_outputs": model.max_outputs,
        "fixed_outputs": model.fixed_outputs,
        "sizes": list(model.sizes),
        "usd_per_picture": _exact(model.prices),
        "fields": None if model.fields is None else sorted(model.fields),
        "nsfw": model.is_nsfw,
    }


def _exact(prices: Mapping[str, Decimal]) -> dict[str, str]:
    """Return amounts as text, which no reader rounds."""
    return {"any" if size == ANY_SIZE else size: f"{price:f}" for size, price in prices.items()}
