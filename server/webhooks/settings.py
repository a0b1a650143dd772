"""What an operator may choose of webhooks. Values only."""

from typing import Annotated

from msgspec import Meta, Struct


class WebhookSettings(Struct, frozen=True, forbid_unknown_fields=True):
    allow_private: bool = False  # receivers in private networks and on this machine
    timeout: Annotated[float, Meta(gt=0, le=60)] = 10.0  # seconds for one attempt, all in all
    concurrency: Annotated[int, Meta(ge=1, le=256)] = 8  # attempts at a time, one for a webhook
    most: Annotated[int, Meta(ge=1)] = 50  # webhooks that an owner may have
