"""Which models there are, and which fit what somebody wants. Imports only this package and the standard library.

A value, replaced as a whole when a newer list was read; nothing here touches network or disk, so that it answers while
a member types.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher, get_close_matches
from operator import itemgetter
from typing import Final

from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import Model
from nanobot.nanogpt.prices import plain_size

# What people type is compared up to here; no id is longer.
_MAX_TYPED: Final = 100
# Similarity from 0 to 1: "hidreem" finds "hidream", "horse" does not.
_SIMILAR: Final = 0.6
# Comparing spellings takes time that grows with the square of their length.
_MAX_SPELLING: Final = 32
_NO_PRICE: Final = Decimal("Infinity")
_WORDS = re.compile(r"[^\W_]+")
_PIXELS = re.compile(r"(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a model must take: so many input pictures (`None`: it does not matter), a mask.

    A model that cannot work without a picture does not serve where there are none, save with `edits_only`: then one
    will follow, and only models that take pictures serve. A mask lies on one picture, so that none serves where there
    are several. Models for adults serve only where `allows_nsfw`.
    """

    pictures: int | None = 0
    mask: bool = False
    allows_nsfw: bool = False
    edits_only: bool = False

    def met_by(self, model: Model) -> bool:
        """Tell whether `model` serves."""
        if model.is_nsfw and not self.allows_nsfw:
            return False
        if self.mask and (model.mask == "none" or (self.pictures or 0) > 1):
            return False
        if self.pictures:
            return model.takes_pictures(self.pictures)
        if self.edits_only or self.mask:
            return model.pictures != "none"
        return self.pictures is None or model.takes_pictures(0)


ANYTHING: Final = Needs(pictures=None, allows_nsfw=True)
"""Every model meets these needs."""


class Catalogue:
    """The models that NanoGPT lists, or those of its guide as long as no list was read."""

    def __init__(self, listed: Iterable[Model] | None = None) -> None:
        models = tuple(listed or ())
        self.is_live = bool(models)
        self.models = models or tuple(GUIDE_MODELS.values())
        self._listed = {model.id: model for model in self.models}
        # What comes later counts: the first of those listed, and the guide's only where none of them has the id.
        by_folded_id = (*GUIDE_MODELS.values(), *reversed(self.models))
        self._by_folded_id = {model.id.casefold(): model for model in by_folded_id}
        self._rows = sorted((_Row(model) for model in self.models), key=lambda row: row.standing)

    def find(self, model_id: str) -> Model | None:
        """Return the model of this id, whatever its case; the guide's are found even where the list lacks them."""
        return self._listed.get(model_id) or self._by_folded_id.get(model_id.strip().casefold())

    def offered(self, needs: Needs) -> list[Model]:
        """Return the models that serve: the guide's first, then the others, the cheapest first."""
        return [row.model for row in self._rows if needs.met_by(row.model)]

    def matches(self, typed: str, needs: Needs, *, limit: int) -> list[Model]:
        """Return at most `limit` models that serve and may be meant by what was typed so far, the likeliest first."""
        rows = [row for row in self._rows if needs.met_by(row.model)]
        typed = typed[:_MAX_TYPED].strip().casefold()
        if not typed:
            return [row.model for row in rows[:limit]]
        found = [row.model for row in _ranked(rows, typed)[:limit]]
        if len(found) < limit:
            known = {model.id for model in found}
            found += [row.model for row in _similar(rows, typed, limit) if row.model.id not in known]
        return found[:limit]

    def nearest(self, model_id: str, needs: Needs, *, limit: int = 3) -> list[str]:
        """Return the ids of models that serve, those most like `model_id` first, filled up with the first offered."""
        rows = [row for row in self._rows if needs.met_by(row.model)]
        typed = model_id[:_MAX_TYPED].strip().casefold()
        likeliest_first = (*_similar(rows, typed, limit), *_ranked(rows, typed), *rows)
        ids = dict.fromkeys(row.model.id for row in likeliest_first)
        return list(ids)[:limit]


class _Row:
    """A model as what people type is compared with it."""

    __slots__ = ("folded_id", "initials", "model", "standing", "text")

    def __init__(self, model: Model) -> None:
        self.model = model
        self.folded_id = model.id.casefold()
        self.text = f"{self.folded_id} {model.name.casefold()}"
        # Each word after a space, so that one search finds the starts of words.
        self.initials = " " + " ".join(_WORDS.findall(self.text))
        price = model.price_of(None)
        place = list(GUIDE_MODELS).index(model.id) if model.id in GUIDE_MODELS else len(GUIDE_MODELS)
        self.standing = (place, _NO_PRICE if price is None else price, self.folded_id)


def nearest_sizes(model: Model, size: str, limit: int = 3) -> list[str]:
    """Return the sizes of `model` that come closest to `size` in shape and area, or else in spelling."""
    wanted = _pixels_of(size)

    def distance(candidate: str) -> tuple[float, float]:
        pixels = _pixels_of(candidate)
        if wanted is not None and pixels is not None:
            return 0, _unlikeness(wanted, pixels)
        return 1, -SequenceMatcher(a=plain_size(candidate), b=plain_size(size[:_MAX_TYPED])).ratio()

    return sorted(model.sizes, key=distance)[:limit]


def _pixels_of(size: str) -> tuple[int, int] | None:
    match = _PIXELS.fullmatch(plain_size(size[:_MAX_TYPED]))
    if match is None:
        return None
    width, height = int(match["width"]), int(match["height"])
    return (width, height) if width and height else None


def _unlikeness(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return 0 for equal sizes, more for others; a wrong shape counts twice as much as a wrong area."""
    width, height = (math.log(a / b) for a, b in zip(one, other, strict=True))
    return 2 * abs(width - height) + abs(width + height)


def _ranked(rows: Iterable[_Row], typed: str) -> list[_Row]:
    """Return the rows that hold what was typed; equally good ones stay in the order in which they are offered."""
    words = [f" {word}" for word in _WORDS.findall(typed)]
    ranks = [(rank, row) for row in rows if (rank := _rank(row, typed, words)) is not None]
    return [row for _, row in sorted(ranks, key=itemgetter(0))]


def _rank(row: _Row, typed: str, words: list[str]) -> int | None:
    """Return 0 for the best way to hold what was typed; `words` are its words, each after a space."""
    if row.folded_id == typed:
        return 0
    if row.folded_id.startswith(typed):
        return 1
    if words and all(word in row.initials for word in words):
        return 2
    return 3 if typed in row.text else None


def _similar(rows: Iterable[_Row], typed: str, limit: int) -> list[_Row]:
    """Return the rows whose id is spelled much like what was typed, the most similar first."""
    by_id = {row.folded_id[:_MAX_SPELLING]: row for row in rows}
    alike = get_close_matches(typed[:_MAX_SPELLING], by_id, n=max(limit, 1), cutoff=_SIMILAR)
    return [by_id[folded_id] for folded_id in alike]
