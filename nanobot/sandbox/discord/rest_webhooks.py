"""Routes that answer interactions; their token is in the path.

https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints.
"""

from __future__ import annotations

from nanobot.sandbox.discord.content_intent import message_for_bot
from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal
from nanobot.sandbox.discord.interactions import InteractionDesk
from nanobot.sandbox.discord.invocations import CallbackType, Invocation
from nanobot.sandbox.discord.messages import Message
from nanobot.sandbox.discord.posting import edit
from nanobot.sandbox.discord.recording import ApiRequest
from nanobot.sandbox.discord.rest import Answer, Route

_ORIGINAL = "@original"
_WITH_MESSAGE = {
    CallbackType.MESSAGE,
    CallbackType.DEFERRED_MESSAGE,
    CallbackType.UPDATE,
    CallbackType.DEFERRED_UPDATE,
}


class WebhookRoutes:
    def __init__(self, desk: InteractionDesk) -> None:
        self._desk = desk

    def table(self) -> list[Route]:
        webhook = "/webhooks/{webhook_id}/{webhook_token}"
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        routes = [
            Route(method="POST", template=callback, handler=self._respond, needs_token=False),
            Route(method="POST", template=webhook, handler=self._follow_up, needs_token=False),
        ]
        for name in (_ORIGINAL, "{message_id}"):
            one = f"{webhook}/messages/{name}"
            routes += [
                Route(method="GET", template=one, handler=self._get, needs_token=False),
                Route(method="PATCH", template=one, handler=self._edit, needs_token=False),
                Route(method="DELETE", template=one, handler=self._delete, needs_token=False),
            ]
        return routes

    async def _respond(self, request: ApiRequest) -> Answer:
        invocation = self._desk.respond(
            request.number("interaction_id"),
            request.params["interaction_token"],
            request.fields,
            request.files,
        )
        if request.query.get("with_response", "").lower() not in {"1", "true"}:
            return Answer(status=204)
        return Answer(body=_callback_response(invocation))

    async def _follow_up(self, request: ApiRequest) -> Answer:
        invocation = self._invocation(request)
        return _shown(self._desk.follow_up(invocation, request.fields, request.files))

    async def _get(self, request: ApiRequest) -> Answer:
        return _shown(self._message(request))

    async def _edit(self, request: ApiRequest) -> Answer:
        message = self._message(request)
        edit(message, request.fields, request.files)
        return _shown(message)

    async def _delete(self, request: ApiRequest) -> Answer:
        message = self._message(request)
        message.channel.remove(message)
        return Answer(status=204)

    def _invocation(self, request: ApiRequest) -> Invocation:
        return self._desk.by_webhook(request.number("webhook_id"), request.params["webhook_token"])

    def _message(self, request: ApiRequest) -> Message:
        invocation = self._invocation(request)
        named = request.params.get("message_id", _ORIGINAL)
        for message in (invocation.original, *invocation.followups):
            is_meant = named == _ORIGINAL or (message is not None and str(message.id) == named)
            if message is not None and is_meant and not message.is_deleted:
                return message
            if named == _ORIGINAL:
                break
        raise ApiRefusal(Refusal.UNKNOWN_MESSAGE)


def _callback_response(invocation: Invocation) -> Json:
    callback = invocation.callback_type
    body: Json = {"interaction": {"id": str(invocation.id), "type": int(invocation.type)}}
    message = invocation.original
    if callback in _WITH_MESSAGE and message is not None:
        body["interaction"] |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.is_thinking,
            "response_message_ephemeral": message.ephemeral,
        }
        body["resource"] = {"type": int(callback), "message": message_for_bot(message, has_intent=True)}
    return body


def _shown(message: Message) -> Answer:
    return Answer(body=message_for_bot(message, has_intent=True))
