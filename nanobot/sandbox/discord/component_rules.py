"""What a message's components must be like: https://discord.com/developers/docs/components/reference.

Imports the collector of problems and the walk over components.
"""

from __future__ import annotations

from collections.abc import Callable

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.media import SELECTS, ComponentType, walk
from nanobot.sandbox.discord.problems import Problems

MAX_COMPONENTS = 40
MAX_DISPLAYED_CHARACTERS = 4000
MAX_ROWS = 5

_LAYOUT_TYPES = frozenset({1, 9, 10, 12, 13, 14, 17})
_CONTAINER_TYPES = _LAYOUT_TYPES - {17}
_ROW_TYPES = frozenset({ComponentType.BUTTON}) | SELECTS
_STYLE_LINK, _STYLE_PREMIUM = 5, 6


def check_components(problems: Problems, components: list[Json], *, has_layout: bool) -> None:
    """Note every problem below `components`."""
    with problems.at("components"):
        limit = MAX_COMPONENTS if has_layout else MAX_ROWS
        if len(components) > limit:
            problems.add("BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {limit} in length.")
        allowed = _LAYOUT_TYPES if has_layout else frozenset({ComponentType.ACTION_ROW})
        _check_each(problems, components, allowed)
    _check_whole(problems, components, has_layout=has_layout)


def _check_each(problems: Problems, components: list[Json], allowed: frozenset[int]) -> None:
    for index, component in enumerate(components):
        with problems.at(index):
            _check_component(problems, component, allowed)


