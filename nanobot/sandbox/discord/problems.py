"""Collects what is wrong with a body into the nested `errors` of Discord's code 50035.

https://discord.com/developers/docs/reference#error-messages. Imports only the errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal


class Problems:
    """Notes problems by place; `at` descends into a field or an index."""

    def __init__(self) -> None:
        self._tree: Json = {}
        self._place: list[str] = []

    @contextmanager
    def at(self, *steps: str | int) -> Iterator[None]:
        self._place.extend(str(step) for step in steps)
        try:
            yield
        finally:
            del self._place[-len(steps) :]

    def add(self, code: str, message: str) -> None:
        node = self._tree
        for step in self._place:
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        """Raise the whole tree as an ApiRefusal when anything was noted."""
        if self._tree:
            raise ApiRefusal(Refusal.INVALID_FORM_BODY, self._tree)

    def require(self, body: Json, field: str) -> bool:
        if body.get(field) is not None:
            return True
        with self.at(field):
            self.add("BASE_TYPE_REQUIRED", "This field is required")
        return False

    def check_length(self, body: Json, field: str, minimum: int, maximum: int) -> None:
        """Check a text or a list that is given; `None` and absence are `require`'s business."""
        value: Any = body.get(field)
        if value is None:
            return
        with self.at(field):
            if not isinstance(value, str | list):
                self.add("BASE_TYPE_BAD_TYPE", "The type of this value is wrong.")
            elif minimum == 0 and len(value) > maximum:
                self.add("BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")
            elif not minimum <= len(value) <= maximum:
                self.add("BASE_TYPE_BAD_LENGTH", f"Must be between {minimum} and {maximum} in length.")

    def check_range(self, body: Json, field: str, minimum: int, maximum: int) -> None:
        value: Any = body.get(field)
        if value is None:
            return
        with self.at(field):
            if not isinstance(value, int):
                self.add("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            elif value < minimum:
                self.add("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {minimum}.")
            elif value > maximum:
                self.add("NUMBER_TYPE_MAX", f"int value should be less than or equal to {maximum}.")


def refuse(place: tuple[str | int, ...], code: str, message: str) -> ApiRefusal:
    """Make the refusal of a body for one reason at one place."""
    tree: Json = {"_errors": [{"code": code, "message": message}]}
    for step in reversed(place):
        tree = {str(step): tree}
    return ApiRefusal(Refusal.INVALID_FORM_BODY, tree)
