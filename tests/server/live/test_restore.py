"""A journal cut anywhere goes on as if nothing had been: nothing is lost, doubled or changed."""

import random
from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inference.types import FRAME, Options, Window
from server.live import entries
from server.live.entries import Change, Header
from server.live.restore import Repeats, Replay, Restored, Restorer
from server.live.tokens import Given
from server.protocols.native.requests import Request, View
from storage.journal.records import Audio as AudioRecord
from storage.journal.records import BadJournal, Opened, Record, Sealed, Settled, Told
from storage.journal.records import Event as EventRecord
from streaming.events import (
    Caption,
    Ended,
    Event,
    Flushed,
    Segment,
    SpeechStarted,
    Updated,
)
from streaming.framer import Framer
from streaming.resampler import Format, decode
from streaming.session import Output, Session
from streaming.settings import Policy
from tests.fakes import Parrot, drawn, loudness

PIECE = 3200  # bytes of a message: 100 ms
TALK = "...." + "#" * 15 + "." * 8 + "#" * 6 + "." * 3 + "#" * 9 + "." * 8 + "~" * 3 + "." * 6
TALK += "#" * 30 + "." * 9 + "#" * 4 + "." * 7
SOUND = (drawn(TALK) * 32_000).astype("<i2").tobytes()
REQUEST = Request(Format(), 0, Options(language="en"), View(), None, None, None, None)
POLICY = Policy()
MODEL = Parrot()


class Saying:
    """What the client says besides audio: after so many bytes, a flush or an update."""

    def __init__(self, at: int, what: str) -> None:
        self.at, self.what = at, what


class Driver:
    """A session as server/live.py runs it, with its journal in a list and no time."""

    def __init__(self, seed: int, restored: Restored | None = None) -> None:
        self.chance = random.Random(seed)
        self.records: list[Record] = []
        start, first = (restored.at, restored.first) if restored else (0, 0)
        options = restored.request.options if restored else REQUEST.options
        self.session = Session(POLICY, options, start=start, first=first)
        self.framer = Framer()
        self.repeats = Repeats(restored)
        self.windows: deque[Window] = deque()
        self.seq = restored.seq if restored else 0
        self.received = restored.received if restored else 0
        generation = restored.header.generation + 1 if restored else 0
        self.records.append(entries.opened("s", Header(REQUEST, "stt.v1", generation)))
        if restored and restored.owed:
            self._put(restored.owed)

    def replay(self, restored: Restored, records: list[Record]) -> None:
        replay = Replay(restored)
        for record in records:
            assert replay.belongs(record)
            for told in replay.tell(record):
                match told:
                    case (audio, _):
                        self._listen(self.framer.push(audio))
                    case command:
                        self._obey(command)

    def go_on(self, commands: list[Saying], answered: int) -> None:
        """The rest of the talk, from what was received on, and the commands not told yet."""
        waiting = deque(commands[answered:])
        while self.received < len(SOUND):
            while waiting and waiting[0].at <= self.received:
                self._say(waiting.popleft())
            data = SOUND[self.received : self.received + PIECE]
            end = self.received + len(data)
            self.records.append(AudioRecord(self.received, end, data))
            self.received = end
            self._listen(self.framer.push(decode(Format(), data)[:, 0]))
            if self.chance.random() < 0.2:
                self._note()
        while waiting:
            self._say(waiting.popleft())
        self.records.append(entries.end(self.received))
        self._listen(self.framer.finish())
        self._act(self.session.finish())
        while self.windows:
            self._answer()

    def _say(self, saying: Saying) -> None:
        if saying.what == "flush":
            self.records.append(entries.flush(str(saying.at)))
        else:
            options = Options(language=saying.what)
            self.records.append(entries.update(Change(options, View(), None)))
        self._obey(command_of(self.records[-1]))

    def _obey(self, command: object) -> None:
        name = type(command).__name__
        if name == "Flush":
            self._act(self.session.flush(command.id))  # type: ignore[attr-defined]
        else:
            self._act(self.session.update(command.options))  # type: ignore[attr-defined]

    def _listen(self, frames) -> None:  # type: ignore[no-untyped-def]
        for frame, likelihood in zip(frames, loudness(frames) if len(frames) else (), strict=True):
            self._act(self.session.audio(frame, float(likelihood)))
            if self.windows and self.chance.random() < 0.1:
                self._answer()

    def _answer(self) -> None:
        index = self.chance.randrange(len(self.windows))
        window = self.windows[index]
        del self.windows[index]
        self._act(self.session.heard(window, MODEL._outcome(window)))  # type: ignore[arg-type]

    def _act(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Window):
                self.windows.append(output)
            elif not self.repeats.known(output):
                self._put(output)

    def _put(self, event: Event) -> None:
        if not isinstance(event, Caption):
            self.seq += 1
            self.records.append(entries.event_record(self.seq, event, None))

    def _note(self) -> None:
        at = self.session.settled
        self.records.append(Settled(at, at * 2, self.seq))


