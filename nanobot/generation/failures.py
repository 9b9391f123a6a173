"""What a person is told when NanoGPT says no, and how the generation is recorded then.

NanoGPT's errors: https://docs.nano-gpt.com/api-reference/image-generation#error-handling
"""

from __future__ import annotations

import math
import re

from nanobot.nanogpt import errors
from nanobot.store.tables import GenerationStatus

OUT_OF_ORDER = "The bot is out of order: {why} Whoever runs it has been told in its log. Nothing was taken from your quota."
_CREDIT = "Nothing was taken from your quota."
_MINUTE_SECONDS = 60
_FORMATTING = re.compile(r"[\\*_~|`\[\]<>]")
_FOR_THE_OPERATOR = (
    errors.OutcomeUnknown,
    errors.Unauthorized,
    errors.OutOfFunds,
    errors.Forbidden,
    errors.WrongAddress,
    errors.DailyLimitReached,
)


def status_of(error: errors.NanoGPTError) -> GenerationStatus:
    """Return how a generation that ended with `error` is recorded."""
    match error:
        case errors.OutcomeUnknown():
            return GenerationStatus.UNKNOWN
        case (
            errors.PolicyRefused()
            | errors.InvalidRequest()
            | errors.ModelUnavailable()
            | errors.PayloadTooLarge()
        ):
            return GenerationStatus.REFUSED
        case _:
            return GenerationStatus.FAILED


def sentence_of(error: errors.NanoGPTError, *, model: str) -> str:
    """Return what the person is told: what happened, what to do, when to try again."""
    match error:
        case errors.OutcomeUnknown():
            return _doubtful(error)
        case errors.Unauthorized() | errors.OutOfFunds() | errors.WrongAddress():
            return _out_of_order(error)
        case errors.DailyLimitReached():
            return f"The bot has reached its daily limit at NanoGPT. Try again after 00:00 UTC. {_CREDIT}"
        case errors.RateLimited():
            return f"NanoGPT is busy right now. Try again in {_wait(error.retry_after)}. {_CREDIT}"
        case errors.Unreachable():
            return f"NanoGPT cannot be reached right now. Try again in a few minutes. {_CREDIT}"
        case _:
            return _refused(error, model)


def is_operators_concern(error: errors.NanoGPTError) -> bool:
    """Tell whether the operator has to do something, or may have paid for nothing."""
    return isinstance(error, _FOR_THE_OPERATOR)


def _doubtful(error: errors.OutcomeUnknown) -> str:
    if isinstance(error, errors.TimedOut):
        return f"NanoGPT took too long, so the request was given up. Try again, perhaps with a faster model. {_CREDIT}"
    return f"NanoGPT failed in the middle of the work. Try again in a minute. {_CREDIT}"


def _out_of_order(error: errors.NanoGPTError) -> str:
    match error:
        case errors.Unauthorized():
            why = "NanoGPT does not accept its key."
        case errors.OutOfFunds():
            why = "its balance at NanoGPT is used up."
        case _:
            why = "NanoGPT does not answer at the address it was given."
    return OUT_OF_ORDER.format(why=why)


def _refused(error: errors.NanoGPTError, model: str) -> str:
    match error:
        case errors.PolicyRefused():
            return f"NanoGPT's content policy does not allow this prompt or picture. Please word it differently. {_CREDIT}"
        case errors.PictureNotMade():
            said = _quoted(error.reason)
            return f"NanoGPT could not make the picture{said}. Try again, perhaps in other words. {_CREDIT}"
        case errors.ModelUnavailable():
            return f"NanoGPT has no model `{model}` for pictures right now. Choose another; `/models` lists some. {_CREDIT}"
        case errors.Forbidden():
            return f"NanoGPT does not permit the bot to do this with `{model}`. Choose another; `/models` lists some. {_CREDIT}"
        case errors.PayloadTooLarge():
            return f"The pictures are too large for NanoGPT. Try fewer or smaller ones. {_CREDIT}"
        case _:
            said = _quoted(error.message)
            return f"NanoGPT did not accept the request{said}. Change it and try again. {_CREDIT}"


def _quoted(words: str) -> str:
    """Return NanoGPT's own words, in which nothing is formatted where the sentence is shown as Markdown."""
    plain = _FORMATTING.sub(r"\\\g<0>", words.rstrip("."))
    return f": “{plain}”" if plain else ""


def _wait(seconds: float | None) -> str:
    if seconds is None or seconds <= _MINUTE_SECONDS:
        return "a minute"
    return f"{math.ceil(seconds / _MINUTE_SECONDS)} minutes"
