"""Fills in a form as the client does and refuses what the client would not submit.

Imports picking in menus, and what interactions resolve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.choosing import Pick, check_count, pick, pick_option
from nanobot.sandbox.discord.composer import check_size
from nanobot.sandbox.discord.errors import BadOption, Json
from nanobot.sandbox.discord.files import File
from nanobot.sandbox.discord.media import ComponentType
from nanobot.sandbox.discord.resolving import Resolved
from nanobot.sandbox.discord.world import User

FormValue: TypeAlias = bool | Pick | Sequence[Pick]
FormFiles: TypeAlias = Mapping[str, File | Sequence[File]]


class Form:
    """One person's copy of a modal; answers go by the field's label or `custom_id`."""

    def __init__(
        self,
        components: list[Json],
        answers: Mapping[str, FormValue],
        files: FormFiles,
        *,
        channel: Channel,
        user: User,
    ) -> None:
        self._components = components
        self._answers = dict(answers)
        self._files = dict(files)
        self._channel = channel
        self._user = user
        self.resolved = Resolved(channel)

    def filled(self) -> list[Json]:
        """Return the components as a submission carries them.

        Raises:
            BadOption: a field that is missing, too long, too short or not on offer.
        """
        filled = [self._top(component) for component in self._components]
        unknown = [*self._answers, *self._files]
        if unknown:
            raise BadOption(f"{', '.join(unknown)}: no such field in this form.")
        return filled

    def _top(self, component: Json) -> Json:
        kind = component["type"]
        body: Json = {"type": kind, "id": component.get("id") or 0}
        if kind == ComponentType.LABEL:
            return body | {"component": self._field(component["component"], component["label"])}
        if kind == ComponentType.ACTION_ROW:
            inner = component["components"]
            return body | {"components": [self._field(field, field.get("label", "")) for field in inner]}
        return body

    def _field(self, field: Json, label: str) -> Json:
        body: Json = {"type": field["type"], "id": field.get("id") or 0, "custom_id": field["custom_id"]}
        given = self._take(self._answers, field, label)
        match field["type"]:
            case ComponentType.TEXT_INPUT:
                return body | {"value": _checked_text(field, label, given)}
            case ComponentType.FILE_UPLOAD:
                return body | {"values": self._uploaded(field, label)}
            case ComponentType.RADIO_GROUP:
                return body | {"value": _chosen_radio(field, label, given)}
            case ComponentType.CHECKBOX_GROUP:
                return body | {"values": _chosen_boxes(field, given)}
            case ComponentType.CHECKBOX:
                return body | {"value": bool(field.get("default") if given is None else given)}
            case _:
                return body | {"values": self._picked(field, given)}

    def _take(self, answers: dict[str, FormValue], field: Json, label: str) -> FormValue | None:
        by_label = answers.pop(label, None)
        return answers.pop(field["custom_id"], by_label)

    def _picked(self, field: Json, given: FormValue | None) -> list[str]:
        picks = _defaults(field) if given is None else _as_picks(given)
        if not picks and not field.get("required", True):
            return []
        return pick(field, picks, self.resolved, self._channel, self._user)

    def _uploaded(self, field: Json, label: str) -> list[str]:
        by_label = self._files.pop(label, ())
        given = self._files.pop(field["custom_id"], by_label)
        files = [given] if isinstance(given, File) else list(given)
        if not files and not field.get("required", True):
            return []
        low = 1 if field.get("min_values") is None else field["min_values"]
        check_count(field, len(files), low, field.get("max_values") or 1)
        for file in files:
            check_size(file, self._user, self._channel)
        return [self.resolved.add_file(file) for file in files]


def _checked_text(field: Json, label: str, given: FormValue | None) -> str:
    text = str(field.get("value") or "" if given is None else given)
    if not text and not field.get("required", True):
        return text
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    if not text:
        raise BadOption(f"{label}: This field is required.")
    if not low <= len(text) <= high:
        raise BadOption(f"{label}: Enter between {low} and {high} characters.")
    return text


def _chosen_radio(field: Json, label: str, given: FormValue | None) -> str | None:
    wanted = next(iter(_defaults(field)), None) if given is None else str(given)
    if wanted is not None:
        return pick_option(field, wanted)
    if field.get("required", True):
        raise BadOption(f"{label}: This field is required.")
    return None


def _chosen_boxes(field: Json, given: FormValue | None) -> list[str]:
    picks = _defaults(field) if given is None else [str(wanted) for wanted in _as_picks(given)]
    if not picks and not field.get("required", True):
        return []
    low = 1 if field.get("min_values") is None else field["min_values"]
    check_count(field, len(picks), low, field.get("max_values") or len(field["options"]))
    return [pick_option(field, wanted) for wanted in picks]


def _defaults(field: Json) -> list[str]:
    return [str(option["value"]) for option in field.get("options") or () if option.get("default")]


def _as_picks(given: FormValue) -> Sequence[Pick]:
    if isinstance(given, bool):
        raise BadOption("This field takes a choice.")
    return list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
