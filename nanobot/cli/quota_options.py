"""What can be typed after `quota`, and what it means. Imports quotas and the store for their words."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from nanobot.errors import OperatorError
from nanobot.quotas.books import to_dollars
from nanobot.quotas.policy import Rule
from nanobot.settings import Period
from nanobot.store.rules import SERVER_SUBJECT
from nanobot.store.tables import RuleScope, Unit

_MAX_ID = 2**63 - 1
_LOG_LINES = 50


class QuotaLineUnclear(OperatorError):
    """Options that contradict each other, or of which one is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaOptions:
    """What was typed: an action, whom it is about, and what it takes."""

    action: str
    guild_id: int = 0
    scope: RuleScope | None = None
    subject_id: int = SERVER_SUBJECT
    role_ids: frozenset[int] = frozenset()
    images: int | None = None
    usd: Decimal | None = None
    unlimited: bool = False
    block: bool = False
    period: Period = Period.DAY
    unit: Unit | None = None
    expires: str | None = None
    note: str = ""
    limit: int = _LOG_LINES
    as_json: bool = False

    def rules(self) -> list[Rule]:
        """Return the rules that are asked for, one in each unit.

        Raises:
            QuotaLineUnclear: none is, or several that contradict each other.
        """
        is_named = self.images is not None or self.usd is not None
        if [is_named, self.unlimited, self.block].count(True) != 1:
            raise QuotaLineUnclear("Give --images, --usd or both, or else --unlimited or --block alone.")
        if self.unlimited:
            return [Rule(unit=unit, amount=None, period=self.period) for unit in Unit]
        images = 0 if self.block else self.images
        rules = [] if images is None else [Rule(unit=Unit.IMAGES, amount=images, period=self.period)]
        if self.usd is not None:
            rules.append(Rule(unit=Unit.USD, amount=self.usd, period=self.period))
        return rules

    def extras(self) -> dict[Unit, int | Decimal]:
        """Return what is granted, by its unit.

        Raises:
            QuotaLineUnclear: nothing is.
        """
        named = {Unit.IMAGES: self.images, Unit.USD: self.usd}
        extras = {unit: number for unit, number in named.items() if number is not None}
        if not extras:
            raise QuotaLineUnclear("Give --images, --usd or both.")
        return extras


def add_quota(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `quota` to its parser."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = _action(actions.add_parser("show", help="where a member stands"))
    _add_member(show)
    show.add_argument(
        "--role",
        action="append",
        default=[],
        type=_id,
        metavar="ID",
        help="a role that they have; may be repeated",
    )
    _add_rule(_action(actions.add_parser("set", help="give a member, a role or the server a rule")))
    clear = _action(actions.add_parser("clear", help="take a rule away"))
    _add_subject(clear)
    clear.add_argument("--unit", choices=[unit.value for unit in Unit], help="only this one; else both")
    grant = _action(actions.add_parser("grant", help="give a member extras"))
    _add_member(grant)
    _add_amounts(grant)
    grant.add_argument("--expires", metavar="DAY", help="the last day, as YYYY-MM-DD, or in how many days")
    _add_member(_action(actions.add_parser("reset", help="let a member's quota start anew now")))
    _add_correction(_action(actions.add_parser("correct", help="count more as used by a member, or less")))
    _action(actions.add_parser("list", help="list all rules of a server"))
    log = _action(actions.add_parser("log", help="who changed what, newest first"))
    log.add_argument("--limit", type=_count, default=_LOG_LINES, metavar="N", help="at most so many lines")
    audit = actions.add_parser("audit", help="add all books up anew, and tell whether they balance")
    audit.add_argument("--json", action="store_true", help="as JSON")


def quota_options(arguments: argparse.Namespace) -> QuotaOptions:
    """Return what was typed."""
    given = vars(arguments)
    scope, subject_id = _subject(given)
    return QuotaOptions(
        action=given["action"],
        guild_id=given.get("guild", 0),
        scope=scope,
        subject_id=subject_id,
        role_ids=frozenset(given["role"]) if isinstance(given.get("role"), list) else frozenset(),
        images=given.get("images"),
        usd=given.get("usd"),
        unlimited=given.get("unlimited", False),
        block=given.get("block", False),
        period=Period(given.get("period", Period.DAY)),
        unit=Unit(given["unit"]) if given.get("unit") else None,
        expires=given.get("expires"),
        note=given.get("note", ""),
        limit=given.get("limit", _LOG_LINES),
        as_json=given.get("json", False),
    )


def _subject(given: dict[str, object]) -> tuple[RuleScope | None, int]:
    role, member = given.get("role"), given.get("member")
    if isinstance(member, int):
        return RuleScope.MEMBER, member
    if isinstance(role, int):
        return RuleScope.ROLE, role
    if given.get("default"):
        return RuleScope.SERVER, SERVER_SUBJECT
    return (RuleScope.CAP if given.get("cap") else None), SERVER_SUBJECT


def _action(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--guild", type=_guild, required=True, metavar="ID", help="which server; 0 for direct messages"
    )
    return parser


def _add_member(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--member", type=_id, required=True, metavar="ID", help="whose")


def _add_subject(parser: argparse.ArgumentParser) -> None:
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--member", type=_id, metavar="ID", help="a member's own")
    subject.add_argument("--role", type=_id, metavar="ID", help="of everybody with this role")
    subject.add_argument("--default", action="store_true", help="of everybody without one of their own")
    subject.add_argument("--cap", action="store_true", help="of all members together")


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--images", type=_count, metavar="N", help="so many pictures")
    parser.add_argument("--usd", type=_dollars, metavar="X", help="so many US dollars")


def _add_rule(parser: argparse.ArgumentParser) -> None:
    _add_subject(parser)
    _add_amounts(parser)
    parser.add_argument("--unlimited", action="store_true", help="no limit at all")
    parser.add_argument("--block", action="store_true", help="no pictures at all")
    parser.add_argument(
        "--period",
        choices=[period.value for period in Period],
        default=Period.DAY.value,
        help="how often it starts anew; else each day",
    )


def _add_correction(parser: argparse.ArgumentParser) -> None:
    _add_member(parser)
    parser.add_argument("--images", type=int, metavar="±N", help="so many pictures more, or less")
    parser.add_argument("--usd", type=_signed_dollars, metavar="±X", help="so many US dollars more, or less")
    parser.add_argument("--note", required=True, metavar="TEXT", help="why, for the log")


def _guild(text: str) -> int:
    return 0 if text == "0" else _id(text)


def _id(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 0 < number <= _MAX_ID:
        raise argparse.ArgumentTypeError("an id is the number that Discord copies with Copy ID")
    return number


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a whole number from 0 on is needed")
    return int(text)


def _dollars(text: str) -> Decimal:
    number = _signed_dollars(text)
    if number < 0:
        raise argparse.ArgumentTypeError("an amount from 0 on is needed")
    return number


def _signed_dollars(text: str) -> Decimal:
    try:
        number = to_dollars(Decimal(text))
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError("an amount such as 2.50 is needed") from error
    if not number.is_finite():
        raise argparse.ArgumentTypeError("an amount such as 2.50 is needed")
    return number
