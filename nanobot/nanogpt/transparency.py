"""Which models can use a picture's transparency. Imports only the standard library.

NanoGPT says nothing of it. Most models read three colours and no more: what was hidden below the transparency, black or
noise, would come to light. So it counts as of use only where something tells so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# What cuts out gives transparency, and what enlarges gives back what it got; both say so in id, name or tags only.
_WORDS: Final = ("upscal", "background", "cutout", "transparen")
# https://platform.openai.com/docs/api-reference/images/createEdit names `background`; others do likewise.
_PARAMETERS: Final = frozenset({"background", "transparent", "transparent_background", "transparency"})


def can_use_transparency(*, texts: Iterable[str], parameters: Iterable[str], paints_in_mask: bool) -> bool:
    """Tell whether a model with these words about itself can; one that paints within a mask takes erased parts for one."""
    if paints_in_mask or not _PARAMETERS.isdisjoint(parameters):
        return True
    said = " ".join(texts).lower()
    return any(word in said for word in _WORDS)
