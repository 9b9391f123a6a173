"""Checks that every known field of a body has the type it has everywhere in Discord's API.

With this done first, the rules for messages, forms and commands read fields without fear. Imports the collector of
problems.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nanobot.sandbox.discord.problems import Problems


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_word_or_number(value: object) -> bool:
    return _is_text(value) or _is_number(value)


def _is_id(value: object) -> bool:
    return _is_whole_number(value) or (isinstance(value, str) and value.isascii() and value.isdigit())


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _is_list_of_ids(value: object) -> bool:
    return isinstance(value, list) and all(_is_id(item) for item in value)


def _is_list_of_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | int) for item in value)


_FIELDS_BY_TYPE: dict[Callable[[object], bool], str] = {
    _is_text: "content title description label custom_id url name placeholder text filename",
    _is_whole_number: "style flags color accent_color spacing min_values max_values min_length max_length",
    # A component's type is a number, an embed's a word; a choice's value is either.
    _is_word_or_number: "type value nonce",
    _is_number: "min_value max_value",
    _is_id: "id message_id channel_id guild_id recipient_id default_member_permissions",
    _is_object: (
        "data component accessory media file image thumbnail footer author emoji allowed_mentions "
        "message_reference name_localizations description_localizations"
    ),
    _is_list_of_objects: "components embeds fields items options choices attachments",
    _is_list_of_ids: "users roles",
    _is_list_of_words: "parse contexts integration_types values",
}
_TYPE_OF = {field: fits for fits, names in _FIELDS_BY_TYPE.items() for field in names.split()}


def check_shapes(body: object) -> None:
    """Refuse a body in which a field has a wrong type; `null` is taken for absence everywhere.

    Raises:
        ApiRefusal: 50035 with every such field by place.
    """
    problems = Problems()
    _check(problems, body)
    problems.raise_if_any()


def _check(problems: Problems, value: Any) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            with problems.at(index):
                _check(problems, item)
    elif isinstance(value, dict):
        for field, inner in value.items():
            with problems.at(field):
                _check_field(problems, field, inner)


def _check_field(problems: Problems, field: str, value: object) -> None:
    fits = _TYPE_OF.get(field)
    if value is not None and fits is not None and not fits(value):
        problems.add("BASE_TYPE_BAD_TYPE", f"The value of {field} has the wrong type.")
    else:
        _check(problems, value)
