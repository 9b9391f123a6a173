"""Pictures that were paid for and are not posted yet. Imports only the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPicture:
    """One picture of an answer: by its address, by its bytes, or by the vendor's task that still makes it.

    It `is_priced` where the answer told what it cost.

    Raises:
        ValueError: not exactly one of the three is given.
    """

    url: str | None = None
    data: bytes | None = field(default=None, repr=False)
    task_id: str | None = None
    media: str | None = None
    is_priced: bool = True

    def __post_init__(self) -> None:
        if [self.url, self.data, self.task_id].count(None) != 2:
            raise ValueError("a picture has an address, bytes or a task, and only one of them")


async def add(
    session: AsyncSession, generation_id: str, pictures: Iterable[NewPicture], *, first_position: int
) -> None:
    """Store the pictures of an answer in their order, the first of them at `first_position`."""
    session.add_all(
        Picture(
            generation_id=generation_id,
            position=position,
            url=picture.url,
            data=picture.data,
            task_id=picture.task_id,
            media=picture.media,
            is_priced=picture.is_priced,
        )
        for position, picture in enumerate(pictures, start=first_position)
    )
    await session.flush()


async def of(session: AsyncSession, generation_id: str) -> Sequence[Picture]:
    """Return the pictures of a generation in their order, bytes included."""
    result = await session.scalars(
        select(Picture).where(Picture.generation_id == generation_id).order_by(Picture.position)
    )
    return result.all()


def count_unpriced(generation_id: str) -> ScalarSelect[int]:
    """Count, within another statement, a generation's pictures of which nobody told the price."""
    return (
        select(func.count())
        .select_from(Picture)
        .where(Picture.generation_id == generation_id, Picture.is_priced.is_(False))
        .scalar_subquery()
    )


async def drop_data(session: AsyncSession, generation_id: str) -> None:
    """Forget the bytes, which Discord keeps once they are posted; addresses stay until they lapse."""
    await session.execute(
        update(Picture)
        .where(Picture.generation_id == generation_id, Picture.data.is_not(None))
        .values(data=None)
        .execution_options(synchronize_session=False)
    )
