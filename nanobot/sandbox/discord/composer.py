"""Reads a line as Discord's composer does: the command, its options by name, each value checked before it is sent.

Imports the commands' option types and what interactions resolve.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.command_rules import OptionType
from nanobot.sandbox.discord.errors import BadOption, CommandNotVisible, Json, NotPossible
from nanobot.sandbox.discord.files import File
from nanobot.sandbox.discord.naming import find_channel, find_role, find_user
from nanobot.sandbox.discord.resolving import Resolved
from nanobot.sandbox.discord.world import User, World

_NESTING = {OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP}
_SAFE_INTEGER = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line taken apart: the path of subcommands and the raw text of each option."""

    path: tuple[Json, ...]
    options: list[Json]
    values: dict[str, str]


def command_name(line: str) -> str:
    """Return the name of the command that a line begins with.

    Raises:
        CommandNotVisible: the line is no command.
    """
    match = re.match(r"\s*/(\S+)", line)
    if match is None:
        raise CommandNotVisible("A command begins with a slash.")
    return match[1]


def take_apart(command: Json, line: str) -> Typed:
    """Follow the subcommands, then cut the rest at the names of known options.

    Raises:
        BadOption: a word is neither a subcommand nor part of an option.
    """
    rest = line.strip().removeprefix("/").removeprefix(command["name"])
    path: list[Json] = []
    options: list[Json] = command.get("options", [])
    while any(option["type"] in _NESTING for option in options):
        word, _, rest = rest.strip().partition(" ")
        chosen = next((option for option in options if option["name"] == word), None)
        if chosen is None:
            names = ", ".join(option["name"] for option in options)
            raise BadOption(f"/{command['name']} takes one of: {names}.")
        path.append(chosen)
        options = chosen.get("options", [])
    return Typed(path=tuple(path), options=options, values=_cut(rest, [option["name"] for option in options]))


def _cut(text: str, names: list[str]) -> dict[str, str]:
    """Each value runs until the next option that was not yet given."""
    pattern = re.compile(r"(?:^|\s)(" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + "):")
    starts: list[tuple[str, int, int]] = []
    if names:
        for match in pattern.finditer(text):
            if all(match[1] != name for name, _, _ in starts):
                starts.append((match[1], match.start(), match.end()))
    before = text[: starts[0][1] if starts else None].strip()
    if before:
        raise BadOption(f"“{before}” belongs to no option.")
    ends = [*(start for _, start, _ in starts), len(text)][1:]
    return {name: text[begin:end].strip() for (name, _, begin), end in zip(starts, ends, strict=True)}


class Composer:
    """Fills in the options of one command for one person in one channel."""

    def __init__(self, user: User, channel: Channel) -> None:
        self._user = user
        self._channel = channel
        self.resolved = Resolved(channel)

    def fill(self, typed: Typed, attachments: Mapping[str, File]) -> list[Json]:
        """Return the options as an interaction carries them.

        Raises:
            BadOption: a value that the composer would mark red, or a required one that is missing.
        """
        _check_known(attachments, {option["name"] for option in typed.options})
        filled = []
        for option in typed.options:
            name = option["name"]
            if option["type"] == OptionType.ATTACHMENT and name in attachments:
                filled.append(self._with(option, self._upload(attachments[name])))
            elif typed.values.get(name):
                filled.append(self._with(option, self._value(option, typed.values[name])))
            elif option.get("required"):
                raise BadOption(f"{name}: This option is required. Specify a value.")
        return nested(typed.path, filled)

    def _with(self, option: Json, value: object) -> Json:
        return {"name": option["name"], "type": option["type"], "value": value}

    def _upload(self, file: File) -> str:
        check_size(file, self._user, self._channel)
        return self.resolved.add_file(file)

    def _value(self, option: Json, text: str) -> object:
        if option.get("choices"):
            return _chosen(option, text)
        name = option["name"]
        match option["type"]:
            case OptionType.STRING:
                return _checked_text(option, text)
            case OptionType.INTEGER | OptionType.NUMBER:
                return _checked_number(option, text)
            case OptionType.BOOLEAN:
                if text.lower() not in {"true", "false"}:
                    raise BadOption(f"{name}: Select true or false.")
                return text.lower() == "true"
            case OptionType.ATTACHMENT:
                raise BadOption(f"{name}: This option takes a file.")
            case _:
                return self._entity(option, text)

    def _entity(self, option: Json, text: str) -> str:
        kind, name = option["type"], option["name"]
        if kind in {OptionType.USER, OptionType.MENTIONABLE}:
            user = find_user(self._channel, text)
            if user is not None:
                return self.resolved.add_user(user)
        if kind in {OptionType.ROLE, OptionType.MENTIONABLE}:
            role = find_role(self._channel, text)
            if role is not None:
                return self.resolved.add_role(role)
        if kind == OptionType.CHANNEL:
            channel = find_channel(self._channel, text)
            allowed = option.get("channel_types")
            if channel is not None and (not allowed or channel.type in allowed):
                return self.resolved.add_channel(channel, self._user)
        raise BadOption(f"{name}: “{text}” is not a valid choice.")


