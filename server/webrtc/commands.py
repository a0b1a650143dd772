"""What a publisher may say over its data channel: messages to values. Pure."""

import msgspec
from msgspec import Struct

from server.protocols.native.messages import BadMessage, Position


class Ack(Struct, tag_field="type", tag="ack", forbid_unknown_fields=True):
    """All events up to this number have come."""

    seq: Position


class End(Struct, tag_field="type", tag="end", forbid_unknown_fields=True):
    """No more sound follows. Positions mean nothing here: only we count."""


class Ping(Struct, tag_field="type", tag="ping", forbid_unknown_fields=True):
    t: int | float | str | None = None


Said = Ack | End | Ping
_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def parse(text: str) -> Said:
    """Raises BadMessage."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessage(str(error)) from None
