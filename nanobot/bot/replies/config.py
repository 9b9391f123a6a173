"""What admins read about the checks of their server."""

from __future__ import annotations

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


def config_page(chosen: GuildSettings, *, moderation_default: bool, check_results_default: bool) -> str:
    """Say what is checked in a server, who chose it, what happens then and what it costs."""
    return (
        f"**Moderation** · {_state(chosen.moderation, default=moderation_default)}\n-# {_MODERATION}\n"
        f"**Check of results** · {_state(chosen.check_results, default=check_results_default)}\n-# {_CHECK_RESULTS}\n"
        "Change them with `/config moderation` and `/config check_results`."
    )


def _state(chosen: bool | None, *, default: bool) -> str:
    if chosen is None:
        return f"{_on(default)} (the bot's own setting)"
    return f"{_on(chosen)} (chosen for this server)"


def _on(is_on: bool) -> str:
    return "on" if is_on else "off"
