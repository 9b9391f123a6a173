"""`migrate`: bring the database up to date, or move an old one's contents into it."""

from __future__ import annotations

import asyncio

from nanobot.clock import SystemClock
from nanobot.quotas.audit import Audit, audit
from nanobot.settings import Settings
from nanobot.store.copying import copy_database
from nanobot.store.database import Database
from nanobot.store.migrate import migrate


def migrate_database(settings: Settings, *, copy_from: str | None) -> None:
    """Bring the database to the newest tables; with `copy_from`, the address of another one, copy that into it.

    Raises:
        OperatorError: one of the two cannot be used, or is not as copying needs it; nothing was copied then.
    """
    if copy_from is None:
        migrate(settings.database_url)
        print("The database is up to date.")
        return
    copied = copy_database(copy_from, settings.database_url, now=SystemClock().now())
    for table, rows in copied.items():
        print(f"{table}: {rows:,} row{'' if rows == 1 else 's'}")
    audited = asyncio.run(_audit(settings.database_url))
    print(f"Everything is copied and compared: {sum(copied.values()):,} rows. The old database is as it was.")
    if audited.balances:
        print(*audited.sentences)
    else:
        print("Its books do not balance, here as there: `python bot.py quota audit` tells where.")


async def _audit(url: str) -> Audit:
    database = Database.open(url)
    try:
        async with database.read() as session:
            return await audit(session)
    finally:
        await database.close()
