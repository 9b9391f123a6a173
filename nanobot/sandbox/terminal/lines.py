"""What a typed line means. Imports only `nanobot.errors`.

Whatever is none of the terminal's own words is said in the channel, as in Discord.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from nanobot.errors import PersonError

HELP = """\
/imagine prompt:a red fox   a slash command; options by name, people and roles as @name
hello @nanobot              anything else is said in the channel
reply make it night         replies to the last picture (reply #3 … to message #3)
press Again                 presses a button of the latest message that has it (press #3 Again)
menu Edit image             uses the Apps menu of the last picture (menu #3 Edit image); a form asks line by line
attach fox.png              a file for the next line: a command's `image`, `image2` … (attach fox.png as mask)
suggest /imagine model:fl   what the bot suggests for the last option
as bob                      go on as somebody else
dm · channel                go to the direct messages with the bot, and back
say …                       says the rest, whatever it begins with
help · exit                 this text; leaving, as Ctrl-D does"""


class LineUnclear(PersonError):
    """A line of the terminal's own that lacks something, or names what does not exist."""


class Place(Enum):
    CHANNEL = "channel"
    DM = "dm"


@dataclass(frozen=True, slots=True)
class Command:
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Press:
    number: int | None
    button: str


@dataclass(frozen=True, slots=True)
class Menu:
    number: int | None
    entry: str


@dataclass(frozen=True, slots=True)
class Attach:
    path: Path
    option: str | None


@dataclass(frozen=True, slots=True)
class Suggest:
    text: str


@dataclass(frozen=True, slots=True)
class Become:
    name: str


@dataclass(frozen=True, slots=True)
class Go:
    place: Place


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Leave:
    pass


# What reaches the bot, and what stays in the terminal.
Deed: TypeAlias = Command | Say | Reply | Press | Menu
Line: TypeAlias = Deed | Attach | Suggest | Become | Go | Help

_WHOLE: dict[str, Line | Leave] = {
    "help": Help(),
    "exit": Leave(),
    "quit": Leave(),
    "dm": Go(Place.DM),
    "channel": Go(Place.CHANNEL),
}
_NEEDS = {
    "reply": "reply needs words: reply make it night.",
    "press": "press needs the name of a button: press Again.",
    "menu": "menu needs the name of an entry: menu Edit image.",
    "attach": "attach needs the path of a file: attach fox.png.",
    "suggest": "suggest needs a command with an option: suggest /imagine model:fl.",
    "say": "say needs words.",
}
_AIMED = re.compile(r"#(?P<number>\d+)\s+(?P<rest>.*)", re.DOTALL)
_FOR_OPTION = re.compile(r"(?P<path>.*\S)\s+as\s+(?P<option>\w+)", re.DOTALL)
_ONE_NAME = re.compile(r"as\s+@?(?P<name>\S+)")


def read_line(typed: str) -> Line | Leave:
    """Say what a line that is not empty means.

    Raises:
        LineUnclear: it begins like a line of the terminal's own and lacks the rest.
    """
    text = typed.strip()
    if text.startswith("/"):
        return Command(text)
    if (whole := _WHOLE.get(text)) is not None:
        return whole
    if (named := _ONE_NAME.fullmatch(text)) is not None:
        return Become(named["name"])
    word, *rest = text.split(maxsplit=1)
    if word not in _NEEDS:
        return Say(text)
    if not rest:
        raise LineUnclear(_NEEDS[word])
    return _with_rest(word, rest[0])


def _with_rest(word: str, rest: str) -> Line:
    if word == "say":
        return Say(rest)
    if word == "suggest":
        return Suggest(rest)
    if word == "attach":
        aimed = _FOR_OPTION.fullmatch(rest)
        return Attach(Path(aimed["path"]), aimed["option"]) if aimed else Attach(Path(rest), None)
    number, rest = _aim(rest)
    if word == "reply":
        return Reply(number, rest)
    return Press(number, rest) if word == "press" else Menu(number, rest)


def _aim(rest: str) -> tuple[int | None, str]:
    """Take the number of a message off the front."""
    match = _AIMED.fullmatch(rest)
    return (int(match["number"]), match["rest"]) if match else (None, rest)
