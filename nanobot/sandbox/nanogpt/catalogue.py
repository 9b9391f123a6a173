"""What is on offer now: models come and go while the stand-in runs. Imports nothing of nanobot beside this package."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nanobot.sandbox.nanogpt.entries import brief_entry_of, entry_of
from nanobot.sandbox.nanogpt.models import Model
from nanobot.sandbox.nanogpt.offer import GUIDE_MODELS, OTHER_MODELS

MODELS: Mapping[str, Model] = MappingProxyType({model.id: model for model in (*GUIDE_MODELS, *OTHER_MODELS)})
"""What every stand-in offers at its start, by id."""


class Catalogue:
    """The models of one stand-in; what is listed can be ordered, save for the odd entries that a test puts in."""

    def __init__(self) -> None:
        self._models = dict(MODELS)
        self._odd_entries: list[object] = []

    @property
    def models(self) -> Mapping[str, Model]:
        """What can be ordered now, by id."""
        return MappingProxyType(self._models)

    def add(self, model: Model) -> None:
        """Let `model` appear, or take the place of the one of its id."""
        self._models[model.id] = model

    def remove(self, model_id: str) -> None:
        """Let a model disappear: it is listed no longer, and an order for it is `model_not_found`.

        Raises:
            KeyError: there is none of this id.
        """
        del self._models[model_id]

    def list_also(self, *entries: object) -> None:
        """List further entries before all others, whatever they are; nothing of them can be ordered."""
        self._odd_entries += entries

    def listed(self, *, is_detailed: bool) -> list[object]:
        """Return the entries as JSON."""
        listing = entry_of if is_detailed else brief_entry_of
        return [*self._odd_entries, *(listing(model) for model in self._models.values())]
