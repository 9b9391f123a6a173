"""What a modal must be like: https://discord.com/developers/docs/components/reference#label.

Imports the collector of problems and the rules that modals share with messages.
"""

from __future__ import annotations

from nanobot.sandbox.discord.component_rules import check_choices, check_select, check_unique
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.media import SELECTS, ComponentType, walk
from nanobot.sandbox.discord.problems import Problems

MAX_MODAL_COMPONENTS = 5
_TOP_TYPES = frozenset({ComponentType.ACTION_ROW, ComponentType.TEXT_DISPLAY, ComponentType.LABEL})
_INPUT_TYPES = SELECTS | {
    ComponentType.TEXT_INPUT,
    ComponentType.FILE_UPLOAD,
    ComponentType.RADIO_GROUP,
    ComponentType.CHECKBOX_GROUP,
    ComponentType.CHECKBOX,
}


def check_modal(modal: Json) -> None:
    """Refuse what Discord refuses.

    Raises:
        ApiRefusal: with the problems below `data`.
    """
    problems = Problems()
    with problems.at("data"):
        for name, limit in (("custom_id", 100), ("title", 45), ("components", MAX_MODAL_COMPONENTS)):
            problems.require(modal, name)
            problems.check_length(modal, name, 1, limit)
        components = modal.get("components")
        if isinstance(components, list):
            for index, component in enumerate(components):
                with problems.at("components", index):
                    _check_top(problems, component)
            check_unique(problems, list(walk(components)))
    problems.raise_if_any()


def _check_top(problems: Problems, component: Json) -> None:
    kind = component.get("type")
    if kind not in _TOP_TYPES:
        problems.add("UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')
    elif kind == ComponentType.LABEL:
        problems.require(component, "label")
        problems.check_length(component, "label", 1, 45)
        problems.check_length(component, "description", 0, 100)
        if problems.require(component, "component"):
            with problems.at("component"):
                _check_input(problems, component["component"], _INPUT_TYPES)
    elif kind == ComponentType.ACTION_ROW and problems.require(component, "components"):
        problems.check_length(component, "components", 1, 1)
        for index, inner in enumerate(component["components"]):
            with problems.at("components", index):
                problems.require(inner, "label")
                problems.check_length(inner, "label", 1, 45)
                _check_input(problems, inner, frozenset({int(ComponentType.TEXT_INPUT)}))


def _check_input(problems: Problems, inner: Json, allowed: frozenset[int]) -> None:
    kind = inner.get("type")
    if kind not in allowed:
        choices = ", ".join(str(int(number)) for number in sorted(allowed))
        problems.add("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({choices},).')
        return
    problems.require(inner, "custom_id")
    problems.check_length(inner, "custom_id", 1, 100)
    match kind:
        case ComponentType.TEXT_INPUT:
            _check_text_input(problems, inner)
        case ComponentType.FILE_UPLOAD:
            problems.check_range(inner, "min_values", 0, 10)
            problems.check_range(inner, "max_values", 1, 10)
        case ComponentType.RADIO_GROUP:
            _check_group(problems, inner, fewest=2)
        case ComponentType.CHECKBOX_GROUP:
            problems.check_range(inner, "min_values", 0, 10)
            problems.check_range(inner, "max_values", 1, 10)
            _check_group(problems, inner, fewest=1)
        case ComponentType.CHECKBOX:
            pass
        case _:
            check_select(problems, inner)


def _check_text_input(problems: Problems, inner: Json) -> None:
    problems.require(inner, "style")
    problems.check_range(inner, "style", 1, 2)
    problems.check_length(inner, "value", 0, 4000)
    problems.check_length(inner, "placeholder", 0, 100)
    problems.check_range(inner, "min_length", 0, 4000)
    problems.check_range(inner, "max_length", 1, 4000)


def _check_group(problems: Problems, inner: Json, *, fewest: int) -> None:
    if problems.require(inner, "options"):
        problems.check_length(inner, "options", fewest, 10)
        check_choices(problems, inner["options"])