def command_of(record: Record):  # type: ignore[no-untyped-def]
    restored = Restorer()
    restored.tell(entries.opened("s", Header(REQUEST, "stt.v1", 0)))
    restored.tell(record)
    result = restored.result()
    assert result is not None
    (command,) = Replay(result).tell(record)
    return command


def events(records: list[Record]) -> list[tuple[int, Event]]:
    return [(it.seq, entries.event_of(it)[0]) for it in records if isinstance(it, EventRecord)]


def restored_from(records: list[Record]) -> Restored | None:
    restorer = Restorer()
    for record in records:
        restorer.tell(record)
    return restorer.result()


def words(seen: list[tuple[int, Event]]) -> list[str]:
    return [word.text for _, it in seen if isinstance(it, Segment) for word in it.words]


COMMANDS = [Saying(PIECE * 23, "flush"), Saying(PIECE * 40, "de"), Saying(PIECE * 41, "flush")]


def whole(seed: int) -> list[Record]:
    driver = Driver(seed)
    driver.go_on(COMMANDS, 0)
    return driver.records


WORDS = words(events(whole(0)))


def cuts(data: st.DataObject, records: list[Record]) -> Iterator[list[Record]]:
    """The journal after each of some kills, each at another record; the last is whole."""
    for number in range(data.draw(st.integers(1, 4))):
        records = records[: data.draw(st.integers(1, len(records)))]
        yield records
        records = records + continued(records, number)
    yield records


def continued(records: list[Record], seed: int) -> list[Record]:
    restored = restored_from(records)
    assert restored is not None
    if restored.ended:
        return []
    driver = Driver(seed, restored)
    driver.replay(restored, records)
    told = sum(isinstance(it, Told) and it.command in ("flush", "update") for it in records)
    if restored.told:
        driver.received = len(SOUND)
    driver.go_on(COMMANDS, told)
    return driver.records


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 9), st.data())
def test_whatever_is_cut_off_nothing_is_lost_doubled_or_changed(
    seed: int, data: st.DataObject
) -> None:
    before: list[tuple[int, Event]] = []
    for records in cuts(data, whole(seed)):
        seen = events(records)
        kept = len(before)
        assert seen[: min(kept, len(seen))] == before[: min(kept, len(seen))]
        before = seen
        if isinstance(records[-1], EventRecord) and isinstance(seen[-1][1], Ended):
            assert [number for number, _ in seen] == list(range(1, len(seen) + 1))
            assert words(seen) == WORDS
            said = [it.utterance for _, it in seen if isinstance(it, Segment)]
            assert said == sorted(set(said))
            started = [it.utterance for _, it in seen if isinstance(it, SpeechStarted)]
            assert started == sorted(set(started)) and set(said) <= set(started)
            flushed = [it.id for _, it in seen if isinstance(it, Flushed)]
            assert flushed == [str(it.at) for it in COMMANDS if it.what == "flush"]
            assert len([it for _, it in seen if isinstance(it, Updated)]) == 1
    assert isinstance(before[-1][1], Ended)


