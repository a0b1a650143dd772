"""From a session's records to where it goes on: any whole prefix of a journal will do. Pure.

What was said stays said. Audio after the last point whose text is in events is
heard again, and of what comes of it only that is given which was not before.
"""

from collections import deque
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from inference.types import Audio, Samples
from server.live import entries
from server.live.entries import Change, Header
from server.live.tape import Player
from server.live.tokens import Given
from server.protocols.native.requests import Request
from storage.journal.records import Audio as AudioRecord
from storage.journal.records import BadJournal, Gap, Opened, Record, Sealed, Settled, Told
from storage.journal.records import Event as EventRecord
from streaming.events import (
    Ended,
    Event,
    Flush,
    Flushed,
    Revised,
    Segment,
    SpeechEnded,
    SpeechStarted,
    Update,
    Updated,
)

EVENTS = 10_000  # the last events, for a client that comes back; more are not kept for anybody


class Restored(Struct, frozen=True):
    """A session as its journal has it.

    request: as asked for, with the options, the view and the endpoint in force at `at`.
    owners: the generation of each, and the number of the last event before its own.
    given: the tokens.
    at, pos: the audio before this is in `events`; it is heard again from here.
    first: the number of the next utterance. received: the end of the audio that is there.
    started, stopped: the highest utterance whose beginning and end were announced; -1: none.
    events: the last ones with their numbers and positions; seq: the last number.
    answered: commands whose answers are in the events. duration: what was heard, once `ended`.
    told: the client has said that there is no more. ended: nothing more is to be said.
    owed: a better hearing of the last segment that was not given any more.
    """

    header: Header
    request: Request
    owners: tuple[tuple[int, int], ...]
    given: Given
    at: Samples
    pos: int
    first: int
    received: int
    started: int
    stopped: int
    events: tuple[tuple[int, Event, int | None], ...]
    seq: int
    answered: int
    votes: tuple[tuple[str, Samples], ...]
    told: bool
    ended: bool
    duration: Samples
    owed: Revised | None

    def known(self, generation: int, seq: int) -> int:
        """The last event of ours that a client has, if its last one was `seq`, and was told by the
        owner of that generation: what a later owner did not know of has not happened."""
        return min([seq, *(last for owner, last in self.owners if owner > generation)])


