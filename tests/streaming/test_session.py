"""A session is told what happened; the tests look at what it gives. No loop, no clock.

The random sessions at the end hold it to what every client relies on.
"""

import random
from itertools import pairwise

import numpy as np
import pytest

from inference.types import FRAME, Options, Samples, Urgency, Window, Words, text_of
from streaming.events import (
    Caption,
    Ended,
    Failed,
    Flushed,
    Segment,
    SpeechEnded,
    SpeechStarted,
    Updated,
)
from streaming.filters import Filter
from streaming.lifecycle import OutOfTurn, State
from streaming.session import Session
from streaming.settings import Policy
from tests.streaming.shared import LIKELIHOOD, Told, rules, said, trust
from tests.streaming.shared import heard as hypothesis

NO_LOOKS = rules(look_every=None)


def kinds(told: Told) -> str:
    return " ".join(type(event).__name__ for event in told.events)


def frames_of(window: Window) -> list[int]:
    return [int(value) for value in window.audio[::FRAME]]


def test_silence_says_nothing():
    assert Told(rules()).talk("." * 50).finish().events == [Ended(50 * FRAME)]


def test_an_utterance_becomes_a_segment():
    told = Told(NO_LOOKS).talk(".....######.....")
    assert told.events == [SpeechStarted(0, 5 * FRAME), SpeechEnded(0, 11 * FRAME)]
    (window,) = told.windows
    assert window.urgency is Urgency.FINAL and frames_of(window) == list(range(4, 13))
    assert window.start == 4 * FRAME  # pre-roll of 3 when it was noticed, post-roll of 2
    words = said("the cat", 5)
    told.answer(words)
    (segment,) = told.events[2:]
    assert segment == Segment(0, 4 * FRAME, 11 * FRAME, words, None, True, segment.confidence)
    assert segment.confidence == pytest.approx(0.9)
    assert told.finish().events[3:] == [Ended(16 * FRAME)]


def test_the_urgency_of_the_closing_pass_is_the_policys():
    told = Told(rules(look_every=None, urgency=Urgency.BATCH)).talk("...######.....")
    assert told.windows[0].urgency is Urgency.BATCH


def test_a_click_is_not_worth_a_pass():
    told = Told(rules(look_every=None, shortest=4)).talk("....##......").finish()
    assert not told.windows
    assert kinds(told) == "SpeechStarted SpeechEnded Ended"


def test_looks_become_captions_and_agreement_commits():
    told = Told(rules(look_every=3, first_look=3)).talk("...######")
    (first,) = told.windows
    assert first.urgency is Urgency.LOOK
    told.answer(said("the", 3))
    told.talk("###")
    told.answer(said("the cat", 3))
    one, two = told.all(Caption)
    assert (text_of(one.committed), text_of(one.tentative)) == ("", "the")
    assert (text_of(two.committed), text_of(two.tentative)) == ("the", "cat")


def test_one_look_is_in_the_air_and_the_next_has_all_audio_since():
    told = Told(rules(look_every=2, first_look=2)).talk("...####################")
    assert len(told.windows) == 1
    told.answer(said("the", 3))
    (second,) = told.windows
    assert frames_of(second)[-1] == told.frame - 1


def test_there_are_no_looks_when_nobody_watches():
    assert not Told(NO_LOOKS).talk("..." + "#" * 50).windows


def test_a_caption_that_says_nothing_new_is_not_sent():
    told = Told(rules(trust=trust(apart=99, patience=200))).talk("...######")
    told.answer(said("the cat", 3)).talk("###").answer(said("the cat", 3))
    assert len(told.all(Caption)) == 1


def test_an_answer_about_a_closed_utterance_makes_no_caption():
    told = Told(rules()).talk("...######.....")
    look, closing = told.windows
    assert (look.urgency, closing.urgency) == (Urgency.LOOK, Urgency.FINAL)
    told.answer(said("the", 3))
    assert not told.all(Caption)
    assert text_of(told.answer(said("the cat", 3)).all(Segment)[0].words) == "the cat"


def test_a_failed_look_changes_nothing_and_the_next_is_asked_for():
    told = Told(rules()).talk("...######").answer(None)
    assert not told.all(Caption) and not told.all(Failed)
    told.talk("###")
    assert len(told.windows) == 1


