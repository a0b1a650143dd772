"""Where an owner wants to be told, and what became of the telling. Thin: look up, render."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from msgspec import Struct

from server.parts import OWNER, Parts
from server.routes.parameters import only
from server.routes.problems import Problem
from server.webhooks.addresses import Forbidden, chosen
from server.webhooks.signing import key_of, shown
from server.webhooks.telling import EVENTS
from storage.errors import Missing
from storage.records import Delivery, Telling, Webhook

Limit = Annotated[int, Parameter(ge=1, le=200)]


class Wanted(Struct, forbid_unknown_fields=True):
    """events: none given: all of them."""

    url: str
    events: list[str] | None = None


@post("/v1/webhooks", before_request=only())
async def create(data: JSONBody[Wanted], state: State) -> dict[str, Any]:
    """The only answer that has the secret."""
    parts = _parts(state)
    webhook = Webhook(
        id=f"wh_{secrets.token_hex(8)}",
        owner=OWNER,
        url=_url(parts, data.url),
        events=_events(data.events),
        created_at=datetime.now(UTC),
    )
    most = parts.settings.webhooks.most
    if len(await parts.storage.webhooks.list(OWNER)) >= most:
        raise Problem(409, "too_many_webhooks", f"there are {most} webhooks, which is the most")
    await parts.storage.webhooks.add(webhook)
    secret = shown(key_of(parts.storage.secret, webhook.id))
    return {**_webhook(webhook), "secret": secret}


@get("/v1/webhooks", before_request=only())
async def listed(state: State) -> dict[str, Any]:
    found = await _parts(state).storage.webhooks.list(OWNER)
    return {"webhooks": [_webhook(webhook) for webhook in found]}


@delete("/v1/webhooks/{webhook_id:str}", before_request=only())
async def remove(webhook_id: FromPath[str], state: State) -> None:
    """With all that it was still to be told."""
    if not await _parts(state).storage.webhooks.remove(OWNER, webhook_id):
        raise Missing(f"no webhook {webhook_id}")


@get("/v1/webhooks/{webhook_id:str}/deliveries", before_request=only("status", "limit", "cursor"))
async def deliveries(
    webhook_id: FromPath[str],
    state: State,
    status: FromQuery[Telling | None] = None,
    limit: Limit = 50,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Newest first."""
    storage = _parts(state).storage
    if all(webhook.id != webhook_id for webhook in await storage.webhooks.list(OWNER)):
        raise Missing(f"no webhook {webhook_id}")
    page = await storage.deliveries.list(OWNER, webhook_id, limit, cursor, status=status)
    return {"deliveries": [_delivery(each) for each in page.deliveries], "cursor": page.cursor}


@post(
    "/v1/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/replay",
    before_request=only(),
    status_code=202,
)
async def replay(
    webhook_id: FromPath[str], delivery_id: FromPath[str], state: State
) -> dict[str, Any]:
    """Once more from its first attempt, whether it is dead or was delivered."""
    rows = _parts(state).storage.deliveries
    return _delivery(await rows.replay(OWNER, webhook_id, delivery_id, datetime.now(UTC)))


def _parts(state: State) -> Parts:
    parts: Parts = state.registry.parts
    return parts


def _url(parts: Parts, url: str) -> str:
    try:
        return chosen(url, parts.settings.webhooks.allow_private).url
    except Forbidden as error:
        raise Problem(422, "forbidden_url", f"url: {error}", field="url") from None


def _events(asked: list[str] | None) -> tuple[str, ...]:
    if asked is None:
        return EVENTS
    unknown = [event for event in asked if event not in EVENTS]
    if unknown or not asked:
        named = f"no event {unknown[0][:100]!r}" if unknown else "none is named"
        raise Problem(422, "unknown_event", f"events: {named}; there are {', '.join(EVENTS)}")
    return tuple(dict.fromkeys(asked))


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "created_at": webhook.created_at.isoformat(),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "error": delivery.error,
        "created_at": delivery.created_at.isoformat(),
        "next_at": delivery.next_at and delivery.next_at.isoformat(),
        "delivered_at": delivery.delivered_at and delivery.delivered_at.isoformat(),
        "body": delivery.body,
    }


ROUTES = (create, listed, remove, deliveries, replay)
