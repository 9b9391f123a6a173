"""Settings: read once, and described in `.env.example` as the class describes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nanobot.settings import Period, Settings, SettingsError, load_settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
SECRETS = ("DISCORD_TOKEN", "NANOGPT_API_KEY")
# A description, then the setting with its default, which all but the secrets have behind a "#".
_ENTRY = re.compile(r"^# (?P<description>.+)\n(?P<hash># )?(?P<name>[A-Z_]+)=(?P<default>.*)$", re.MULTILINE)


def _as_written(default: object) -> str:
    """Return how a person writes a default into the file."""
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_example_file_describes_every_setting_and_no_other() -> None:
    """Same order, same words, same defaults: the file is for people what the class is for the program."""
    described = [
        (entry["name"], entry["default"], entry["description"], entry["hash"] is None)
        for entry in _ENTRY.finditer(EXAMPLE.read_text("utf-8"))
    ]

    assert described == [
        (
            name.upper(),
            _as_written(field.default),
            field.description,
            name.upper() in SECRETS,
        )
        for name, field in Settings.model_fields.items()
    ]


def test_the_example_file_holds_nothing_else_that_would_be_read() -> None:
    settings_lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if re.match(r"[^#]", line)]

    assert settings_lines == [f"{secret}=" for secret in SECRETS]


def test_the_example_file_as_it_is_gives_the_defaults_and_asks_for_the_secrets() -> None:
    settings = load_settings(EXAMPLE)

    assert settings == Settings(_env_file=None)
    with pytest.raises(SettingsError, match=r"DISCORD_TOKEN is not set: copy \.env\.example to \.env"):
        settings.required_discord_token()
    with pytest.raises(SettingsError, match=r"NANOGPT_API_KEY is not set: copy \.env\.example to \.env"):
        settings.required_nanogpt_api_key()


def test_every_default_that_the_example_shows_can_be_uncommented(tmp_path: Path) -> None:
    """Each is a value that its setting takes, and the one that it has anyway."""
    uncommented = _ENTRY.sub(r"\g<name>=\g<default>", EXAMPLE.read_text("utf-8"))
    file = tmp_path / ".env"
    file.write_text(uncommented, "utf-8")

    assert "\nLOG_LEVEL=INFO\n" in uncommented
    assert load_settings(file) == Settings(_env_file=None)


def test_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=ERROR\nDEFAULT_QUOTA_PERIOD=week\nDISCORD_TOKEN=from-the-file\n")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    settings = load_settings(file)

    assert settings.log_level == "DEBUG"
    assert settings.default_quota_period is Period.WEEK
    assert settings.required_discord_token() == "from-the-file"


def test_an_empty_line_means_the_default_but_for_the_quota_no_limit(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DEFAULT_QUOTA_IMAGES=\nDEFAULT_MODEL=\nHEALTH_PORT=\nDISCORD_TOKEN=\n")

    settings = load_settings(file)

    assert settings.default_quota_images is None
    assert settings.default_model == "hidream"
    assert settings.health_port is None
    assert settings.discord_token is None


def test_a_file_that_windows_saved_as_utf_8_is_read(tmp_path: Path) -> None:
    """Notepad puts a mark before the first line."""
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=a-token\n", "utf-8-sig")

    assert load_settings(file).required_discord_token() == "a-token"


def test_a_slash_at_the_end_of_an_address_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANOGPT_BASE_URL", "https://proxy.example/nano/")

    assert load_settings(None).nanogpt_base_url == "https://proxy.example/nano"


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret-token")
    monkeypatch.setenv("NANOGPT_API_KEY", "very-secret-key")

    settings = load_settings(None)

    assert "very-secret" not in f"{settings!r} {settings}"
    assert settings.required_nanogpt_api_key() == "very-secret-key"
