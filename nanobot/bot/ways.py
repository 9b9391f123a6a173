"""The ways on which a message reaches a person. Imports discord and the destination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import discord

from nanobot.bot.destination import Destination


def ways_to(destination: Destination, client: discord.Client) -> list[Way]:
    """Return those that may be open, the best first."""
    ways: list[Way] = []
    if destination.may_post_in_channel and destination.channel_id:
        ways.append(ChannelWay(client, destination))
    webhook = webhook_of(destination, client)
    if webhook is not None and destination.may_have_follow_up:
        ways.append(ResponseWay(webhook))
    elif webhook is not None:
        ways.append(InteractionWay(webhook))
    ways.append(DirectMessageWay(client, destination.user_id))
    return ways


def webhook_of(destination: Destination, client: discord.Client) -> discord.Webhook | None:
    """Return what answers the interaction, while that lasts."""
    if destination.interaction_token is None or destination.application_id is None:
        return None
    if (destination.interaction_expires_at or discord.utils.utcnow()) <= discord.utils.utcnow():
        return None
    # What Interaction.followup does itself; Webhook.partial would refuse ephemeral messages and views.
    return discord.Webhook.from_state(
        data={"id": destination.application_id, "type": 3, "token": destination.interaction_token},
        state=client._connection,
    )


class ChannelWay:
    repeatable = True
    splits = True

    def __init__(self, client: discord.Client, destination: Destination) -> None:
        self._channel = client.get_partial_messageable(
            destination.channel_id, guild_id=destination.guild_id or None
        )
        self._reply_to = destination.reply_to_message_id
        self._user_id = destination.user_id

    async def place(self) -> discord.abc.Messageable:
        return self._channel

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        options = _options(view, nonce)
        if self._reply_to is not None:
            options["reference"] = discord.MessageReference(
                message_id=self._reply_to, channel_id=self._channel.id, fail_if_not_exists=False
            )
        return await self._channel.send(content, files=files, **options)

    def addressed(self, sentence: str) -> str:
        """Name the person, unless the message is a reply to theirs."""
        return sentence if self._reply_to is not None else f"<@{self._user_id}>: {sentence}"


class _WebhookWay:
    splits = False

    def __init__(self, webhook: discord.Webhook) -> None:
        self._webhook = webhook

    async def place(self) -> None:
        """Name none: a follow-up that was tried before is looked for in the channel, and another edit is no second copy."""

    def addressed(self, sentence: str) -> str:
        return sentence


class InteractionWay(_WebhookWay):
    repeatable = False  # follow-ups know no nonce, so a second attempt could post twice

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        del nonce
        return await self._webhook.send(content, files=files, wait=True, **_options(view, None))


class ResponseWay(_WebhookWay):
    """The command's own response, which only the person sees: however often it is edited, there is one."""

    repeatable = True

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        del nonce
        # As in `Delivery.try_edit_original`, @original is an id that discord.py's types do not know.
        return await self._webhook.edit_message("@original", content=content, view=view, attachments=files)  # type: ignore[call-overload,no-any-return]


class DirectMessageWay:
    repeatable = True
    splits = True

    def __init__(self, client: discord.Client, user_id: int) -> None:
        self._client = client
        self._user_id = user_id

    async def place(self) -> discord.abc.Messageable:
        return await self._client.create_dm(discord.Object(self._user_id))

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        channel = await self.place()
        return await channel.send(content, files=files, **_options(view, nonce))

    def addressed(self, sentence: str) -> str:
        return sentence


Way: TypeAlias = ChannelWay | InteractionWay | ResponseWay | DirectMessageWay


def _options(view: discord.ui.View | None, nonce: str | None) -> dict[str, Any]:
    """Return only what is given: discord.py tells "left out" from "None"."""
    options: dict[str, Any] = {}
    if view is not None:
        options["view"] = view
    if nonce is not None:
        options["nonce"] = nonce
    return options
