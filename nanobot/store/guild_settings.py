"""What the admins of a server chose for it. Imports only the store."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import GuildSettingsRow
from nanobot.store.upsert import insert_or_ignore, insert_or_update


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildSettings:
    """The choices of a server; where one is `None`, the bot's default holds, whatever that is by then.

    `timezone` is an IANA name; its default is UTC. `log_channel_id` is where changes of quotas are told, if anywhere.
    """

    moderation: bool | None = None
    check_results: bool | None = None
    timezone: str | None = None
    log_channel_id: int | None = None


async def get(session: AsyncSession, guild_id: int) -> GuildSettings:
    """Return the choices of a server; one that never chose has none."""
    row = await session.get(GuildSettingsRow, guild_id, populate_existing=True)
    if row is None:
        return GuildSettings()
    return GuildSettings(
        moderation=row.moderation,
        check_results=row.check_results,
        timezone=row.timezone,
        log_channel_id=row.log_channel_id,
    )


async def get_to_change(
    session: AsyncSession, guild_id: int, *, actor_id: int, now: datetime
) -> GuildSettings:
    """Return the choices of a server, and let nobody else change them until the session's transaction ends."""
    await insert_or_ignore(session, GuildSettingsRow, guild_id=guild_id, updated_by=actor_id, updated_at=now)
    await session.execute(
        select(GuildSettingsRow.guild_id).where(GuildSettingsRow.guild_id == guild_id).with_for_update()
    )
    return await get(session, guild_id)


async def put(
    session: AsyncSession, guild_id: int, settings: GuildSettings, *, actor_id: int, now: datetime
) -> None:
    """Store all choices of a server in place of those that `get_to_change` returned; `actor_id` is the admin who chose."""
    await insert_or_update(
        session,
        GuildSettingsRow,
        key={"guild_id": guild_id},
        values={**asdict(settings), "updated_by": actor_id, "updated_at": now},
    )
