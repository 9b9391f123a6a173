"""What a message would be after a request: put together from the body, the files and what is there already.

Imports files and messages of this package.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.files import Attachment, File
from nanobot.sandbox.discord.messages import Message, MessageFlag
from nanobot.sandbox.discord.problems import Problems, refuse
from nanobot.sandbox.discord.recording import UploadedFile

_FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(slots=True, kw_only=True)
class Draft:
    """The resulting message. `given` is the body itself, since only what was given can be wrong in its form."""

    given: Json
    content: str
    embeds: list[Json]
    components: list[Json]
    flags: MessageFlag
    kept: list[Attachment] = field(default_factory=list)
    new: list[File] = field(default_factory=list)

    @property
    def has_layout(self) -> bool:
        return bool(self.flags & MessageFlag.IS_COMPONENTS_V2)

    @property
    def filenames(self) -> set[str]:
        return {file.filename for file in self.kept} | {file.filename for file in self.new}

    @property
    def is_empty(self) -> bool:
        has_files = bool(self.kept or self.new)
        return not (self.content or self.embeds or has_files or (self.components and self.has_layout))


def draft_message(body: Json, uploads: Sequence[UploadedFile], settable: MessageFlag) -> Draft:
    """Put a new message together; flags that the route does not take are left out, as Discord does."""
    flags = MessageFlag(_flag_bits(body)) & settable
    return Draft(
        given=body,
        content=_text(body, "content"),
        embeds=_list(body, "embeds"),
        components=_list(body, "components"),
        flags=flags,
        new=_new_files(body, uploads, listed_only=False),
    )


def draft_edit(body: Json, uploads: Sequence[UploadedFile], message: Message) -> Draft:
    """Put an edit together with what stays as it is.

    With `attachments` given, exactly the listed files stay or come; without it, all stay and all uploads come.
    The layout flag can be added and never removed.
    """
    settable = MessageFlag.IS_COMPONENTS_V2 | MessageFlag.SUPPRESS_EMBEDS
    bits = MessageFlag(_flag_bits(body)) & settable
    lists_files = body.get("attachments") is not None
    return Draft(
        given=body,
        content=_text(body, "content") if "content" in body else message.content,
        embeds=_list(body, "embeds") if "embeds" in body else message.embeds,
        components=_list(body, "components") if "components" in body else message.components,
        flags=(message.flags & ~MessageFlag.LOADING) | bits,
        kept=_kept(body["attachments"], message) if lists_files else list(message.held_attachments),
        new=_new_files(body, uploads, listed_only=lists_files),
    )


def _kept(listed: list[Json], message: Message) -> list[Attachment]:
    descriptions = {str(entry.get("id")): entry for entry in listed if isinstance(entry, dict)}
    kept = []
    for attachment in message.held_attachments:
        entry = descriptions.get(str(attachment.id))
        if entry is not None:
            kept.append(attachment.described(entry.get("description", attachment.description)))
    return kept


def _new_files(body: Json, uploads: Sequence[UploadedFile], *, listed_only: bool) -> list[File]:
    listed = {str(entry.get("id")): entry for entry in _list(body, "attachments")}
    files = []
    for upload in uploads:
        number = _FILE_FIELD.fullmatch(upload.field)
        entry = listed.get(number[1]) if number else None
        if entry is None and listed_only:
            continue
        about = entry or {}
        files.append(File(about.get("filename") or upload.filename, upload.data, about.get("description")))
    return files


def check_listed_files(
    problems: Problems, body: Json, uploads: Sequence[UploadedFile], kept: set[str]
) -> None:
    """Note each listed attachment that is neither uploaded with the request nor there already."""
    uploaded = {match[1] for upload in uploads if (match := _FILE_FIELD.fullmatch(upload.field))}
    for index, entry in enumerate(_list(body, "attachments")):
        with problems.at("attachments", index):
            problems.require(entry, "id")
            problems.check_length(entry, "description", 0, 1024)
            problems.check_length(entry, "filename", 1, 1024)
            if str(entry.get("id")) not in uploaded | kept:
                with problems.at("id"):
                    problems.add("ATTACHMENT_NOT_FOUND", "No uploaded file or attachment has this id")


def _flag_bits(body: Json) -> int:
    value = body.get("flags") or 0
    if value < 0:
        raise refuse(("flags",), "NUMBER_TYPE_MIN", "int value should be greater than or equal to 0.")
    return int(value)


def _text(body: Json, name: str) -> str:
    return body.get(name) or ""


def _list(body: Json, name: str) -> list[Json]:
    return body.get(name) or []
