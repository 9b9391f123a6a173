"""The pictures for which an edit form is open."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from nanobot.generation.request import PictureSource

_REMEMBERED = 1000


class RememberedPictures:
    """Keeps them in memory, since a message of somebody else can be read only at the moment its menu is used."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, Sequence[PictureSource]] = OrderedDict()

    def keep(self, custom_id: str, sources: Sequence[PictureSource]) -> None:
        """Keep `sources` until about a thousand newer ones have come."""
        self._sources[custom_id] = sources
        self._sources.move_to_end(custom_id)
        while len(self._sources) > _REMEMBERED:
            self._sources.popitem(last=False)

    def recall(self, custom_id: str) -> Sequence[PictureSource] | None:
        """Return what was kept, if this process still has it."""
        return self._sources.get(custom_id)
