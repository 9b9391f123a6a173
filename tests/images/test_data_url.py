"""A data URL says the same bytes as its parts, in little memory."""

from __future__ import annotations

import base64
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from nanobot.images.data_url import to_data_url
from nanobot.images.prepare import MAX_FILE_BYTES, prepare_picture
from tests.images.photographs import FOLDER, exif_of, file_of, photograph

MEGABYTE = 1_000_000
EVERY_BYTE = bytes(range(256))


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(
        st.one_of(st.integers(0, 9), st.integers(65_530, 65_545), st.integers(196_600, 196_620)), max_size=6
    )
)
def test_the_parts_are_one_after_the_other(sizes: list[int]) -> None:
    parts = [(EVERY_BYTE * (size // 256 + 2))[index : index + size] for index, size in enumerate(sizes)]
    expected = base64.b64encode(b"".join(parts)).decode()
    made = to_data_url("image/png", [memoryview(part) for part in parts])

    assert b"".join(made).decode() == f"data:image/png;base64,{expected}"


def peak_of_preparing(data: bytes) -> int:
    prepare_picture(data)
    tracemalloc.start()
    try:
        prepare_picture(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_passes_takes_less_than_three_times_its_size() -> None:
    """The text alone is a third longer than the file."""
    data = file_of(photograph("hubble_deep_field.jpg"), "PNG", exif=exif_of(1))

    assert MEGABYTE < len(data) <= MAX_FILE_BYTES
    assert peak_of_preparing(data) < 3 * len(data)


def test_a_jpeg_that_passes_is_not_copied_first() -> None:
    data = (FOLDER / "hubble_deep_field.jpg").read_bytes()

    assert peak_of_preparing(data) < 3 * len(data)