def nested(path: tuple[Json, ...], options: list[Json]) -> list[Json]:
    """Wrap options into the subcommands that lead to them."""
    for step in reversed(path):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return options


def unfinished(typed: Typed, command: str, attachments: Collection[str], world: World) -> list[Json]:
    """Return the options of a line whose last one is still being typed; files are named by an id that nothing resolves.

    Raises:
        NotPossible: the last option has no suggestions.
        BadOption: there is no option for a file.
    """
    known = {option["name"]: option for option in typed.options}
    _check_known(attachments, known)
    focused = next(reversed(typed.values), None)
    if focused is None or not known[focused].get("autocomplete"):
        raise NotPossible(f"{focused or command} has no suggestions.")
    files: list[Json] = [
        {"name": name, "type": known[name]["type"], "value": str(world.ids.next())} for name in attachments
    ]
    texts: list[Json] = [
        {"name": name, "type": known[name]["type"], "value": text, "focused": True}
        if name == focused
        else {"name": name, "type": known[name]["type"], "value": _plain_value(known[name], text)}
        for name, text in typed.values.items()
    ]
    return nested(typed.path, [*files, *texts])


def check_size(file: File, user: User, channel: Channel) -> None:
    """Refuse a file that the person's client would not upload.

    Raises:
        BadOption: with the client's words.
    """
    guild = channel.guild
    limit = max(user.upload_limit_bytes, guild.upload_limit_bytes if guild else 0)
    if len(file.data) > limit:
        raise BadOption(f"Your files are too powerful. The maximum file size is {limit // (1024 * 1024)} MB.")


def _check_known(attachments: Collection[str], names: Collection[str]) -> None:
    if unknown := sorted(set(attachments).difference(names)):
        raise BadOption(f"{', '.join(unknown)}: no such option.")


def _plain_value(option: Json, text: str) -> str | int | float | bool:
    """Read a value of an unfinished line, which nobody has checked yet."""
    match option["type"]:
        case OptionType.INTEGER if text.lstrip("-").isdecimal():
            return int(text)
        case OptionType.BOOLEAN:
            return text.lower() == "true"
        case _:
            return text


def _chosen(option: Json, text: str) -> object:
    for choice in option["choices"]:
        if text.casefold() in {str(choice["name"]).casefold(), str(choice["value"]).casefold()}:
            return choice["value"]
    raise BadOption(f"{option['name']}: “{text}” is not a valid choice.")


def _checked_text(option: Json, text: str) -> str:
    low, high = option.get("min_length") or 0, option.get("max_length") or 6000
    if not low <= len(text) <= high:
        raise BadOption(f"{option['name']}: Enter between {low} and {high} characters.")
    return text


def _checked_number(option: Json, text: str) -> int | float:
    is_whole = option["type"] == OptionType.INTEGER
    try:
        number = int(text) if is_whole else float(text)
    except ValueError as error:
        kind = "an integer" if is_whole else "a number"
        raise BadOption(f"{option['name']}: Enter {kind}.") from error
    low, high = option.get("min_value"), option.get("max_value")
    low = -_SAFE_INTEGER if low is None else low
    high = _SAFE_INTEGER if high is None else high
    if not low <= number <= high:
        raise BadOption(f"{option['name']}: Enter a value between {low} and {high}.")
    return number
