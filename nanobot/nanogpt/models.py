"""What a model takes and what it costs. Imports only the standard library.

The live catalogue fills it (`nanobot.nanogpt.catalogue`), the guide's own table where that is silent (`nanobot.nanogpt.guide`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Need: TypeAlias = Literal["none", "optional", "required"]

ANY_SIZE: Final = ""
"""The key in `Model.prices` of a price that holds for sizes that have none of their own."""


class RequestField(StrEnum):
    """A field of a request that only some models take, by its name on the wire."""

    STRENGTH = "strength"
    GUIDANCE_SCALE = "guidance_scale"
    NUM_INFERENCE_STEPS = "num_inference_steps"
    SEED = "seed"
    NEGATIVE_PROMPT = "negative_prompt"
    KONTEXT_MAX_MODE = "kontext_max_mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model; what NanoGPT does not say of it is `None` or empty.

    `pictures` and `mask` say whether it takes input pictures (up to `max_pictures`, 0 for "none") and a mask; where
    it works on pictures, it needs `min_pictures` of them.
    `max_outputs` is the most pictures that one call gives, `fixed_outputs` the number that every call gives.
    `sizes` are the values that `size` may have. `prices` are US dollars per picture by size, or for `ANY_SIZE`.
    `fields` are the optional fields that it takes; `None` where nobody says.
    One that `uses_transparency` gets input pictures with theirs, all others on white.

    Raises:
        ValueError: it takes no pictures and a number of them at once, fewer than it needs, or makes none.
    """

    id: str
    name: str
    description: str = ""
    pictures: Need = "none"
    max_pictures: int = 0
    min_pictures: int = 1
    mask: Need = "none"
    max_outputs: int | None = None
    fixed_outputs: int | None = None
    sizes: tuple[str, ...] = ()
    prices: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    fields: frozenset[RequestField] | None = None
    is_nsfw: bool = False
    uses_transparency: bool = False

    def __post_init__(self) -> None:
        if (self.pictures == "none") != (self.max_pictures == 0):
            raise ValueError("a model takes no input pictures exactly where max_pictures is 0")
        if self.max_pictures and not 1 <= self.min_pictures <= self.max_pictures:
            raise ValueError("a model takes at least as many pictures as it needs")
        if any(count is not None and count < 1 for count in (self.max_outputs, self.fixed_outputs)):
            raise ValueError("a call gives at least one picture")

    def takes_pictures(self, count: int) -> bool:
        """Tell whether the model can work on this many input pictures."""
        if not count:
            return self.pictures != "required"
        return self.min_pictures <= count <= self.max_pictures

    def takes_field(self, name: RequestField, *, pictures: int) -> bool:
        """Tell whether `name` may be sent along with this many input pictures.

        Where nobody says, the guide's rules hold: every model may take a field, but `strength` is about an input
        picture, and `kontext_max_mode` is for flux-kontext only.
        https://docs.nano-gpt.com/api-reference/image-generation#additional-parameters-for-image-to-image
        """
        if name is RequestField.STRENGTH and not pictures:
            return False
        if self.fields is not None:
            return name in self.fields
        return name is not RequestField.KONTEXT_MAX_MODE

    def price_of(self, size: str | None) -> Decimal | None:
        """Return US dollars for one picture of `size`, `None` where no price is known.

        Without a size, or for one that has no price of its own, it is the dearest that can be meant: an estimate
        errs on the side of the owner's money.
        """
        if size is not None and size in self.prices:
            return self.prices[size]
        return self.prices.get(ANY_SIZE) or max(self.prices.values(), default=None)

    def orders_of(self, count: int) -> tuple[int, ...]:
        """Return the `n` of each call that together give `count` pictures; more than `count` where calls give a fixed number."""
        if self.fixed_outputs is not None:
            return (self.fixed_outputs,) * -(-count // self.fixed_outputs)
        most = min(count, self.max_outputs or count)
        whole, rest = divmod(count, most)
        return (most,) * whole + ((rest,) if rest else ())
