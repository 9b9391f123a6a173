"""What a message must be like, whether it is new or edited.

https://discord.com/developers/docs/resources/message#create-message. Imports drafts and the rules for components.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from nanobot.sandbox.discord.component_rules import check_components
from nanobot.sandbox.discord.drafts import Draft, check_listed_files
from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal
from nanobot.sandbox.discord.files import cleaned
from nanobot.sandbox.discord.media import embed_media, media_of, named_attachment, walk
from nanobot.sandbox.discord.problems import Problems
from nanobot.sandbox.discord.recording import UploadedFile

MAX_CONTENT_CHARACTERS = 2000
MAX_FILES = 10
MAX_EMBEDS = 10
MAX_EMBED_CHARACTERS = 6000
MAX_NONCE_CHARACTERS = 25
_EMBED_PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif"}
_LEGACY_FIELDS = ("content", "embeds", "poll", "sticker_ids")


def check_draft(draft: Draft, uploads: Sequence[UploadedFile], *, file_limit_bytes: int) -> None:
    """Refuse what Discord refuses.

    Raises:
        ApiRefusal: 413 for a file over the limit, 50035 for a wrong form, 50006 for an empty message.
    """
    if any(upload.size > file_limit_bytes for upload in uploads):
        raise ApiRefusal(Refusal.ENTITY_TOO_LARGE)
    problems = Problems()
    body = draft.given
    problems.check_length(body, "content", 0, MAX_CONTENT_CHARACTERS)
    check_listed_files(problems, body, uploads, {str(file.id) for file in draft.kept})
    if len(draft.kept) + len(draft.new) > MAX_FILES or len(body.get("attachments") or ()) > MAX_FILES:
        with problems.at("attachments"):
            problems.add("BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length.")
    _check_nonce(problems, body)
    _check_allowed_mentions(problems, body)
    _check_embeds(problems, draft)
    if body.get("components") is not None:
        check_components(problems, body["components"], has_layout=draft.has_layout)
    if draft.has_layout:
        _check_layout_alone(problems, draft)
    problems.raise_if_any()
    _check_references(problems, draft)
    problems.raise_if_any()
    if draft.is_empty:
        raise ApiRefusal(Refusal.EMPTY_MESSAGE)


def _check_nonce(problems: Problems, body: Json) -> None:
    if isinstance(body.get("nonce"), str):
        problems.check_length(body, "nonce", 0, MAX_NONCE_CHARACTERS)


def _check_allowed_mentions(problems: Problems, body: Json) -> None:
    rule = body.get("allowed_mentions")
    if not isinstance(rule, dict):
        return
    parse = rule.get("parse") or []
    with problems.at("allowed_mentions"):
        for index, kind in enumerate(parse):
            if kind not in {"users", "roles", "everyone"}:
                with problems.at("parse", index):
                    problems.add("BASE_TYPE_CHOICES", "Value must be one of ('everyone', 'roles', 'users').")
        for kind in ("users", "roles"):
            problems.check_length(rule, kind, 0, 100)
            if kind in parse and rule.get(kind):
                problems.add(
                    "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                    f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
                )


def _check_embeds(problems: Problems, draft: Draft) -> None:
    if draft.given.get("embeds") is None:
        return
    problems.check_length(draft.given, "embeds", 0, MAX_EMBEDS)
    total = 0
    for index, embed in enumerate(draft.embeds):
        with problems.at("embeds", index):
            total += _check_embed(problems, embed)
    if total > MAX_EMBED_CHARACTERS:
        with problems.at("embeds"):
            problems.add(
                "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_CHARACTERS}"
            )


def _check_embed(problems: Problems, embed: Json) -> int:
    """Note the problems of one embed and return how many characters it has."""
    problems.check_length(embed, "title", 0, 256)
    problems.check_length(embed, "description", 0, 4096)
    problems.check_length(embed, "fields", 0, 25)
    problems.check_range(embed, "color", 0, 0xFFFFFF)
    texts = [embed.get("title"), embed.get("description")]
    for holder, name, limit in (("footer", "text", 2048), ("author", "name", 256)):
        inner = embed.get(holder)
        if isinstance(inner, dict):
            with problems.at(holder):
                problems.check_length(inner, name, 0, limit)
            texts.append(inner.get(name))
    for index, entry in enumerate(embed.get("fields") or ()):
        with problems.at("fields", index):
            for name, limit in (("name", 256), ("value", 1024)):
                problems.require(entry, name)
                problems.check_length(entry, name, 1, limit)
        texts += [entry.get("name"), entry.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def _check_layout_alone(problems: Problems, draft: Draft) -> None:
    """Note content and embeds beside a layout, given now or left over from before."""
    leftovers = {"content": draft.content, "embeds": draft.embeds}
    for name in _LEGACY_FIELDS:
        if draft.given.get(name) or leftovers.get(name):
            with problems.at(name):
                problems.add(
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )


def _check_references(problems: Problems, draft: Draft) -> None:
    """Each `attachment://` address must name a file of this message, in an embed a picture."""
    names = {cleaned(name) for name in draft.filenames}
    if draft.given.get("components") is not None:
        _check_component_media(problems, draft, names)
    for index, embed in enumerate(draft.embeds):
        for media in embed_media(embed):
            name = named_attachment(str(media.get("url", "")))
            if name is None:
                continue
            if name not in names or PurePath(name).suffix.lower() not in _EMBED_PICTURES:
                with problems.at("embeds", index):
                    problems.add("EMBED_ATTACHMENT_NOT_FOUND", f"No picture of this message is named {name}.")


def _check_component_media(problems: Problems, draft: Draft, names: set[str]) -> None:
    for media in (media for component in walk(draft.components) for media in media_of(component)):
        name = named_attachment(media["url"])
        if name is not None and name not in names:
            with problems.at("components"):
                problems.add(
                    "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                    "The referenced attachment was not found.",
                )
