"""What a command must be like: https://discord.com/developers/docs/interactions/application-commands.

Imports the collector of problems.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from enum import IntEnum

from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal
from nanobot.sandbox.discord.problems import Problems, refuse

MAX_COMMANDS_BY_TYPE = {1: 100, 2: 15, 3: 15}
MAX_COMMAND_CHARACTERS = 8000
MAX_OPTIONS = 25
MAX_CHOICES = 25


class CommandType(IntEnum):
    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


_WITH_CHOICES = frozenset({OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER})
_NESTING = frozenset({OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP})
_VALUES = frozenset(OptionType) - _NESTING
# In a command, in a group, in a subcommand.
_TYPES_BY_DEPTH = (frozenset(OptionType), frozenset({OptionType.SUB_COMMAND}), _VALUES)


def check_commands(commands: object) -> list[Json]:
    """Return the body of a sync if Discord takes it.

    Raises:
        ApiRefusal: 50035 with every problem by place, 30032 for too many commands.
    """
    if not isinstance(commands, list) or not all(isinstance(command, dict) for command in commands):
        raise refuse((), "BASE_TYPE_BAD_TYPE", "Only iterables of objects may be used in a ListType")
    problems = Problems()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        with problems.at(index):
            _check_command(problems, command)
            key = (command.get("type") or 1, str(command.get("name")))
            if key in seen:
                problems.add(
                    "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
                )
            seen.add(key)
    problems.raise_if_any()
    counts = Counter(command.get("type") or 1 for command in commands)
    if any(count > MAX_COMMANDS_BY_TYPE[kind] for kind, count in counts.items()):
        raise ApiRefusal(Refusal.TOO_MANY_COMMANDS)
    return commands


def _check_command(problems: Problems, command: Json) -> None:
    kind = command.get("type") or CommandType.CHAT_INPUT
    if kind not in set(CommandType):
        with problems.at("type"):
            problems.add("BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3).")
        return
    if kind == CommandType.CHAT_INPUT:
        _check_name(problems, command)
        _check_description(problems, command)
        _check_options(problems, command, depth=0)
    else:
        problems.require(command, "name")
        problems.check_length(command, "name", 1, 32)
        if command.get("description"):
            with problems.at("description"):
                problems.add(
                    "APPLICATION_COMMAND_INVALID_DESCRIPTION",
                    "Context menu commands cannot have description",
                )
        if command.get("options"):
            with problems.at("options"):
                problems.add(
                    "APPLICATION_COMMAND_INVALID_OPTIONS", "Context menu commands cannot have options"
                )
    _check_places(problems, command)
    if _characters(command) > MAX_COMMAND_CHARACTERS:
        problems.add(
            "APPLICATION_COMMAND_TOO_LARGE",
            f"Command exceeds maximum size ({_characters(command)}, {MAX_COMMAND_CHARACTERS})",
        )


def _check_places(problems: Problems, command: Json) -> None:
    for field, known in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
        places = command.get(field)
        if places is None:
            continue
        with problems.at(field):
            if not places or not set(places) <= known or len(set(places)) != len(places):
                problems.add("SET_TYPE_CHOICES", f"Must be a set of {sorted(known)} that is not empty.")


def _check_name(problems: Problems, holder: Json) -> None:
    if not problems.require(holder, "name"):
        return
    problems.check_length(holder, "name", 1, 32)
    name = str(holder["name"])
    if not all(_may_be_in_name(character) for character in name) or name != name.lower():
        with problems.at("name"):
            problems.add(
                "APPLICATION_COMMAND_INVALID_NAME",
                "Command name is invalid: lower case letters, digits, - _ and ' only",
            )


def _may_be_in_name(character: str) -> bool:
    """Letters and digits of every script, vowel signs of Devanagari and Thai, and three marks."""
    if character in "-_'":
        return True
    is_sign = "\u0900" <= character <= "\u097f" or "\u0e00" <= character <= "\u0e7f"
    return is_sign or unicodedata.category(character)[0] in "LN"


def _check_description(problems: Problems, holder: Json) -> None:
    if not holder.get("description"):
        with problems.at("description"):
            problems.add("BASE_TYPE_REQUIRED", "This field is required")
    problems.check_length(holder, "description", 1, 100)


def _check_options(problems: Problems, holder: Json, *, depth: int) -> None:
    options = holder.get("options") or []
    problems.check_length(holder, "options", 0, MAX_OPTIONS)
    kinds = [option.get("type") for option in options]
    with problems.at("options"):
        if any(kind in _NESTING for kind in kinds) and not all(kind in _NESTING for kind in kinds):
            problems.add(
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                "Sub-command and sub-command group option types are mutually exclusive to all other types",
            )
        names: set[str] = set()
        optional_seen = False
        for index, option in enumerate(options):
            with problems.at(index):
                _check_option(problems, option, depth=depth)
                if option.get("name") in names:
                    problems.add(
                        "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists"
                    )
                if option.get("required") and optional_seen:
                    problems.add(
                        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                        "Required options must be placed before non-required options",
                    )
            names.add(str(option.get("name")))
            optional_seen = optional_seen or not option.get("required")


def _check_option(problems: Problems, option: Json, *, depth: int) -> None:
    _check_name(problems, option)
    _check_description(problems, option)
    kind = option.get("type")
    if kind not in _TYPES_BY_DEPTH[depth]:
        with problems.at("type"):
            problems.add("UNION_TYPE_CHOICES", "This type of option is not allowed here.")
        return
    if kind in _NESTING:
        _check_options(problems, option, depth=1 if kind == OptionType.SUB_COMMAND_GROUP else 2)
        return
    _check_choices(problems, option)
    low, high = option.get("min_value"), option.get("max_value")
    if low is not None and high is not None and low > high:
        with problems.at("min_value"):
            problems.add("APPLICATION_COMMAND_OPTION_MIN_VALUE_TOO_LARGE", "min_value is above max_value")
    problems.check_range(option, "min_length", 0, 6000)
    problems.check_range(option, "max_length", 1, 6000)


def _check_choices(problems: Problems, option: Json) -> None:
    choices = option.get("choices")
    if not choices:
        return
    problems.check_length(option, "choices", 0, MAX_CHOICES)
    with problems.at("choices"):
        if option.get("autocomplete"):
            problems.add(
                "APPLICATION_COMMAND_OPTIONS_CHOICES_AND_AUTOCOMPLETE", "Choices exclude autocomplete"
            )
        if option["type"] not in _WITH_CHOICES:
            problems.add("APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This type of option has no choices")
        for index, choice in enumerate(choices):
            with problems.at(index):
                check_choice(problems, choice)
        names = [choice.get("name") for choice in choices]
        if len(names) != len(set(names)):
            problems.add(
                "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Choice name already exists"
            )


def check_choice(problems: Problems, choice: Json) -> None:
    """Note what is wrong with one choice, of a command or of an autocompletion."""
    problems.require(choice, "name")
    problems.require(choice, "value")
    problems.check_length(choice, "name", 1, 100)
    if isinstance(choice.get("value"), str):
        problems.check_length(choice, "value", 1, 100)


def _characters(holder: Json) -> int:
    """Count names, descriptions and values, of each localised text the longest."""
    total = 0
    for field in ("name", "description"):
        texts = [holder.get(field) or "", *(holder.get(f"{field}_localizations") or {}).values()]
        total += max(len(str(text)) for text in texts)
    if isinstance(holder.get("value"), str):
        total += len(holder["value"])
    inner = [*(holder.get("options") or ()), *(holder.get("choices") or ())]
    return total + sum(_characters(item) for item in inner)
