"""What the bot remembers about itself, such as the hash of the commands it last synchronised. Imports only the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import BotState
from nanobot.store.upsert import insert_or_ignore, insert_or_update


async def get(session: AsyncSession, key: str) -> Any:
    """Return the JSON value of `key`, `None` where nothing is stored."""
    return await session.scalar(select(BotState.value).where(BotState.key == key))


async def put(session: AsyncSession, key: str, value: Any) -> None:
    """Store a JSON value in place of the one that `key` had."""
    await insert_or_update(session, BotState, key={"key": key}, values={"value": value})


async def get_to_change(session: AsyncSession, key: str, *, default: Any) -> Any:
    """Return the value of `key`, made `default` where it has none, and let nobody else change it until the transaction ends."""
    return (await _locked(session, key, default)).value


async def claim(session: AsyncSession, key: str, *, now: datetime, lasting: timedelta) -> bool:
    """Let one of all processes do something once: `True` for the first that asks, `False` for others within `lasting`.

    What is stored under `key` is the claim's own; `get` and `put` have no business there.
    """
    row = await _locked(session, key, {})
    claimed_until = row.value.get("until")
    if claimed_until is not None and now < datetime.fromisoformat(claimed_until):
        return False
    row.value = {"until": (now + lasting).isoformat()}
    await session.flush()
    return True


async def release(session: AsyncSession, key: str) -> None:
    """End a claim, so that the next one who asks is the first again."""
    await session.execute(update(BotState).where(BotState.key == key).values(value={}))


async def _locked(session: AsyncSession, key: str, default: Any) -> BotState:
    await insert_or_ignore(session, BotState, key=key, value=default)
    found = await session.scalars(
        select(BotState)
        .where(BotState.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one()
