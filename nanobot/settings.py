"""Every setting, described once: the environment, `.env`, `.env.example` and the README's table all follow this class.

Imports only `nanobot.errors`. Made in one place (`nanobot.cli`) and handed down by constructor.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nanobot.errors import OperatorError


class SettingsError(OperatorError):
    """A setting is missing or wrong; the sentence names it and says what it takes."""


class Period(StrEnum):
    """How often an allowance starts anew: at midnight of each day, of each Monday, of each first of a month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Settings(BaseSettings):
    """Read from the environment and, below it, from a `.env` file; frozen once made."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_file_encoding="utf-8-sig", hide_input_in_errors=True
    )

    discord_token: SecretStr | None = Field(
        None, description="The bot's token from Discord's developer portal."
    )
    nanogpt_api_key: SecretStr | None = Field(
        None, description="The key that pays for pictures, from nano-gpt.com."
    )

    database_url: str = Field(
        "sqlite+aiosqlite:///nanobot.db",
        description="SQLite file by default; `postgresql+asyncpg://…` for PostgreSQL.",
    )
    default_quota_images: Annotated[int, Field(ge=0)] | None = Field(
        20,
        description="Pictures each member may make per period where an admin set no rule; empty means unlimited.",
    )
    default_quota_period: Period = Field(
        Period.DAY,
        description="`day`, `week` or `month`, by the calendar in the server's time zone, else in UTC.",
    )

    owner_cap_images: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="Pictures that all members of all servers together may make per `OWNER_CAP_PERIOD`; "
        "empty means unlimited.",
    )
    owner_cap_usd: Annotated[Decimal, Field(ge=0)] | None = Field(
        None,
        description="US dollars that all members of all servers together may spend per `OWNER_CAP_PERIOD`; "
        "empty means unlimited.",
    )
    owner_cap_period: Period = Field(
        Period.DAY, description="`day`, `week` or `month`, by the calendar in UTC."
    )

    default_model: str = Field("hidream", description="Model of `/imagine` without a picture.")
    default_edit_model: str = Field("flux-kontext", description="Model that edits pictures.")
    default_inpainting_model: str = Field(
        "flux-lora/inpainting", description="Model used when a mask is given."
    )
    default_upscale_model: str = Field("Upscaler", description="Model of `/upscale`.")

    concurrent_generations: int = Field(
        8, ge=1, le=100, description="Requests at work at once, all members together."
    )
    concurrent_generations_per_member: int = Field(
        2, ge=1, le=100, description="Requests at work at once for one member."
    )
    waiting_generations_per_member: int = Field(
        5, ge=0, le=100, description="Requests one member may have waiting for a turn."
    )
    generation_timeout_seconds: float = Field(
        300, gt=0, le=840, description="How long NanoGPT may take for one request."
    )
    shutdown_grace_seconds: float = Field(
        30, ge=0, description="How long SIGTERM waits for pictures in the making."
    )

    max_image_side: int = Field(
        2048, ge=64, le=8192, description="Longest side, in pixels, of a picture sent to NanoGPT."
    )
    max_upload_megabytes: int = Field(
        25, ge=1, le=100, description="Largest file, in MB, that the bot reads from a member."
    )
    max_image_cpu_seconds: float = Field(
        3,
        gt=0,
        le=60,
        description="Processor time, in seconds, that work on one picture may take before it is given up; raise it on a slow machine.",
    )

    response_format: Literal["url", "b64_json"] = Field(
        "url",
        description="How NanoGPT hands pictures over: `url` (a signed link) or `b64_json` (in the answer).",
    )
    moderation: bool = Field(
        False,
        description="`true` has NanoGPT check prompts and pictures before it paints, for a fee, where a server "
        "chose nothing.",
    )
    check_results: bool = Field(
        False,
        description="`true` has finished pictures checked ($0.0015 each) and hides those that are not for everybody, "
        "where a server chose nothing.",
    )
    low_balance_usd: Decimal = Field(
        Decimal(1), ge=0, description="NanoGPT balance, in US dollars, below which the bot's owner is told."
    )

    embed_metadata: bool = Field(
        True,
        description="`true` writes prompt, model, seed and size into the picture files; nothing about the person.",
    )

    message_content_intent: bool = Field(
        False,
        description="`true` lets a reply that mentions the bot edit anybody's picture; "
        "needs the Message Content Intent in Discord's portal.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`."
    )
    health_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Serves `/healthz`, `/readyz` and `/metrics` on this port of 127.0.0.1; empty is off.",
    )

    shard_count: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None,
        description="Number of Discord's shards, of all processes together; empty is as many as Discord recommends.",
    )
    shard_ids: str | None = Field(
        None,
        description="Shards of this process, such as `0,1` or `0-3`; empty is all. Several processes need PostgreSQL.",
    )

    discord_api_url: str = Field(
        "https://discord.com/api/v10", description="Discord's REST API, or a proxy before it."
    )
    discord_gateway_url: str | None = Field(
        None, description="Discord's gateway, or a proxy before it; empty is Discord's own."
    )
    nanogpt_base_url: str = Field("https://nano-gpt.com", description="NanoGPT; its routes hang below.")

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object, info: object) -> object:
        """Treat `NAME=` in a `.env` file as if the line were not there."""
        name = getattr(info, "field_name", "")
        return (
            cls.model_fields[name].get_default() if value == "" and name != "default_quota_images" else value
        )

    @field_validator("default_quota_images", mode="before")
    @classmethod
    def _empty_is_unlimited(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("discord_api_url", "nanogpt_base_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("an address that starts with http:// or https:// is needed")
        return value.rstrip("/")

    @field_validator("discord_gateway_url")
    @classmethod
    def _is_websocket(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("ws://", "wss://")):
            raise ValueError("an address that starts with ws:// or wss:// is needed")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError(
                "an address that starts with sqlite+aiosqlite:/// or postgresql+asyncpg:// is needed"
            )
        return value

    def required_discord_token(self) -> str:
        """Return the bot's token.

        Raises:
            SettingsError: it is not set.
        """
        if self.discord_token is None:
            raise SettingsError(
                "DISCORD_TOKEN is not set: copy .env.example to .env and put the bot's token from "
                "https://discord.com/developers/applications into it."
            )
        return self.discord_token.get_secret_value()

    def required_nanogpt_api_key(self) -> str:
        """Return the key that pays.

        Raises:
            SettingsError: it is not set.
        """
        if self.nanogpt_api_key is None:
            raise SettingsError(
                "NANOGPT_API_KEY is not set: copy .env.example to .env and put a key from https://nano-gpt.com/api into it."
            )
        return self.nanogpt_api_key.get_secret_value()


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and `env_file` (which need not exist; `None` reads the environment alone).

    Raises:
        SettingsError: the file is no text, or a value is not of the form that its setting takes. The value itself
            is not repeated, since it may be a secret that landed in the wrong line.
    """
    try:
        return Settings(_env_file=env_file)
    except UnicodeDecodeError as error:
        raise SettingsError(f"The file {env_file} cannot be read: save it as UTF-8 text.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "A setting"
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is wrong: {reason[0].lower()}{reason[1:].rstrip('.')}.") from error
