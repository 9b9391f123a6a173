"""What an operator reads in the log about a request."""

from __future__ import annotations

import logging

import pytest

from tests.generation.studio import Studio


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged about the one generation, without its id."""
    texts = [
        record.getMessage() for record in caplog.records if record.getMessage().startswith("generation ")
    ]
    (generation_id,) = {text.split(" ")[1] for text in texts}
    return [text.removeprefix(f"generation {generation_id} ") for text in texts]


async def test_each_event_is_one_line_without_the_prompt(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nanobot")

    await studio.run_and_post(prompt="a secret fox")
    accepted, preparing, asking, ready, made, posted = lines(caplog)

    assert accepted == "accepted for hidream"
    assert preparing == "preparing, 0 pictures given"
    assert asking == "asking NanoGPT"
    assert ready.startswith("picture 1 of 1 is here, 1024×1024, ")
    assert made.startswith("1 picture made within ")
    assert made.endswith(" for $0.014")
    assert posted == "posted and settled"
    assert "secret" not in caplog.text


async def test_a_failure_is_told_with_its_cause(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "nanobot")
    studio.nanogpt.trouble.out_of_funds = True

    await studio.run()
    cause, failed = lines(caplog)[-2:]

    assert cause.startswith("OutOfFunds: ")
    assert failed == "failed"


async def test_what_nanogpt_says_of_a_prompt_stays_out_of_the_log(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    """Its words may quote the prompt; the code tells enough, and the generation's row keeps the words."""
    caplog.set_level(logging.INFO, "nanobot")
    studio.nanogpt.trouble.fail_next(400, "content_policy_violation")

    await studio.run()
    cause, failed = lines(caplog)[-2:]

    assert cause.startswith("PolicyRefused: NanoGPT's content policy refused the request (status 400, code ")
    assert failed == "failed"
    assert "The request failed" not in caplog.text
    assert "The request failed" in ((await studio.generation()).error or "")


async def test_a_refusal_by_the_quota_is_told(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(10):
        await studio.run_and_post()
    caplog.set_level(logging.INFO, "nanobot")

    await studio.run()

    assert lines(caplog) == ["refused before it was accepted"]


async def test_what_is_missing_of_several_is_told(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "nanobot")
    studio.nanogpt.trouble.bend_next("one_fewer")

    await studio.run(count=2)

    assert lines(caplog)[-1].endswith(", 1 not made and 0 lost")
