"""Wakes those who show something, however fast it changes. Imports nothing of nanobot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bells:
    """One bell for each window: what rings while nobody listens is heard once, later."""

    def __init__(self) -> None:
        self._bells: set[asyncio.Event] = set()

    def ring(self) -> None:
        for bell in self._bells:
            bell.set()

    @contextmanager
    def hang(self) -> Iterator[asyncio.Event]:
        """Hang a bell, which rings at once, for as long as the context lasts."""
        bell = asyncio.Event()
        bell.set()
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)