class Restorer:
    """Told the records in order."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.owners: list[tuple[int, int]] = []
        self.given = Given()
        self.changes: list[Change | None] = []  # of each command; None: a flush
        self.answered = 0
        self.settled = Settled(0, 0, 0)
        self.at: Samples = 0
        self.received = 0
        self.numbers: dict[int, Samples] = {}  # announced utterances that may be open
        self.said = -1  # the highest utterance with a segment
        self.started = self.stopped = -1
        self.events: deque[tuple[int, Event, int | None]] = deque(maxlen=EVENTS)
        self.seq = 0
        self.votes: dict[str, Samples] = {}
        self.told = False
        self.ended = False
        self.duration: Samples = 0
        self.owed: Revised | None = None

    def tell(self, record: Record) -> None:
        """Raises BadJournal."""
        match record:
            case Opened():
                self._opened(entries.header_of(record))
            case AudioRecord(end=end):
                self.received = max(self.received, end)
            case Gap(pos, length):
                self.received = max(self.received, pos + length)
            case Told():
                self._told(record)
            case EventRecord(seq):
                self._event(seq, *entries.event_of(record))
            case Settled(at):
                self.settled = record
                self.at = max(self.at, at)
            case Sealed():
                pass

    def result(self) -> Restored | None:
        """None when not even the beginning is there."""
        header = self.header
        if header is None:
            return None
        done = [number for number, at in self.numbers.items() if at < self.at]
        return Restored(
            header=header,
            request=self._in_force(header.request),
            owners=tuple(self.owners),
            given=self.given,
            at=self.at,
            pos=max(self.settled.pos, header.request.start),
            first=max([self.said, *done]) + 1,
            received=self.received,
            started=self.started,
            stopped=self.stopped,
            events=tuple(self.events),
            seq=self.seq,
            answered=self.answered,
            votes=tuple(self.votes.items()),
            told=self.told,
            ended=self.ended,
            duration=self.duration,
            owed=self.owed,
        )

    def _opened(self, header: Header) -> None:
        if self.header is None:
            self.received = header.request.start
        self.header = header
        self.owners.append((header.generation, self.seq))

    def _told(self, record: Told) -> None:
        match record.command:
            case entries.TOKENS:
                self.given = entries.given_of(record)
            case entries.UPDATE:
                self.changes.append(entries.change_of(record))
            case entries.FLUSH:
                self.changes.append(None)
            case entries.END:
                self.told = True
            case unknown:
                raise BadJournal(f"unknown command {unknown!r}")

    def _event(self, seq: int, event: Event, pos: int | None) -> None:
        if seq <= self.seq:
            return
        self.seq = seq
        self.events.append((seq, event, pos))
        self.owed = None
        match event:
            case SpeechStarted(number, at):
                self.started = max(self.started, number)
                self.numbers[number] = at
            case SpeechEnded(number):
                self.stopped = max(self.stopped, number)
            case Segment():
                self._segment(event)
            case Updated():
                self._vote_again()
                self.answered += 1
            case Flushed(_, at):
                self.at = max(self.at, at)
                self.answered += 1
            case Ended(at):
                self.ended, self.duration = True, at
        self.numbers = {n: at for n, at in self.numbers.items() if n > self.said}

    def _segment(self, segment: Segment) -> None:
        self.said = max(self.said, segment.utterance)
        self.at = max(self.at, segment.end)
        if segment.language:
            heard = segment.end - segment.start
            self.votes[segment.language] = self.votes.get(segment.language, 0) + heard
        if segment.better is not None and self._view_revises():
            self.owed = Revised(segment.utterance, segment.better)

    def _view_revises(self) -> bool:
        """As the client wanted it when the record was written; an update counts at once."""
        views = [change.view for change in self.changes if change is not None]
        return views[-1].revise if views else bool(self.header and self.header.request.view.revise)

    def _vote_again(self) -> None:
        """Another language may have been asked for; what was heard before has no vote then."""
        self.votes.clear()

    def _in_force(self, request: Request) -> Request:
        for change in self.changes[: self.answered]:
            if change is not None:
                endpoint = request.endpoint if change.endpoint is None else change.endpoint
                request = replace(request, options=change.options, endpoint=endpoint)
        views = [change.view for change in self.changes if change is not None]
        return replace(request, view=views[-1]) if views else request


Again: TypeAlias = tuple[Audio, int] | Flush | Update


class Replay:
    """The records once more, as what the pipeline is to be told."""

    def __init__(self, restored: Restored) -> None:
        request = restored.header.request
        self.generation = restored.header.generation
        self.skip = restored.answered
        self.player = Player(request.format, request.start, restored.at)

    def tell(self, record: Record) -> Iterator[Again]:
        """Audio with the position that it reaches, and commands that were not answered."""
        match record:
            case AudioRecord() | Gap():
                yield from self.player.tell(record)
            case Told(command) if command in (entries.FLUSH, entries.UPDATE):
                self.skip -= 1
                if self.skip < 0:
                    yield _command(record)

    def belongs(self, record: Record) -> bool:
        """False for the first record of a new owner: from there on the audio comes live."""
        if isinstance(record, Opened):
            return entries.header_of(record).generation <= self.generation
        return True


def _command(record: Told) -> Flush | Update:
    if record.command == entries.FLUSH:
        return Flush(record.payload["id"])
    change = entries.change_of(record)
    return Update(change.options, change.endpoint)


class Repeats:
    """Which events of the audio that is heard again were given before."""

    def __init__(self, restored: Restored | None = None) -> None:
        self.started = restored.started if restored else -1
        self.stopped = restored.stopped if restored else -1

    def known(self, event: Event) -> bool:
        match event:
            case SpeechStarted(number):
                return number <= self.started
            case SpeechEnded(number):
                return number <= self.stopped
            case _:
                return False
