"""What a person can do on a page, read from JSON into a closed union. Imports only the errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from nanobot.errors import PersonError

Answer: TypeAlias = bool | str | list[str]


class ActionUnclear(PersonError):
    """The page sent something that is no action."""

    def __init__(self) -> None:
        super().__init__("The sandbox does not understand what the page sent: reload the page.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slash:
    """`attachments` names an upload for each option that takes a file."""

    line: str
    attachments: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Autocomplete:
    """`attachments` are the options that have a file already."""

    line: str
    attachments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    text: str
    uploads: list[str] = field(default_factory=list)
    reply_to: str | None
    ping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    message: str
    custom_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    message: str
    custom_id: str
    values: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    message: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    modal: str
    answers: Mapping[str, Answer]
    uploads: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Leave a form without sending it, of which the bot is never told."""

    modal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    message: str


Action: TypeAlias = Slash | Autocomplete | Say | Press | Select | Menu | Submit | Close | Delete


def read_action(body: object) -> Action:
    """Read one action.

    Raises:
        ActionUnclear: it is none.
    """
    if not isinstance(body, dict):
        raise ActionUnclear
    match body:
        case {"type": "slash" | "autocomplete" | "say"}:
            return _typed(body)
        case {"type": "press", "message": str(message), "custom_id": str(custom_id)}:
            return Press(message=message, custom_id=custom_id)
        case {"type": "select", "message": str(message), "custom_id": str(custom_id), "values": values}:
            return Select(message=message, custom_id=custom_id, values=_texts(values))
        case {"type": "menu", "message": str(message), "name": str(name)}:
            return Menu(message=message, name=name)
        case {"type": "submit" | "close", "modal": str(modal)}:
            return _with_form(body, modal)
        case {"type": "delete", "message": str(message)}:
            return Delete(message=message)
        case _:
            raise ActionUnclear


def _typed(body: Mapping[str, object]) -> Action:
    match body:
        case {"type": "slash", "line": str(line)}:
            chosen = {name: _text(value) for name, value in _object(body, "attachments").items()}
            return Slash(line=line, attachments=chosen)
        case {"type": "autocomplete", "line": str(line)}:
            return Autocomplete(line=line, attachments=_texts(body.get("attachments") or []))
        case {"type": "say", "text": str(text)}:
            reply_to = body.get("reply_to")
            return Say(
                text=text,
                uploads=_texts(body.get("uploads") or []),
                reply_to=None if reply_to is None else _text(reply_to),
                ping=body.get("ping") is not False,
            )
        case _:
            raise ActionUnclear


def _with_form(body: Mapping[str, object], modal: str) -> Action:
    if body["type"] == "close":
        return Close(modal=modal)
    answers = {name: _answer(value) for name, value in _object(body, "answers").items()}
    uploads = {name: _texts(value) for name, value in _object(body, "uploads").items()}
    return Submit(modal=modal, answers=answers, uploads=uploads)


def _object(body: Mapping[str, object], name: str) -> dict[str, object]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ActionUnclear
    return value


def _answer(value: object) -> Answer:
    return value if isinstance(value, bool | str) else _texts(value)


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ActionUnclear
    return [_text(item) for item in value]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ActionUnclear
    return value
