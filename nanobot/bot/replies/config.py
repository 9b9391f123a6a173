"""What admins read about the choices of their server."""

from __future__ import annotations

from datetime import datetime

from nanobot.store.guild_settings import GuildSettings

# What NanoGPT charged for each picture that it classified, in 2026.
_RESULT_CHECK = "$0.0015"
_MODERATION = (
    "NanoGPT checks the prompt and the given pictures before it paints. What its content policy does not allow is "
    "refused and takes nothing from the member's quota. Whoever runs the bot pays NanoGPT for each check."
)
_CHECK_RESULTS = (
    f"Each finished picture is checked before it is shown, for {_RESULT_CHECK} a picture on top of its price. One that is "
    "not for everybody, or that could not be checked, is posted behind a spoiler. It counts in the quota all the same."
)
_TIMEZONE = "Days, weeks and months of quotas begin at midnight there. Change it with `/config timezone`."
_LOG_CHANNEL = "Where changes of quotas are told, besides `/quota log`. Change it with `/config log_channel`."
LOG_CHANNEL_OFF = "Changes of quotas are told in no channel; `/quota log` has them all the same."


def config_page(
    chosen: GuildSettings, *, moderation_default: bool, check_results_default: bool, local_time: datetime
) -> str:
    """Say what is chosen for a server, who chose it, what happens then and what it costs."""
    channel = "nowhere" if chosen.log_channel_id is None else f"<#{chosen.log_channel_id}>"
    return (
        f"**Moderation** · {_state(chosen.moderation, default=moderation_default)}\n-# {_MODERATION}\n"
        f"**Check of results** · {_state(chosen.check_results, default=check_results_default)}\n-# {_CHECK_RESULTS}\n"
        "Change them with `/config moderation` and `/config check_results`.\n"
        f"**Time zone** · {chosen.timezone or 'UTC'}, where it is {_clock(local_time)} now\n-# {_TIMEZONE}\n"
        f"**Log of changes** · {channel}\n-# {_LOG_CHANNEL}"
    )


def timezone_set(name: str, local_time: datetime) -> str:
    """Confirm a time zone by the time that its clocks show."""
    return (
        f"Time zone: {name}, where it is {_clock(local_time)} now. "
        "Days, weeks and months of quotas begin at midnight there, from now on."
    )


def log_channel_set(mention: str) -> str:
    """Confirm where changes are told."""
    return f"Changes of quotas are told in {mention} from now on."


def _clock(local_time: datetime) -> str:
    return f"{local_time:%H:%M}"


def _state(chosen: bool | None, *, default: bool) -> str:
    if chosen is None:
        return f"{_on(default)} (the bot's own setting)"
    return f"{_on(chosen)} (chosen for this server)"


def _on(is_on: bool) -> str:
    return "on" if is_on else "off"