def _check_component(problems: Problems, component: Json, allowed: frozenset[int]) -> None:
    kind = component.get("type")
    if kind not in allowed:
        choices = ", ".join(str(int(number)) for number in sorted(allowed))
        problems.add("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({choices},).')
        return
    problems.check_range(component, "id", 0, 2**31 - 1)
    _CHECKS[kind](problems, component)


def _check_text(problems: Problems, text: Json) -> None:
    problems.require(text, "content")
    problems.check_length(text, "content", 1, MAX_DISPLAYED_CHARACTERS)


def _check_separator(problems: Problems, separator: Json) -> None:
    problems.check_range(separator, "spacing", 1, 2)


def _check_row(problems: Problems, row: Json) -> None:
    if not _check_list(problems, row, "components", 1, 5):
        return
    inner = row["components"]
    with problems.at("components"):
        _check_each(problems, inner, _ROW_TYPES)
        if any(item.get("type") in SELECTS for item in inner) and len(inner) > 1:
            problems.add(
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
            )


def _check_section(problems: Problems, section: Json) -> None:
    if _check_list(problems, section, "components", 1, 3):
        with problems.at("components"):
            _check_each(problems, section["components"], frozenset({ComponentType.TEXT_DISPLAY}))
    if problems.require(section, "accessory"):
        with problems.at("accessory"):
            _check_component(
                problems, section["accessory"], frozenset({ComponentType.BUTTON, ComponentType.THUMBNAIL})
            )


def _check_container(problems: Problems, container: Json) -> None:
    problems.check_range(container, "accent_color", 0, 0xFFFFFF)
    if _check_list(problems, container, "components", 1, MAX_COMPONENTS):
        with problems.at("components"):
            _check_each(problems, container["components"], _CONTAINER_TYPES)


def _check_gallery(problems: Problems, gallery: Json) -> None:
    if not _check_list(problems, gallery, "items", 1, 10):
        return
    for index, item in enumerate(gallery["items"]):
        with problems.at("items", index):
            _check_media_holder(problems, item, "media")


def _check_thumbnail(problems: Problems, thumbnail: Json) -> None:
    _check_media_holder(problems, thumbnail, "media")


def _check_file(problems: Problems, file: Json) -> None:
    _check_media_holder(problems, file, "file")


def _check_media_holder(problems: Problems, holder: Json, field: str) -> None:
    problems.check_length(holder, "description", 1, 1024)
    if not problems.require(holder, field):
        return
    with problems.at(field):
        media = holder[field]
        if not problems.require(media, "url"):
            return
        problems.check_length(media, "url", 1, 2048)
        schemes = ("attachment://",) if field == "file" else ("attachment://", "http://", "https://")
        if not media["url"].startswith(schemes):
            with problems.at("url"):
                problems.add("URL_TYPE_INVALID_SCHEME", f"Scheme must be one of {schemes}.")


def _check_button(problems: Problems, button: Json) -> None:
    problems.check_length(button, "label", 0, 80)
    problems.check_length(button, "custom_id", 1, 100)
    problems.check_length(button, "url", 1, 512)
    if not problems.require(button, "style"):
        return
    problems.check_range(button, "style", 1, 6)
    needed = {_STYLE_LINK: "url", _STYLE_PREMIUM: "sku_id"}.get(button["style"], "custom_id")
    if not button.get(needed):
        with problems.at(needed):
            problems.add("BASE_TYPE_REQUIRED", "This field is required")
    if needed != "custom_id" and button.get("custom_id") is not None:
        with problems.at("custom_id"):
            problems.add(
                "COMPONENT_CUSTOM_ID_NOT_ALLOWED",
                "A custom id cannot be used with a link or a premium button",
            )
    if button["style"] != _STYLE_PREMIUM and not button.get("label") and not button.get("emoji"):
        problems.add("BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")


def check_select(problems: Problems, select: Json) -> None:
    """Note what is wrong with a select menu, in a message or in a modal."""
    problems.require(select, "custom_id")
    problems.check_length(select, "custom_id", 1, 100)
    problems.check_length(select, "placeholder", 0, 150)
    problems.check_range(select, "min_values", 0, 25)
    problems.check_range(select, "max_values", 1, 25)
    if (select.get("min_values") or 0) > (select.get("max_values") or 25):
        with problems.at("min_values"):
            problems.add("SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "min_values is larger than max_values")
    if select["type"] == ComponentType.STRING_SELECT and _check_list(problems, select, "options", 1, 25):
        check_choices(problems, select["options"])


def check_choices(problems: Problems, options: list[Json]) -> None:
    """Note what is wrong with the options of a select, of a radio group or of a checkbox group."""
    seen: set[object] = set()
    for index, option in enumerate(options):
        with problems.at("options", index):
            for field in ("label", "value"):
                problems.require(option, field)
                problems.check_length(option, field, 1, 100)
            problems.check_length(option, "description", 0, 100)
            if option.get("value") in seen:
                with problems.at("value"):
                    problems.add(
                        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                        "The specified option value is already used",
                    )
            seen.add(option.get("value"))


def _check_whole(problems: Problems, components: list[Json], *, has_layout: bool) -> None:
    every = list(walk(components))
    with problems.at("components"):
        if len(every) > MAX_COMPONENTS:
            problems.add(
                "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
                f"The total number of components cannot exceed {MAX_COMPONENTS}.",
            )
        shown = sum(
            len(item.get("content") or "") for item in every if item.get("type") == ComponentType.TEXT_DISPLAY
        )
        if has_layout and shown > MAX_DISPLAYED_CHARACTERS:
            problems.add(
                "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                f"The total displayable text size exceeds {MAX_DISPLAYED_CHARACTERS} characters.",
            )
    check_unique(problems, every)


def check_unique(problems: Problems, every: list[Json]) -> None:
    """Note a `custom_id` or an `id` that two components share."""
    for field, code, text in (
        ("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"),
        ("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated"),
    ):
        values = [item[field] for item in every if item.get(field)]
        if len(values) != len(set(values)):
            with problems.at("components"):
                problems.add(code, text)


def _check_list(problems: Problems, holder: Json, field: str, minimum: int, maximum: int) -> bool:
    if not problems.require(holder, field):
        return False
    problems.check_length(holder, field, minimum, maximum)
    return True


_CHECKS: dict[int, Callable[[Problems, Json], None]] = {
    ComponentType.ACTION_ROW: _check_row,
    ComponentType.BUTTON: _check_button,
    ComponentType.SECTION: _check_section,
    ComponentType.TEXT_DISPLAY: _check_text,
    ComponentType.THUMBNAIL: _check_thumbnail,
    ComponentType.MEDIA_GALLERY: _check_gallery,
    ComponentType.FILE: _check_file,
    ComponentType.SEPARATOR: _check_separator,
    ComponentType.CONTAINER: _check_container,
    **dict.fromkeys(SELECTS, check_select),
}