def test_the_restart_never_lies_behind_what_is_not_said() -> None:
    records = whole(3)
    for length in range(1, len(records) + 1):
        restored = restored_from(records[:length])
        assert restored is not None
        assert restored.at % FRAME == 0
        later = [it for _, it in events(records[length:]) if isinstance(it, Segment)]
        assert all(it.end > restored.at for it in later)
        assert all(it.utterance >= restored.first for it in later)


def test_a_better_hearing_that_was_not_given_any_more_is_owed() -> None:
    segment = Segment(0, 0, FRAME, (), "en", True, 0.9, better=())
    for revise in (True, False):
        request = replace(REQUEST, view=View(revise=revise))
        records: list[Record] = [
            entries.opened("s", Header(request, "stt.v1", 0)),
            entries.event_record(1, segment, None),
        ]
        restored = restored_from(records)
        assert restored is not None and (restored.owed is not None) is revise
        later = restored_from([*records, entries.event_record(2, SpeechStarted(1, 9), None)])
        assert later is not None and later.owed is None


def test_options_and_tokens_are_the_last_ones() -> None:
    change = Change(Options(language="de"), View(partials=False), 1600)
    records: list[Record] = [
        entries.opened("s", Header(REQUEST, "stt.v1", 0)),
        entries.tokens(Given(1, 0)),
        entries.tokens(Given(2, 1)),
        entries.update(change),
    ]
    restored = restored_from(records)
    assert restored is not None and restored.given == Given(2, 1)
    assert restored.request.view == View(partials=False)
    assert restored.request.options == Options(language="en")  # not answered: told again
    records.append(entries.event_record(1, Updated(Options(language="de"), 0), None))
    restored = restored_from(records)
    assert restored is not None
    assert (restored.request.options.language, restored.request.endpoint) == ("de", 1600)


def test_another_owners_events_are_not_taken_twice() -> None:
    header = Header(REQUEST, "stt.v1", 0)
    records: list[Record] = [
        entries.opened("s", header),
        entries.event_record(1, SpeechStarted(0, 0), None),
        entries.opened("s", replace(header, generation=1)),
        entries.event_record(1, SpeechStarted(0, 0), None),
        Sealed(0, 1),
    ]
    restored = restored_from(records)
    assert restored is not None
    assert (restored.seq, len(restored.events), restored.header.generation) == (1, 1, 1)
    assert restored.owners == ((0, 0), (1, 1))
    assert not Replay(replace(restored, header=header)).belongs(records[2])


def test_what_later_owners_did_not_know_of_has_not_happened() -> None:
    header = Header(REQUEST, "stt.v1", 0)
    records: list[Record] = []
    for generation, last in ((0, 4), (1, 6), (3, 9)):
        records.append(entries.opened("s", replace(header, generation=generation)))
        records += [
            entries.event_record(seq, SpeechStarted(seq, 0), None) for seq in range(last - 1, last)
        ]
        records.append(entries.event_record(last, SpeechStarted(last, 0), None))
    restored = restored_from(records)
    assert restored is not None and restored.owners == ((0, 0), (1, 4), (3, 6))
    assert [restored.known(0, seq) for seq in (3, 4, 5, 99)] == [3, 4, 4, 4]
    assert [restored.known(1, seq) for seq in (5, 6, 7)] == [5, 6, 6]
    assert [restored.known(2, seq) for seq in (5, 6, 7)] == [5, 6, 6]
    assert [restored.known(3, seq) for seq in (7, 99)] == [7, 99]


def test_nothing_is_made_of_nothing_and_what_is_not_understood_is_an_error() -> None:
    assert restored_from([]) is None
    for bad in (Opened("s", {}), Told("dance", {}), EventRecord(1, b"\xc1")):
        with pytest.raises(BadJournal):
            Restorer().tell(bad)
