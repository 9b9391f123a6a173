"""The paid looks at pictures and prompts: the classifier, and the check that an order's header asks for.

Imports nothing of nanobot beside this package. https://docs.nano-gpt.com/api-reference/endpoint/nsfw-image
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nanobot.sandbox.nanogpt.pictures import read_picture
from nanobot.sandbox.nanogpt.refusals import Refusal, invalid

# The vendor's documents name both numbers.
PRICE_PER_PICTURE = Decimal("0.0015")
MOST_PICTURES = 10
CLASSIFIER_ID = "nsfw-classifier"
# Ours: the vendor says that the check before an order is charged, and bills it by what the model for it costs.
PRICE_OF_PROMPT_CHECK = Decimal("0.0005")

# The example of the vendor's page on inline moderation.
MODERATION_MODEL_ID = "meta-llama/llama-guard-4-12b"

_YES = ("true", "1", "yes", "on")
_NO = ("", "false", "0", "no", "off")
_URL_FIELDS = ("image_urls", "imageUrls", "imageUrl")


def read_pictures(body: object) -> tuple[int, bool]:
    """Return how many pictures a request to the classifier brings, and whether it brought more than are looked at.

    Raises:
        Refusal: it brings none, or one that is no data URL of a picture. Addresses are refused too: nothing in a
            sandbox goes out into the web.
    """
    if not isinstance(body, Mapping):
        raise Refusal(status=400, code="invalid_json", message="The body must be a JSON object.")
    if body.get("model", CLASSIFIER_ID) != CLASSIFIER_ID:
        raise invalid("model", f"Only {CLASSIFIER_ID} is supported.")
    for name in _URL_FIELDS:
        if name in body:
            raise invalid(name, "The stand-in fetches nothing; send data URLs.")
    urls = body.get("imageDataUrls", [body["imageDataUrl"]] if "imageDataUrl" in body else [])
    if not isinstance(urls, list) or not urls:
        raise invalid("imageDataUrls", "At least one picture is needed.")
    for url in urls[:MOST_PICTURES]:
        read_picture(url, "imageDataUrls")
    return min(len(urls), MOST_PICTURES), len(urls) > MOST_PICTURES


def verdict(flags: list[bool], cost: Decimal, *, was_truncated: bool) -> dict[str, object]:
    """Return the classifier's answer about pictures in their order."""
    return {
        "model": CLASSIFIER_ID,
        "inputCount": len(flags),
        "cost": float(cost),
        "currency": "USD",
        "truncated": was_truncated,
        "has_nsfw_concepts": flags,
        "is_nsfw": any(flags),
    }


def is_asked_for(header: str) -> bool:
    """Tell whether the `moderation` header of an order asks for a check.

    https://docs.nano-gpt.com/api-reference/miscellaneous/inline-moderation#enabling-inline-moderation

    Raises:
        Refusal: it is neither a yes nor a no nor the id of a model for checks.
    """
    value = header.strip().lower()
    if value in _NO:
        return False
    if value not in _YES and value != MODERATION_MODEL_ID:
        raise Refusal(
            status=404,
            code="model_not_found",
            message=f"The moderation model {header!r} does not exist.",
            param="moderation",
        )
    return True


def price_of_check(pictures: int) -> Decimal:
    """Return what the check of one prompt and so many pictures costs, in USD."""
    return PRICE_OF_PROMPT_CHECK + PRICE_PER_PICTURE * pictures
