from __future__ import annotations

from typing import Any

import pytest

from nanobot.store import generations, pictures
from nanobot.store.database import Database
from nanobot.store.pictures import NewPicture
from tests.store.rows import LEASE, NOON, add_generation


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"media": "image/png"}, id="nothing"),
        pytest.param({"url": "https://x/1", "data": b"PNG"}, id="address and bytes"),
        pytest.param({"url": "https://x/1", "task_id": "t-1"}, id="address and task"),
        pytest.param({"url": "https://x/1", "data": b"PNG", "task_id": "t-1"}, id="all three"),
    ],
)
def test_a_picture_has_an_address_or_bytes_or_a_task(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="address, bytes or a task"):
        NewPicture(**given)


async def test_a_picture_that_is_still_being_made_is_kept_by_its_task(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await generations.mark_running(session, added.id, now=NOON, lease=LEASE)
        await generations.record_answer(
            session,
            added.id,
            now=NOON,
            owner=LEASE.owner,
            pictures=[NewPicture(task_id="mj-42"), NewPicture(url="https://x/2")],
            cost=None,
        )
    async with database.read() as session:
        kept = await pictures.of(session, added.id)

    assert [(each.task_id, each.url) for each in kept] == [("mj-42", None), (None, "https://x/2")]
