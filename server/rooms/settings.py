"""What may be chosen for those who watch captions. Values only."""

from typing import Annotated

from msgspec import Meta, Struct


class RoomSettings(Struct, frozen=True, forbid_unknown_fields=True):
    viewers: Annotated[int, Meta(ge=1)] = 2500  # at once on this server; more are refused with 503
    keep_alive: Annotated[float, Meta(gt=0, le=60)] = 15.0  # seconds of silence before a comment
    # seconds until a stretch of captions is told to HLS players: the longest utterance, and a bit
    hls_delay: Annotated[float, Meta(ge=0, le=300)] = 30.0
