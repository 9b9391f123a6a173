"""`--help`, and what any command says of settings that are wrong."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Operator


async def test_help_lists_every_command(operator: Operator) -> None:
    run = await operator.runs("--help")

    assert run.code == 0
    assert run.out.startswith("usage: bot.py ")
    for command in ("run", "sandbox", "try", "check", "migrate", "models", "quota"):
        assert f"    {command} " in run.out


async def test_help_of_a_command_lists_its_options(operator: Operator) -> None:
    run = await operator.runs("try", "--help")

    assert run.code == 0
    for option in ("--image", "--mask", "--model", "--size", "--count", "--seed", "--out", "--sandbox"):
        assert option in run.out


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("paint",), id="unknown command"),
        pytest.param(("try",), id="no prompt"),
        pytest.param(("try", "fox", "--count", "many"), id="no number"),
        pytest.param(("models", "--yaml"), id="unknown option"),
        pytest.param(("models", "--capability", "music"), id="unknown capability"),
    ],
)
async def test_a_line_that_makes_no_sense_is_exit_code_2(
    operator: Operator, arguments: tuple[str, ...]
) -> None:
    run = await operator.runs(*arguments)

    assert (run.code, run.out) == (2, "")
    assert "error: " in run.err


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        pytest.param(
            "DEFAULT_QUOTA_IMAGES",
            "many",
            "input should be a valid integer, unable to parse string as an integer",
            id="no number",
        ),
        pytest.param(
            "DEFAULT_QUOTA_IMAGES", "-1", "input should be greater than or equal to 0", id="below 0"
        ),
        pytest.param(
            "DEFAULT_QUOTA_PERIOD", "year", "input should be 'day', 'week' or 'month'", id="no such period"
        ),
        pytest.param(
            "CONCURRENT_GENERATIONS", "0", "input should be greater than or equal to 1", id="too few"
        ),
        pytest.param(
            "GENERATION_TIMEOUT_SECONDS",
            "soon",
            "input should be a valid number, unable to parse string as a number",
            id="no duration",
        ),
        pytest.param(
            "GENERATION_TIMEOUT_SECONDS", "900", "input should be less than or equal to 840", id="too long"
        ),
        pytest.param(
            "LOG_LEVEL",
            "CHATTY",
            "input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
            id="no such level",
        ),
        pytest.param("HEALTH_PORT", "70000", "input should be less than or equal to 65535", id="no port"),
        pytest.param(
            "DISCORD_API_URL",
            "discord.com",
            "an address that starts with http:// or https:// is needed",
            id="no address",
        ),
        pytest.param(
            "NANOGPT_BASE_URL",
            "ftp://nano-gpt.com",
            "an address that starts with http:// or https:// is needed",
            id="no web",
        ),
        pytest.param(
            "DISCORD_GATEWAY_URL",
            "https://gateway.discord.gg",
            "an address that starts with ws:// or wss:// is needed",
            id="no websocket",
        ),
        pytest.param(
            "DATABASE_URL",
            "mysql://nanobot:hunter2@database/nanobot",
            "an address that starts with sqlite+aiosqlite:/// or postgresql+asyncpg:// is needed",
            id="unknown database",
        ),
    ],
)
async def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    operator: Operator, name: str, value: str, reason: str
) -> None:
    """It names the setting and what it takes, and never repeats the value: it may be a secret in the wrong line."""
    operator.sets(**{name: value})

    run = await operator.runs("models")

    assert (run.code, run.out) == (2, "")
    assert run.err == f"{name} is wrong: {reason}.\n"


async def test_settings_come_from_the_env_file_of_the_folder(operator: Operator) -> None:
    (operator.folder / ".env").write_text("LOG_LEVEL=whisper\n")

    run = await operator.runs("models")

    assert run.code == 2
    assert run.err.startswith("LOG_LEVEL is wrong: ")


async def test_an_env_file_that_is_no_text_is_told(operator: Operator) -> None:
    (operator.folder / ".env").write_bytes("DISCORD_TOKEN=schlüssel\n".encode("utf-16"))

    run = await operator.runs("models")

    assert (run.code, run.out) == (2, "")
    assert run.err == "The file .env cannot be read: save it as UTF-8 text.\n"
