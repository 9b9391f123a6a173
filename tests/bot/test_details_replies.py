"""“Image details” shows what a stranger's file says as plain text, within one message."""

from __future__ import annotations

import pytest

from nanobot.bot.replies.details import file_details
from nanobot.images.metadata import PictureDetails

LONGEST = PictureDetails(
    prompt="*" * 8_000,
    negative_prompt="_" * 8_000,
    model="`" * 200,
    width=999_999,
    height=999_999,
    seed=-(10**19),
)


@pytest.mark.parametrize("count", range(1, 11))
def test_what_up_to_ten_files_say_fits_into_one_message(count: int) -> None:
    found = dict.fromkeys(range(1, count + 1), LONGEST)

    assert len(file_details(found, 10)) <= 2_000


def test_nothing_in_a_file_is_formatted_pings_or_links() -> None:
    hostile = "@everyone <@7> **bold** [free](https://x.example)\n# big"
    told = file_details({1: PictureDetails(prompt=hostile, negative_prompt=hostile, model=hostile)}, 1)

    assert "@everyone" not in told.replace("@\u200beveryone", "")
    assert "](" not in told.replace("\\](", "")
    assert "https://" not in told
    assert "\n#" not in told
    assert "**" not in told.replace("\\*\\*", "")


def test_a_model_is_readable_beside_others() -> None:
    found = dict.fromkeys(range(1, 11), PictureDetails(prompt="a cat", model="stable-diffusion"))

    assert file_details(found, 10).count("stable-diffusion") == 10
