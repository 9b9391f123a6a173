"""`models`: the known models as a table or as JSON."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Column, Table

from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import Model


def print_models(*, as_json: bool) -> None:
    """Print them to standard output."""
    if as_json:
        print(json.dumps([_row(model) for model in GUIDE_MODELS.values()], indent=2))
        return
    table = Table(Column("Model", no_wrap=True), "Pictures it takes", "Mask", "What it does")
    for model in GUIDE_MODELS.values():
        takes = "none" if not model.max_pictures else f"{model.pictures}, up to {model.max_pictures}"
        table.add_row(model.id, takes, "needed" if model.mask == "required" else "", model.description)
    Console().print(table)


def _row(model: Model) -> dict[str, object]:
    return {
        "id": model.id,
        "description": model.description,
        "pictures": model.pictures,
        "max_pictures": model.max_pictures,
        "mask": model.mask,
    }