def promised() -> Told:
    """A session that has promised "the cat" of an open utterance and shown "sat"."""
    told = Told(rules(trust=trust(apart=3))).talk("...#########")
    told.answer(said("the cat", 3)).talk("###")
    told.answer(said("the cat sat", 3))
    (*_, last) = told.all(Caption)
    assert (text_of(last.committed), text_of(last.tentative)) == ("the cat", "sat")
    return told


@pytest.mark.parametrize(
    ("closing", "final", "better"),
    [
        ("the cat sat down", "the cat sat down", None),
        ("the bat sat down", "the cat sat down", "the bat sat down"),
        ("", "the cat sat", None),  # nothing heard: what was shown stands
    ],
)
def test_a_segment_extends_what_was_promised(closing, final, better):
    told = promised().talk(".....").without_looks()
    told.answer(said(closing, 3, 2))
    (segment,) = told.all(Segment)
    assert text_of(segment.words) == final
    assert (segment.better and text_of(segment.better)) == better


def test_a_failed_closing_pass_keeps_what_was_shown_and_says_so():
    told = promised().talk(".....").without_looks()
    told.answer(None)
    assert kinds(told).endswith("Failed Segment")
    (failed,), (segment,) = told.all(Failed), told.all(Segment)
    assert text_of(segment.words) == "the cat sat"
    assert failed.code == "engine_failed"
    assert (failed.start, failed.end) == (segment.start, segment.end)


def test_a_failed_pass_over_nothing_shown_is_only_told():
    told = Told(NO_LOOKS).talk("...######.....").answer(None).finish()
    assert kinds(told) == "SpeechStarted SpeechEnded Failed Ended"


def test_shown_words_that_nobody_said_are_taken_back_by_an_empty_segment():
    told = Told(rules()).talk("...######").answer(said("the", 3))
    told.talk(".....")
    while told.windows:
        told.answer(())
    (segment,) = told.all(Segment)
    assert segment.words == () and segment.confidence == 0.0


def test_segments_wait_for_their_turn():
    told = Told(NO_LOOKS).talk("...######.....######.....")
    first, second = told.windows
    told.take(told.session.heard(second, hypothesis(said("two", 15))))
    assert not told.all(Segment)
    told.take(told.session.heard(first, hypothesis(said("one", 4))))
    assert [text_of(segment.words) for segment in told.all(Segment)] == ["one", "two"]


def test_a_flush_closes_and_is_answered_after_its_segment():
    told = Told(NO_LOOKS).talk("...######").flush("a")
    assert told.all(SpeechEnded) == [SpeechEnded(0, 9 * FRAME)]
    assert not told.all(Flushed)
    told.answer(said("one", 3))
    assert kinds(told).endswith("Segment Flushed")
    assert told.all(Flushed) == [Flushed("a", 9 * FRAME)]
    assert told.all(Segment)[0].endpoint is False


def test_a_flush_in_silence_is_answered_at_once():
    told = Told(rules()).talk("....").flush("a").flush("b")
    assert told.events == [Flushed("a", 4 * FRAME), Flushed("b", 4 * FRAME)]


def test_speech_goes_on_after_a_flush_without_losing_a_frame():
    told = Told(NO_LOOKS).talk("...######").flush("a").talk("######.....")
    first, second = told.windows
    assert frames_of(first) + frames_of(second) == list(range(2, 9 + 6 + 2))


def test_finishing_closes_what_is_open():
    told = Told(NO_LOOKS).talk("...######").finish()
    assert not told.all(Ended)
    told.answer(said("one", 3))
    assert kinds(told) == "SpeechStarted SpeechEnded Segment Ended"
    assert told.session.state is State.ENDED
    assert told.finish().all(Ended) == [Ended(9 * FRAME)]


@pytest.mark.parametrize("step", ["talk", "flush", "update"])
def test_nothing_is_taken_after_the_end(step):
    told = Told(rules()).talk("....").finish()
    with pytest.raises(OutOfTurn, match="while ended"):
        match step:
            case "talk":
                told.talk(".")
            case "flush":
                told.flush("x")
            case "update":
                told.session.update(Options())


def test_an_update_is_in_force_from_its_place_on():
    told = Told(NO_LOOKS, Options("en")).talk("...######.....")
    told.take(told.session.update(Options("de", hotwords=("Rhein",))))
    assert not told.all(Updated)  # its place is after the segment that is owed
    told.answer(said("one", 3)).talk("######.....")
    assert told.all(Updated) == [Updated(Options("de", hotwords=("Rhein",)), 14 * FRAME)]
    assert told.windows[0].options == Options("de", hotwords=("Rhein",))


