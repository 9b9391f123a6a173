"""What all lasting buttons share: a custom id that holds a generation's id, and a door for errors.

discord.py only logs what goes wrong in a dynamic item, and no view's `on_error` hears of it; so the door is here.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import discord
from typing_extensions import override

from nanobot.bot.client import Interaction
from nanobot.bot.doors import show_error

GENERATION_ID = r"(?P<id>[0-9a-f]{32})"


class IdButton(ABC, discord.ui.DynamicItem[discord.ui.Button[Any]], template=f"none:{GENERATION_ID}"):
    """A subclass names its `action`, which its template starts with, and says in `press` what it does."""

    action: ClassVar[str]
    label: ClassVar[str]

    def __init__(self, generation_id: str) -> None:
        custom_id = f"{self.action}:{generation_id}"
        super().__init__(discord.ui.Button(label=self.label, custom_id=custom_id))
        self.generation_id = generation_id

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["id"])

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001 - the outermost door of buttons
            await show_error(interaction, error, f"pressing {self.label}")

    @abstractmethod
    async def press(self, interaction: Interaction) -> None:
        """Do what the button says."""
