"""`models`: the known models as a table or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Column, Table

from nanobot.nanogpt.models import MODELS


def print_models(*, as_json: bool) -> None:
    """Print them to standard output."""
    if as_json:
        print(json.dumps([asdict(model) for model in MODELS.values()], indent=2))
        return
    table = Table(Column("Model", no_wrap=True), "Pictures it takes", "Mask", "What it does")
    for model in MODELS.values():
        takes = "none" if not model.max_images else f"{model.images}, up to {model.max_images}"
        table.add_row(model.id, takes, "needed" if model.needs_mask else "", model.description)
    Console().print(table)
