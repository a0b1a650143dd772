"""What the server and its process of media tell each other. Values only.

`call` counts the calls of a process; the names that publishers know never leave the server.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct

from inference.types import Samples

LARGEST = 1 << 20  # bytes of one message that either of them in its right mind does not reach


class Plan(Struct, frozen=True):
    """What the process is told when it starts."""

    min_port: int
    max_port: int
    loopback: bool
    patience: float  # seconds from an answer to a connection


class _Tagged(Struct, frozen=True, array_like=True, tag=True):
    pass


class Offer(_Tagged, frozen=True):
    """Another call; Answered or Refused follows."""

    call: int
    sdp: str


class Trickle(_Tagged, frozen=True):
    """More addresses of the publisher's, as in SDP but without `candidate:`; with last, no more."""

    call: int
    candidates: tuple[str, ...]
    last: bool


class Tell(_Tagged, frozen=True):
    """For the data channel. caption: the utterance of a caption, which the next one replaces."""

    call: int
    text: str
    caption: int | None = None


class Hang(_Tagged, frozen=True):
    """The call ends, once what was told has gone out."""

    call: int


class Ping(_Tagged, frozen=True):
    pass


class Answered(_Tagged, frozen=True):
    call: int
    sdp: str


class Refused(_Tagged, frozen=True):
    """The offer could not be answered. There is no such call."""

    call: int
    reason: str


class Connected(_Tagged, frozen=True):
    call: int


class Opened(_Tagged, frozen=True):
    """The data channel can be spoken over."""

    call: int


class Sound(_Tagged, frozen=True):
    """Samples as a session takes them: s16, mono, of its own rate."""

    call: int
    data: bytes


class Silence(_Tagged, frozen=True):
    call: int
    samples: Samples


class Said(_Tagged, frozen=True):
    """A message of the data channel; empty for one that is nothing we could understand."""

    call: int
    text: str


class Lost(_Tagged, frozen=True):
    """The call is over without our doing. There is no such call any more."""

    call: int
    why: str


class Tally(_Tagged, frozen=True):
    """What became of the packets of a call that is over."""

    call: int
    heard: int
    lost: int
    late: int


class Pong(_Tagged, frozen=True):
    pass


Order: TypeAlias = Offer | Trickle | Tell | Hang | Ping
Report: TypeAlias = (
    Answered | Refused | Connected | Opened | Sound | Silence | Said | Lost | Tally | Pong
)

orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)
encoder = msgspec.msgpack.Encoder()
