"""What came of a payment, picture by picture, and the last word about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from nanobot.generation.collect import Collected, CollectedPicture
from nanobot.generation.events import CheaperSize, Finished
from nanobot.generation.failures import sentence_of
from nanobot.generation.payment import Payment
from nanobot.generation.plan import Plan
from nanobot.nanogpt.errors import PictureNotMade


@dataclass(slots=True, eq=False, kw_only=True)
class Basket:
    """Counts the pictures that could be had, that are lost (some of which `may_come` later), and that were not made."""

    plan: Plan
    payment: Payment
    collected: int = 0
    lost: int = 0
    may_come: bool = False
    _check_cost: Decimal | None = None
    _not_made: list[PictureNotMade] = field(default_factory=list)

    def put(self, picture: Collected) -> None:
        """Count one more."""
        if isinstance(picture, CollectedPicture):
            self.collected += 1
            if picture.check_cost is not None:
                self._check_cost = (self._check_cost or Decimal(0)) + picture.check_cost
        elif picture.not_made is not None:
            self._not_made.append(picture.not_made)
        else:
            self.lost += 1
            self.may_come = self.may_come or picture.may_come

    @property
    def not_made_sentence(self) -> str | None:
        """What the person is told of the first picture whose task failed."""
        return sentence_of(self._not_made[0], model=self.plan.model_id) if self._not_made else None

    def finished(self, generation_id: str, *, seconds: float, is_balance_low: bool) -> Finished:
        """Return the last event, once all is put in."""
        return Finished(
            generation_id=generation_id,
            model=self.plan.model_id,
            cost=self._cost,
            payment_source=self.payment.payment_source,
            seconds=seconds,
            pictures=self.collected,
            lost=self.lost,
            failed=max(0, self.plan.count - self.payment.made) + len(self._not_made),
            in_doubt=self.payment.in_doubt,
            failure=self.payment.failure_sentence or self.not_made_sentence,
            cheaper=self._cheaper() if is_balance_low else None,
            left_out=self.plan.left_out_options,
        )

    @property
    def _cost(self) -> Decimal | None:
        known = [cost for cost in (self.payment.cost, self._check_cost) if cost is not None]
        return sum(known, Decimal(0)) if known else None

    def _cheaper(self) -> CheaperSize | None:
        """Return the model's cheapest size, if it costs less than what was paid."""
        plan, paid = self.plan, self.payment.cost
        if plan.model is None:
            return None
        priced = self.payment.made - self.payment.unpriced
        instead_of = paid / priced if paid is not None and priced else plan.model.price_of(plan.size)
        sizes = [size for size in plan.model.sizes if size != plan.size and size in plan.model.prices]
        if instead_of is None or not sizes:
            return None
        price, size = min((plan.model.prices[size], size) for size in sizes)
        return CheaperSize(size=size, price=price, instead_of=instead_of) if price < instead_of else None
