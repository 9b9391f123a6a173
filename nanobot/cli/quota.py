"""`quota`: what `/quota` does, from a terminal, for whoever runs the bot. In the log of changes the actor is the operator."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from nanobot.bot.expiry import read_expiry
from nanobot.bot.replies import quota_rules as words
from nanobot.bot.replies.quotas import amount, usage_page, used_of
from nanobot.cli.quota_options import QuotaLineUnclear, QuotaOptions
from nanobot.clock import Clock
from nanobot.errors import PersonError
from nanobot.quotas.audit import audit
from nanobot.quotas.changing import OPERATOR
from nanobot.quotas.desk import QuotaDesk
from nanobot.quotas.policy import OwnerCap
from nanobot.quotas.standing import Member
from nanobot.settings import Settings
from nanobot.store.database import Database
from nanobot.store.engines import PATIENT_SECONDS
from nanobot.store.migrate import migrate
from nanobot.store.quota_changes import changes
from nanobot.store.tables import RuleScope, Unit
from nanobot.wiring import quota_limits

# What Discord shows as a name, as a moment or as formatting, in the sentences that serve there and here alike.
_MEMBER, _ROLE = re.compile(r"<@(\d+)>"), re.compile(r"<@&(\d+)>")
_MOMENT = re.compile(r"<t:(\d+):\w>")
_TWICE = re.compile(r"(?P<moment>[\d-]{10} [\d:]{5} UTC) \((?P=moment)\)")
_FORMATTING = re.compile(r"^-# |\*\*|`|\\(?=[\\*_~|`\[\]<>#-])", re.MULTILINE)


async def run_quota(options: QuotaOptions, settings: Settings, clock: Clock) -> bool:
    """Do what was typed and say so on standard output; tell whether it could be done.

    Raises:
        OperatorError: a setting or the line is wrong, or the database cannot be used.
    """
    await asyncio.to_thread(migrate, settings.database_url)
    database = Database.open(settings.database_url, busy_seconds=PATIENT_SECONDS)
    terminal = _Terminal(options, database, QuotaDesk(clock=clock, limits=quota_limits(settings)), clock)
    try:
        return await terminal.run()
    except PersonError as error:
        print(error.sentence, file=sys.stderr)
        return False
    finally:
        await database.close()


class _Terminal:
    def __init__(self, options: QuotaOptions, database: Database, desk: QuotaDesk, clock: Clock) -> None:
        self._options = options
        self._database = database
        self._desk = desk
        self._clock = clock

    async def run(self) -> bool:
        match self._options.action:
            case "audit":
                return await self._audit()
            case "show":
                await self._show()
            case "set":
                await self._set()
            case "clear":
                await self._clear()
            case "grant":
                await self._grant()
            case "reset":
                await self._reset()
            case "correct":
                await self._correct()
            case "list":
                await self._list()
            case _:
                await self._log()
        return True

    async def _show(self) -> None:
        async with self._database.read() as session:
            standing = await self._desk.standing(session, self._member)
            by_model = await self._desk.usage_by_model(session, self._member, standing.window)
        _say([usage_page(standing, by_model, about=self._shown)])
        for cap in standing.caps:  # the page keeps the amounts of the owner's own limits from members
            if isinstance(cap.source, OwnerCap):
                _say(
                    [
                        f"The bot's own limit, everybody together: {used_of(cap.used, cap.rule)} per {cap.rule.period}."
                    ]
                )

    async def _set(self) -> None:
        rules = self._options.rules()
        async with self._database.begin() as session:
            for rule in rules:
                await self._desk.set_rule(
                    session,
                    guild_id=self._options.guild_id,
                    scope=self._scope,
                    subject_id=self._options.subject_id,
                    unit=rule.unit,
                    rule=rule,
                    actor_id=OPERATOR,
                )
        _say([words.rule_set(self._shown, rules)])

    async def _clear(self) -> None:
        units = list(Unit) if self._options.unit is None else [self._options.unit]
        async with self._database.begin() as session:
            for unit in units:
                await self._desk.set_rule(
                    session,
                    guild_id=self._options.guild_id,
                    scope=self._scope,
                    subject_id=self._options.subject_id,
                    unit=unit,
                    rule=None,
                    actor_id=OPERATOR,
                )
        _say([words.rule_removed(self._shown, self._options.unit)])

    async def _grant(self) -> None:
        options = self._options
        extras = options.extras()
        async with self._database.begin() as session:
            zone = await self._desk.zone(session, options.guild_id)
            until = options.expires and read_expiry(options.expires, now=self._clock.now(), zone=zone)
            for unit, number in extras.items():
                await self._desk.grant(
                    session,
                    guild_id=options.guild_id,
                    user_id=options.subject_id,
                    amount=number,
                    actor_id=OPERATOR,
                    unit=unit,
                    expires_at=until or None,
                )
        shown = " and ".join(amount(number, unit) for unit, number in extras.items())
        _say([words.granted(self._shown, shown, until or None)])

    async def _reset(self) -> None:
        async with self._database.begin() as session:
            await self._desk.reset(
                session,
                guild_id=self._options.guild_id,
                user_id=self._options.subject_id,
                actor_id=OPERATOR,
            )
        _say([words.reset_done(self._shown)])

    async def _correct(self) -> None:
        options = self._options
        if not options.images and not options.usd:
            raise QuotaLineUnclear("Give --images, --usd or both, so that there is something to correct.")
        async with self._database.begin() as session:
            await self._desk.correct(
                session,
                guild_id=options.guild_id,
                user_id=options.subject_id,
                images=options.images or 0,
                usd=options.usd or Decimal(0),
                actor_id=OPERATOR,
                note=options.note,
            )
        await self._show()

    async def _list(self) -> None:
        async with self._database.read() as session:
            rules = await self._desk.rules(session, self._options.guild_id)
        _say(words.rules_lines(rules))

    async def _log(self) -> None:
        async with self._database.read() as session:
            found = await changes(session, self._options.guild_id, limit=self._options.limit)
        _say([words.change_line(change) for change in found] or [words.NOTHING_CHANGED])

    async def _audit(self) -> bool:
        async with self._database.read() as session:
            audited = await audit(session)
        if self._options.as_json:
            print(json.dumps(audited.to_json(), indent=2))
        else:
            print(*audited.sentences, sep="\n")
        return audited.balances

    @property
    def _member(self) -> Member:
        options = self._options
        return Member(user_id=options.subject_id, guild_id=options.guild_id, role_ids=options.role_ids)

    @property
    def _scope(self) -> RuleScope:
        if self._options.scope is None:
            raise ValueError("the parser asks for a subject")
        return self._options.scope

    @property
    def _shown(self) -> str:
        match self._scope:
            case RuleScope.MEMBER:
                return f"<@{self._options.subject_id}>"
            case RuleScope.ROLE:
                return f"<@&{self._options.subject_id}>"
            case RuleScope.CAP:
                return words.ALL_TOGETHER
            case _:
                return words.DEFAULT


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(_plain(line))


def _plain(text: str) -> str:
    """Return what is written for Discord as a terminal can show it."""
    text = _MEMBER.sub(r"member \1", _ROLE.sub(r"role \1", text))
    return _FORMATTING.sub("", _TWICE.sub(r"\g<moment>", _MOMENT.sub(_moment, text)))


def _moment(found: re.Match[str]) -> str:
    return f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d %H:%M} UTC"
