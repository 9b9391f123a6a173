"""What the bot remembers about itself, such as the hash of the commands it last synchronised. Imports only the store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import BotState
from nanobot.store.upsert import insert_or_update


async def get(session: AsyncSession, key: str) -> Any:
    """Return the JSON value of `key`, `None` where nothing is stored."""
    return await session.scalar(select(BotState.value).where(BotState.key == key))


async def put(session: AsyncSession, key: str, value: Any) -> None:
    """Store a JSON value in place of the one that `key` had."""
    await insert_or_update(session, BotState, key={"key": key}, values={"value": value})
