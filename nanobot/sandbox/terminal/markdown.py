"""Discord's markdown, timestamps and mentions as text that a terminal can show. Imports nothing of nanobot.

https://support.discord.com/hc/en-us/articles/210298617, https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeAlias

from rich.text import Text

# Gets the sign before an id (`@`, `@&`, `#`, or `message`) and the id; returns what people read.
Named: TypeAlias = Callable[[str, int], str]

_LINE_STYLES = (("-# ", "dim"), ("### ", "bold"), ("## ", "bold"), ("# ", "bold underline"))
_SPAN = re.compile(
    r"""
      \\(?P<escaped>[^\w\s])
    | (?<!`)(?P<ticks>`{1,2})(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)
    | \*\*(?P<bold>.+?)\*\*(?!\*)
    | __(?P<underline>.+?)__(?!_)
    | ~~(?P<strike>.+?)~~
    | \*(?P<star>[^\s*](?:.*?[^\s*])?)\*
    | (?<!\w)_(?P<bar>[^_]+?)_(?!\w)
    | <(?P<sign>@&|@!?|\#)(?P<id>\d+)>
    | </(?P<command>[^:>]+):\d+>
    | <t:(?P<seconds>-?\d+)(?::(?P<form>[tTdDfFR]))?>
    | https://discord\.com/channels/(?:\d+|@me)/\d+/(?P<message>\d+)
    """,
    re.VERBOSE,
)
_STYLES = {
    "bold": "bold",
    "underline": "underline",
    "strike": "strike",
    "star": "italic",
    "bar": "italic",
}
_UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads as one person would: `now` for what is relative, `zone` (`None`: the machine's) for times of day."""

    named: Named
    now: datetime
    zone: tzinfo | None = None

    def lines(self, text: str) -> list[Text]:
        """Return each line of a message as people see it."""
        return [self._line(line) for line in text.split("\n")]

    def _line(self, line: str) -> Text:
        for mark, style in _LINE_STYLES:
            if line.startswith(mark):
                return self._spans(line.removeprefix(mark), style)
        return self._spans(line, "")

    def _spans(self, text: str, style: str) -> Text:
        shown = Text(style=style)
        end = 0
        for match in _SPAN.finditer(text):
            shown.append(text[end : match.start()])
            shown.append_text(self._span(match))
            end = match.end()
        return shown.append(text[end:])

    def _span(self, match: re.Match[str]) -> Text:
        for group, style in _STYLES.items():
            if (inner := match[group]) is not None:
                return self._spans(inner, style)
        if (code := match["code"]) is not None:
            return Text(code, style="cyan")
        if (escaped := match["escaped"]) is not None:
            return Text(escaped)
        return self._tag(match)

    def _tag(self, match: re.Match[str]) -> Text:
        """Return what stands for a moment, or for somebody or something by id."""
        if (seconds := match["seconds"]) is not None:
            return Text(self._moment(int(seconds), match["form"] or "f"))
        if (command := match["command"]) is not None:
            return Text(f"/{command}", style="blue")
        if (message_id := match["message"]) is not None:
            return Text(self.named("message", int(message_id)), style="blue")
        return Text(self.named(match["sign"].rstrip("!"), int(match["id"])), style="blue")

    def _moment(self, seconds: int, form: str) -> str:
        if form == "R":
            return relative(seconds - self.now.timestamp())
        return clock_time(datetime.fromtimestamp(seconds, self.now.tzinfo).astimezone(self.zone), form)


def clock_time(moment: datetime, form: str) -> str:
    """Return `moment` in one of Discord's forms, in the zone that it has."""
    date = f"{moment.day} {moment:%B %Y}"
    match form:
        case "t":
            return f"{moment:%H:%M}"
        case "T":
            return f"{moment:%H:%M:%S}"
        case "d":
            return f"{moment:%d/%m/%Y}"
        case "D":
            return date
        case "F":
            return f"{moment:%A}, {date} {moment:%H:%M}"
        case _:
            return f"{date} {moment:%H:%M}"


def relative(seconds: float) -> str:
    """Return such as "in 2 hours" or "3 minutes ago", in the largest unit that fits."""
    distance = abs(round(seconds))
    unit, length = next(((name, size) for name, size in _UNITS if distance >= size), ("second", 1))
    count = round(distance / length)
    if not count:
        return "now"
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {words}" if seconds > 0 else f"{words} ago"