def test_another_endpoint_counts_from_now_on():
    told = Told(rules(look_every=None, endpoint=2)).talk("...######..")
    assert len(told.all(SpeechEnded)) == 1
    told.take(told.session.update(Options(), endpoint=6 * FRAME))
    told.talk("..######.....")
    assert len(told.all(SpeechEnded)) == 1
    told.talk(".")
    assert len(told.all(SpeechEnded)) == 2


def test_a_long_utterance_is_cut_and_goes_on_in_the_next():
    told = Told(rules(look_every=None, longest=130)).talk("..." + "#" * 297 + ".....")
    windows = list(told.windows)
    assert len(windows) > 2
    assert all(len(window.audio) <= 130 * FRAME for window in windows)
    assert sum((frames_of(w) for w in windows), []) == list(range(2, 302))
    while told.windows:
        told.answer(said("w", told.windows[0].start // FRAME + 2))
    segments = told.all(Segment)
    assert [segment.endpoint for segment in segments] == [False] * (len(segments) - 1) + [True]
    assert len(told.all(SpeechStarted)) == len(segments)
    assert len(told.all(SpeechEnded)) == 1  # the speaker never paused before


def test_a_long_look_is_trimmed_and_anchored_in_promised_words():
    policy = rules(look_window=20, anchor=6, longest=200, look_every=3)
    told = Told(policy).talk("...")
    text = said(" ".join(f"w{i}" for i in range(40)), 4, 3)
    for _ in range(40):
        told.talk("###")
        if not told.windows:
            continue
        window = told.windows[0]
        end = window.start + len(window.audio)
        told.answer(tuple(w for w in text if w.start >= window.start and w.end <= end))
        assert len(window.audio) <= 40 * FRAME
    last = told.all(Caption)[-1]
    spoken = last.committed + last.tentative
    assert [w.text for w in spoken] == [w.text for w in text[: len(spoken)]]
    assert len(spoken) > 35


def test_the_language_is_voted_for_and_then_asked_for():
    told = Told(NO_LOOKS)
    for _ in range(4):
        told.talk("..." + "#" * 60 + ".....")
        start = told.windows[0].start // FRAME + 2
        told.answer(said(" ".join(f"w{i}" for i in range(8)), start, 6), "de")
    told.talk("...######.....")
    assert told.windows[0].options.language == "de"
    assert {segment.language for segment in told.all(Segment)} == {"de"}


def test_dropped_words_are_counted_by_reason():
    counts: dict[Filter, int] = {}
    told = Told(NO_LOOKS)
    told.session.dropped = lambda reason, count: counts.update({reason: count})
    told.talk("..." + "#" * 30 + ".....").answer(said("no no no no no no", 3, 4))
    assert counts == {Filter.LOOP: 5}


def test_what_is_settled_is_in_events():
    told = Told(NO_LOOKS).talk("..........")
    assert told.session.settled == 7 * FRAME  # the pre-roll may yet belong to an utterance
    told.talk("######.....")
    assert told.session.settled == told.windows[0].start
    told.answer(said("one", 11))
    assert told.session.settled > 16 * FRAME


def test_owed_counts_utterances_without_a_segment():
    told = Told(NO_LOOKS).talk("...######.....######.....")
    assert told.session.owed == 2
    told.take(told.session.heard(told.windows[1], hypothesis(())))
    told.take(told.session.heard(told.windows[0], hypothesis(())))
    assert told.session.owed == 0


FRAMES = [np.full(FRAME, i, np.float32) for i in range(400)]
LETTERS = [f" {letter}" for letter in "abcdefg"] + [" a.", " B,", " Thank", " you."]


class Chance:
    """One random session: a policy, speech, answers that may contradict each other, in any
    order, and a client that flushes and changes its mind. Keeps what is needed to judge it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.session = Session(self._policy(), Options(self.dice.choice([None, "en"])))
        self.events: list[object] = []
        self.air: list[Window] = []
        self.closing: list[Window] = []
        self.asked: list[str] = []
        self.settled: Samples = 0

    def _policy(self) -> Policy:
        pick = self.dice.randint
        return rules(
            look_every=self.dice.choice([None, 1, 2, 4, 9]),
            first_look=pick(0, 6),
            look_window=pick(6, 40),
            anchor=pick(0, 20),
            trust=trust(pick(0, 6), self.dice.random(), 0.1, pick(8, 40), self.dice.random()),
            endpoint=pick(1, 8),
            early=self.dice.choice([None, 1, 2, 5]),
            spare=pick(0, 9),
            pre_roll=pick(2, 9),
            post_roll=pick(0, 9),
            longest=pick(20, 70),
            shortest=pick(0, 5),
        )

    def play(self) -> None:
        frames = self.dice.randint(0, 160)
        lately = self.dice.choice([0.02, 0.1, 0.4, 1.0])  # how soon answers come
        likelihood = 0.0
        for frame in FRAMES[:frames]:
            if self.dice.random() < 0.12:
                likelihood = self.dice.choice([*LIKELIHOOD.values(), 0.95])
            self.take(self.session.audio(frame, likelihood))
            if self.dice.random() < 0.02:
                self.change_mind()
            if self.air and self.dice.random() < lately:
                self.answer()
        self.take(self.session.finish())
        while self.air:
            self.answer()
        self.take(self.session.finish())

    def change_mind(self) -> None:
        match self.dice.randint(0, 2):
            case 0:
                self.asked.append(f"f{len(self.asked)}")
                self.take(self.session.flush(self.asked[-1]))
            case 1:
                self.take(self.session.update(Options(self.dice.choice([None, "de"]))))
            case 2:
                endpoint = self.dice.randint(1, 8) * FRAME
                self.take(self.session.update(self.session.options, endpoint))

    def answer(self) -> None:
        window = self.air.pop(self.dice.randrange(len(self.air)))
        if self.dice.random() < 0.1:
            self.take(self.session.heard(window, None))
        else:
            doubt = self.dice.choice([0.0, 0.0, 0.0, 0.9])
            found = hypothesis(self._words(window), self.dice.choice([None, "en", "de"]))
            self.take(self.session.heard(window, type(found)(found.words, no_speech=doubt)))

    def _words(self, window: Window) -> Words:
        """A word every 3 frames of the clock, where the model does not dream."""
        end = window.start + len(window.audio)
        numbers = range(-(-window.start // FRAME // 3), max(end // FRAME // 3, 0))
        words = said(" ".join("abcdefg"[n % 7] for n in numbers), 3 * (numbers.start), 3)
        if self.dice.random() < 0.3:
            words = tuple(w for w in words if self.dice.random() < 0.8)
        if self.dice.random() < 0.3:
            words = tuple(self._other(w) for w in words)
        return words

    def _other(self, word):
        if self.dice.random() > 0.2:
            return word
        start = max(0, word.start + self.dice.randint(-4, 4) * FRAME)
        return type(word)(self.dice.choice(LETTERS), start, start + 3 * FRAME, 0.4)

    def take(self, outputs: list[object]) -> None:
        for output in outputs:
            if isinstance(output, Window):
                self.air.append(output)
                if output.urgency is Urgency.FINAL:
                    self.closing.append(output)
            else:
                self.events.append(output)
            self._check_window(output)
        looks = [window for window in self.air if window.urgency is Urgency.LOOK]
        assert len(looks) <= 1, "more than one look in the air"
        assert self.settled <= self.session.settled <= self.session.clock
        self.settled = self.session.settled

    def _check_window(self, output: object) -> None:
        if isinstance(output, Window):
            held = output.audio[::FRAME]
            assert len(held), "a window without audio"
            first = output.start // FRAME
            assert (held == np.arange(first, first + len(held))).all(), "audio is out of place"

    def all(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


def check_order(played: Chance) -> None:
    ends = played.all(Ended)
    assert ends == [Ended(played.session.clock)] and played.events[-1] is ends[0]
    assert played.session.state is State.ENDED
    for kind in (SpeechStarted, SpeechEnded, Segment):
        numbers = [event.utterance for event in played.all(kind)]
        assert numbers == sorted(set(numbers))
    assert [flushed.id for flushed in played.all(Flushed)] == played.asked


def check_time(played: Chance) -> None:
    for one, next_ in pairwise(played.all(Segment)):
        assert one.start < one.end <= next_.start
    for one, next_ in pairwise(played.closing):
        assert one.start + len(one.audio) <= next_.start
    for at, event in enumerate(played.events):
        if isinstance(event, Flushed):
            later = [e for e in played.events[at:] if isinstance(e, Segment)]
            assert all(segment.start >= event.at for segment in later)


def check_promises(played: Chance) -> None:
    committed: dict[int, Words] = {}
    started: set[int] = set()
    done: set[int] = set()
    for event in played.events:
        match event:
            case SpeechStarted(utterance):
                started.add(utterance)
            case Caption(utterance, words):
                assert utterance in started and utterance not in done
                before = committed.get(utterance, ())
                assert words[: len(before)] == before, "a promise was taken back"
                committed[utterance] = words
            case Segment(utterance, words=words):
                promise = "".join(word.text for word in committed.get(utterance, ()))
                final = "".join(word.text for word in words)
                assert final.startswith(promise), "a final without its promise"
                done.add(utterance)
    assert set(committed) <= done, "a caption that never became a segment"


@pytest.mark.parametrize("seeds", [range(n, n + 500) for n in range(0, 3000, 500)], ids=str)
def test_random_sessions_keep_every_promise(seeds):
    promises = segments = 0
    for seed in seeds:
        played = Chance(seed)
        try:
            played.play()
            check_order(played)
            check_time(played)
            check_promises(played)
        except AssertionError as error:
            raise AssertionError(f"session {seed}: {error}") from error
        promises += sum(bool(caption.committed) for caption in played.all(Caption))
        segments += len(played.all(Segment))
    assert promises > 500 and segments > 500, "these sessions test nothing"


def test_a_pause_begins_the_closing_pass_and_the_end_of_the_utterance_takes_its_answer():
    told = Told(rules(first_look=9, endpoint=6, early=3)).talk("...#######...")
    (early,) = told.windows
    assert early.urgency is Urgency.EARLY
    assert frames_of(early) == list(range(2, 12))  # speech up to frame 9, post-roll of 2
    told.answer(said("the cat", 3))
    assert not told.all(Segment)  # nobody has said yet that this was the end
    told.talk("...")
    (segment,) = told.all(Segment)
    assert text_of(segment.words) == "the cat" and segment.end == 10 * FRAME
    assert not told.windows


def test_a_closing_pass_in_the_air_is_not_begun_again():
    told = Told(rules(first_look=9, endpoint=6, early=3)).talk("...#######......")
    (early,) = told.windows
    assert told.session.owed == 1 and not told.all(Segment)
    told.talk("..############")  # the next one is looked at meanwhile
    assert [window.urgency for window in told.windows] == [Urgency.EARLY, Urgency.LOOK]
    told.answer(said("the cat", 3))
    assert text_of(told.all(Segment)[0].words) == "the cat"


def test_speech_that_goes_on_makes_an_early_closing_pass_a_look():
    told = Told(rules(look_every=20, endpoint=6, early=3)).talk("...#######...")
    told.answer(said("the cat", 3))
    assert text_of(told.all(Caption)[-1].committed) == "the cat"  # without a second look
    told.talk("###......")
    (window,) = told.windows
    assert window.urgency is Urgency.EARLY
    assert frames_of(window)[-1] == 17  # the second pause; the first pass is of no use now
    told.answer(said("the cat sat", 3))
    assert text_of(told.all(Segment)[0].words) == "the cat sat"


def test_an_early_closing_pass_that_failed_is_made_again():
    told = Told(rules(first_look=9, endpoint=6, early=3)).talk("...#######...")
    told.answer(None).talk("...")
    (window,) = told.windows
    assert window.urgency is Urgency.FINAL


def test_no_closing_pass_is_begun_early_while_looks_take_long():
    told = Told(rules(first_look=3, endpoint=6, early=3, spare=2)).talk("...########")
    told.answer(said("the", 3)).talk("...")
    assert Urgency.EARLY not in [window.urgency for window in told.windows]


def test_other_options_spoil_an_early_closing_pass():
    told = Told(rules(first_look=9, endpoint=6, early=3)).talk("...#######...")
    told.answer(said("the cat", 3))
    told.take(told.session.update(Options("de")))
    told.talk("...")
    (window,) = told.windows
    assert window.urgency is Urgency.FINAL and window.options.language == "de"


def test_a_late_answer_after_the_end_gives_nothing():
    told = Told(rules()).talk("...######")
    (look,) = told.windows
    told.windows.clear()
    told.finish()
    (closing,) = told.windows
    told.take(told.session.heard(closing, hypothesis(said("one", 3))))
    assert isinstance(told.events[-1], Ended)
    assert told.session.heard(look, hypothesis(said("one", 3))) == []


def test_an_answer_belongs_to_the_language_its_window_was_asked_in():
    told = Told(NO_LOOKS, Options("en")).talk("...######.....")
    told.take(told.session.update(Options("de")))
    told.answer(said("hello there", 3))
    assert told.all(Segment)[0].language == "en"
