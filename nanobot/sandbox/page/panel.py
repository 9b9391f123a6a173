"""What is behind the scenes: the bot's state, NanoGPT's requests, and the bot's own books.

Imports insight, the log, the keeper and the knobs of this package.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from nanobot.clock import ShiftedClock
from nanobot.errors import OperatorError
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.nanogpt import DataUrlSummary, NanoGPTStandIn, RecordedImageRequest
from nanobot.sandbox.page.bot_log import BotLog
from nanobot.sandbox.page.insight import Asked, Books, BotInsight, LedgerLine, Standing, Whose
from nanobot.sandbox.page.keeper import BotKeeper
from nanobot.sandbox.page.knobs import Knobs
from nanobot.sandbox.page.seats import Seat

SHOWN_REQUESTS = 50
# Requests are timed by a clock that nobody sets; read once, so that a moment looks the same in every frame.
_ZERO_OF_MONOTONIC = datetime.now(UTC) - timedelta(seconds=time.monotonic())

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Sums up everything for one seat. `nanogpt` is None where the pictures are real."""

    keeper: BotKeeper
    clock: ShiftedClock
    nanogpt: NanoGPTStandIn | None
    insight: BotInsight
    bot_log: BotLog
    knobs: Knobs

    async def frame(self, seat: Seat) -> Json:
        self.bot_log.look()
        state = self.keeper.state  # before the books are read, or a restart could be over unseen
        books = await self._books(seat) if self.keeper.was_online else None
        return {
            "type": "panel",
            "bot": {"state": state},
            "clock": self._clock(),
            "nanogpt": _nanogpt_json(self.nanogpt),
            "ledger": [_line_json(line) for line in books.ledger] if books else [],
            "standing": _standing_json(books.standing) if books else None,
            "generations": [self._asked_json(asked) for asked in books.generations] if books else [],
            "trouble": self.knobs.trouble,
        }

    def _clock(self) -> Json:
        offset = self.clock.offset
        return {"now": _iso(datetime.now(UTC) + offset), "offset_seconds": round(offset.total_seconds(), 3)}

    async def _books(self, seat: Seat) -> Books | None:
        try:
            return await self.insight.books_of(_whose(seat))
        except OperatorError as error:
            log.warning("the bot's books cannot be shown: %s", error)
            return None

    def _asked_json(self, asked: Asked) -> Json:
        happened = [{"at": _iso(each.at), "what": each.what} for each in self.bot_log.of(asked.id)]
        if asked.error is not None and not any(asked.error in each["what"] for each in happened):
            happened.append({"at": _iso(asked.updated_at), "what": asked.error})
        return {"id": asked.id, "prompt": asked.prompt, "status": asked.status, "events": happened}


def is_same(frame: Json, other: Json | None) -> bool:
    """Tell whether two panels show the same, but for the time that has passed."""
    return other is not None and _timeless(frame) == _timeless(other)


def _timeless(frame: Json) -> Json:
    return frame | {"clock": frame["clock"]["offset_seconds"]}


def _whose(seat: Seat) -> Whose:
    guild = seat.channel.guild
    if guild is None:
        return Whose(user_id=seat.person.id, guild_id=0, role_ids=frozenset())
    roles = guild.members[seat.person.id].roles
    return Whose(user_id=seat.person.id, guild_id=guild.id, role_ids=frozenset(role.id for role in roles))


def _nanogpt_json(nanogpt: NanoGPTStandIn | None) -> Json:
    if nanogpt is None:
        return {"balance": None, "charged": None, "requests": []}
    return {
        "balance": _dollars(nanogpt.balance),
        "charged": _dollars(nanogpt.charged),
        "requests": [_request_json(request) for request in nanogpt.requests[-SHOWN_REQUESTS:]],
    }


def _request_json(request: RecordedImageRequest) -> Json:
    answered = request.answered_at
    return {
        "at": _iso(_ZERO_OF_MONOTONIC + timedelta(seconds=request.received_at)),
        "status": request.status,
        "cost": _dollars(request.cost),
        "fields": _plain(request.fields),
        "seconds": None if answered is None else round(answered - request.received_at, 3),
    }


def _plain(value: object) -> object:
    """Return what JSON can carry."""
    match value:
        case DataUrlSummary():
            return asdict(value)
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def _line_json(line: LedgerLine) -> Json:
    return {
        "at": _iso(line.at),
        "kind": line.kind,
        "images": line.images,
        "extra": line.extra,
        "cost": _dollars(line.cost),
        "note": line.note,
        "generation": line.generation,
    }


def _standing_json(standing: Standing) -> Json:
    return {
        "used": standing.used,
        "limit": standing.limit,
        "left": standing.left,
        "resets_at": _iso(standing.resets_at),
        "period": standing.period,
    }


def _dollars(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
