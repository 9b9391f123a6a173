"""What `/metrics` counts: outcomes of generations and the pictures made. No label ever names a person or a server."""

from __future__ import annotations

from prometheus_client import Counter

from nanobot.generation import events

OUTCOMES = Counter("nanobot_generations_total", "Generations by how they ended.", ["outcome"])
PICTURES = Counter("nanobot_pictures_total", "Pictures made.")
DOLLARS = Counter("nanobot_cost_dollars_total", "What NanoGPT charged for them, in US dollars.")


def observe_outcome(event: events.Event) -> None:
    """Count `event` if it is the last of its generation."""
    match event:
        case events.Finished():
            OUTCOMES.labels("finished").inc()
            PICTURES.inc(event.pictures)
            DOLLARS.inc(float(event.cost or 0))
        case (
            events.Refused() | events.QuotaRefused() | events.Cancelled() | events.Delayed() | events.Failed()
        ):
            OUTCOMES.labels(type(event).__name__.lower()).inc()
        case _:
            pass
