"""What a session's records hold in its journal: values to payloads and back. Pure."""

from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Struct

from inference.types import Options, Samples
from server.live.tokens import Given
from server.protocols.native.requests import Request, View
from storage.journal.records import BadJournal, Opened, Told
from storage.journal.records import Event as EventRecord
from streaming.events import Event

TOKENS, FLUSH, UPDATE, END = "tokens", "flush", "update", "end"

Payload = TypeVar("Payload")

_encoder = msgspec.msgpack.Encoder()
_envelopes = msgspec.msgpack.Decoder(tuple[str, int | None, msgspec.Raw])
_events = {kind.__name__: msgspec.msgpack.Decoder(kind) for kind in get_args(Event)}


class Header(Struct, frozen=True):
    """All that is needed to take a session up. generation: counts its owners. begun: when it did,
    in milliseconds since 1970."""

    request: Request
    protocol: str
    generation: int
    begun: int = 0


class Change(Struct, frozen=True):
    """What an update asks for."""

    options: Options
    view: View
    endpoint: Samples | None


def opened(session: str, header: Header) -> Opened:
    return Opened(session, msgspec.to_builtins(header))


def header_of(record: Opened) -> Header:
    """Raises BadJournal."""
    return _converted(record.header, Header)


def flush(id: str) -> Told:
    return Told(FLUSH, {"id": id})


def update(change: Change) -> Told:
    return Told(UPDATE, msgspec.to_builtins(change))


def change_of(record: Told) -> Change:
    """Raises BadJournal."""
    return _converted(record.payload, Change)


def end(pos: int) -> Told:
    return Told(END, {"pos": pos})


def tokens(given: Given) -> Told:
    return Told(TOKENS, msgspec.to_builtins(given))


def given_of(record: Told) -> Given:
    """Raises BadJournal."""
    return _converted(record.payload, Given)


def event_record(seq: int, event: Event, pos: int | None) -> EventRecord:
    """pos: the client's position that the event tells, if it does."""
    return EventRecord(seq, _encoder.encode((type(event).__name__, pos, event)))


def event_of(record: EventRecord) -> tuple[Event, int | None]:
    """Raises BadJournal."""
    try:
        name, pos, raw = _envelopes.decode(record.payload)
        event: Event = _events[name].decode(raw)
    except (msgspec.DecodeError, KeyError) as error:
        raise BadJournal(f"event {record.seq} is not understood: {error}") from None
    return event, pos


def _converted(value: dict[str, Any], kind: type[Payload]) -> Payload:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadJournal(f"not understood: {error}") from None
