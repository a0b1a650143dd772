"""One speaker's talk: told what happened, answers with windows to hear and events to give.

Pure: no clock, no thread, no model. Time is the number of samples it was told.
"""

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from inference.types import (
    FRAME,
    SAMPLE_RATE,
    Audio,
    Hypothesis,
    Options,
    Samples,
    Urgency,
    Window,
    Words,
)
from streaming.events import (
    Caption,
    Ended,
    Event,
    Failed,
    Flushed,
    Segment,
    SpeechEnded,
    SpeechStarted,
    Updated,
)
from streaming.filters import Filter, keep
from streaming.language import LanguageLock
from streaming.lifecycle import State, Step, after
from streaming.promises import Owed, Promises
from streaming.segmenter import Segmenter, Started, Stopped
from streaming.settings import Policy
from streaming.splice import differs, splice, tidied
from streaming.utterance import Early, Utterance

Output: TypeAlias = Window | Event

REACH: Samples = 3 * SAMPLE_RATE  # how far back a forced cut looks for a quiet place
HESITATION: Samples = 2 * FRAME  # a pause that may become an end: the next look waits for that


class Session:
    def __init__(
        self,
        policy: Policy,
        options: Options,
        dropped: Callable[[Filter, int], None] = lambda *_: None,
        start: Samples = 0,
        first: int = 0,
    ) -> None:
        """dropped: told how many words each filter took out. start, first: for a session that goes
        on where another left off: the audio that was settled, and the number of the next utterance.
        """
        self.policy = policy
        self.options = options
        self.dropped = dropped
        self.state = State.LISTENING
        self.clock: Samples = start
        self.segmenter = Segmenter(policy.endpoint // FRAME)
        self.language = LanguageLock(options.language)
        self.before: deque[tuple[Audio, float]] = deque(
            maxlen=max(policy.pre_roll // FRAME, self.segmenter.begin)
        )
        self.open: Utterance | None = None
        self.looking: tuple[Utterance, Window] | None = None
        self.delay: Samples = 0  # how long the last look took
        self.promises = Promises()
        self.count = first

    @property
    def settled(self) -> Samples:
        """All text of audio before this point is in events already given."""
        since = self.promises.since
        if since is not None:
            return since
        return self.open.start if self.open else self.clock - len(self.before) * FRAME

    @property
    def owed(self) -> int:
        """Closed utterances whose segments are not known yet."""
        return len(self.promises)

    def audio(self, frame: Audio, likelihood: float) -> list[Output]:
        """The next FRAME samples and how likely they are speech."""
        self.state = after(self.state, Step.AUDIO)
        self.clock += FRAME
        self._keep(frame, likelihood)
        match self.segmenter.feed(likelihood):
            case Started(ago):
                return self._begin(ago)
            case Stopped(ago):
                return self._pause(ago)
            case None:
                return self._cut_if_long() or self._refresh()

    def heard(self, window: Window, hypothesis: Hypothesis | None) -> list[Output]:
        """The model's answer to a window; None when it had none."""
        if self.looking and self.looking[1] is window:
            utterance, self.looking = self.looking[0], None
            self.delay = self.clock - window.end
            if utterance.early and utterance.early.window is window:
                utterance.early = replace(utterance.early, answer=hypothesis)
            told = self._compare(utterance, window, hypothesis)
            return [*told, *self._refresh()]
        if owed := self.promises.of(window):
            owed.events = self._segment(owed, hypothesis)
        return self._ready()

    def flush(self, id: str) -> list[Output]:
        """Close what is open; Flushed takes its place after it."""
        self.state = after(self.state, Step.FLUSH)
        out = self._close(self.clock, endpoint=False) if self.open else []
        self.before.clear()  # nothing before the mark may turn up after it
        self.promises.add(Flushed(id, self.clock))
        return [*out, *self._ready()]

    def update(self, options: Options, endpoint: Samples | None = None) -> list[Output]:
        """Other options from here on; speech that is open is heard with the new ones."""
        self.state = after(self.state, Step.UPDATE)
        if options.language != self.options.language:
            self.language = LanguageLock(options.language)
        self.options = options
        if endpoint is not None:
            self.segmenter.endpoint = max(1, endpoint // FRAME)
        self.promises.add(Updated(options, self.clock))
        return self._ready()

    def finish(self) -> list[Output]:
        """No more audio. Saying it twice does nothing more."""
        first = self.state is State.LISTENING
        self.state = after(self.state, Step.FINISH)
        if not first:
            return []
        out = self._close(self.clock, endpoint=True) if self.open else []
        self.promises.add(Ended(self.clock))
        return [*out, *self._ready()]

    def _keep(self, frame: Audio, likelihood: float) -> None:
        if self.open:
            self.open.add(frame, likelihood)
        else:
            self.before.append((frame, likelihood))

    def _begin(self, ago: int) -> list[Output]:
        return [self._open(list(self.before), self.clock - ago * FRAME)]

    def _open(self, frames: list[tuple[Audio, float]], at: Samples) -> SpeechStarted:
        self.open = Utterance(self.count, self.clock - len(frames) * FRAME, self.policy.trust)
        self.count += 1
        for frame, likelihood in frames:
            self.open.add(frame, likelihood)
        self.before.clear()
        return SpeechStarted(self.open.number, at)

    def _pause(self, ago: int) -> list[Output]:
        return self._close(self.clock - ago * FRAME, endpoint=True)

    def _close(self, end: Samples, endpoint: bool) -> list[Output]:
        """The open utterance takes its place in the queue; the quiet after it is kept for the
        next one, so that no sample is heard in two."""
        utterance = self.open
        assert utterance is not None
        self.open = None
        self.segmenter.cut()
        self.before.extend(utterance.split(min(end + self.policy.post_roll, utterance.end)))
        return [SpeechEnded(utterance.number, end), *self._owe(utterance, end, endpoint)]

    def _cut_if_long(self) -> list[Output]:
        """Close an endless utterance at a quiet point; what follows it opens the next."""
        utterance = self.open
        if utterance is None or utterance.end - utterance.start < self.policy.longest:
            return []
        at = utterance.best_cut(REACH)
        rest = utterance.split(at)
        self.segmenter.restart(len(rest))
        owed = self._owe(utterance, at, endpoint=False)
        return [*owed, self._open(rest, at)]

    def _owe(self, utterance: Utterance, end: Samples, endpoint: bool) -> list[Output]:
        if not self._worth_hearing(utterance):
            return self._unheard(utterance)
        if early := self._begun(utterance, end):
            return self._adopt(utterance, early, endpoint)
        window = utterance.whole(self.policy.urgency, self._asked())
        self.promises.add(Owed(utterance, window, end, endpoint))
        return [window]

    def _begun(self, utterance: Utterance, end: Samples) -> Early | None:
        """The closing pass of this utterance, if it is in the air or has been answered already."""
        early = utterance.early
        if early is None or early.end != end or early.window.options != self._asked():
            return None
        in_the_air = self.looking is not None and self.looking[1] is early.window
        return early if in_the_air or early.answer is not None else None

    def _adopt(self, utterance: Utterance, early: Early, endpoint: bool) -> list[Output]:
        owed = Owed(utterance, early.window, early.end, endpoint)
        self.promises.add(owed)
        if early.answer is None:
            self.looking = None  # its answer now closes the utterance
        else:
            owed.events = self._segment(owed, early.answer)
        return self._ready()

    def _worth_hearing(self, utterance: Utterance) -> bool:
        speech = utterance.speech(utterance.start).seconds() * SAMPLE_RATE
        return speech >= self.policy.shortest

    def _unheard(self, utterance: Utterance) -> list[Output]:
        """A click: nothing to decode, but a caption that was shown must be taken back."""
        if utterance.shown:
            self.promises.add(self._said(utterance, utterance.end, utterance.committed, False))
        return self._ready()

    def _asked(self) -> Options:
        return replace(self.options, language=self.language.locked)

    def _refresh(self) -> list[Output]:
        """The next window of the open utterance, if it is time for one and none is in the air."""
        if self.open is None or self.policy.look_every is None or self.looking:
            return []
        if self.policy.early is None or self.delay > self.policy.spare:
            return self._look(self.open, self.policy.look_every)
        quiet = self.segmenter.pausing * FRAME
        if quiet >= max(self.policy.early, self.policy.post_roll):
            return self._early(self.open, self.clock - quiet)
        return [] if quiet >= HESITATION else self._look(self.open, self.policy.look_every)

    def _early(self, utterance: Utterance, end: Samples) -> list[Output]:
        """The closing pass, before it is certain that the utterance has ended: exactly what it
        will be, so that its answer can be taken for it."""
        if utterance.early and utterance.early.end == end:
            return []
        if not self._worth_hearing(utterance):
            return []
        audio = utterance.audio(utterance.start, end + self.policy.post_roll)
        window = Window(utterance.start, audio, Urgency.EARLY, self._asked())
        utterance.early = Early(window, end)
        utterance.heard = utterance.end
        self.looking = (utterance, window)
        return [window]

    def _look(self, utterance: Utterance, every: Samples) -> list[Output]:
        """A window for the next caption, when there is enough new to hear."""
        if utterance.end - utterance.start < self.policy.pre_roll + self.policy.first_look:
            return []
        if utterance.end - utterance.heard < every or self._nothing_new(utterance):
            return []
        if utterance.end - utterance.from_ > self.policy.look_window:
            utterance.trim(self.policy.anchor)
        window = utterance.look(self._asked())
        self.looking = (utterance, window)
        utterance.heard = utterance.end
        return [window]

    def _nothing_new(self, utterance: Utterance) -> bool:
        """Only silence since the last look, and no word in doubt that another look could settle."""
        return not utterance.tail and utterance.speech(utterance.heard).seconds() == 0

    def _compare(
        self, utterance: Utterance, window: Window, answer: Hypothesis | None
    ) -> list[Output]:
        if utterance is not self.open or answer is None:
            return []
        kept = self._sift(answer, utterance, window)
        if answer.words and not kept:
            return []  # nothing it can stand by: no evidence, no reason to take words back
        before = (utterance.committed, utterance.tail)
        utterance.compare(window, kept)
        if (utterance.committed, utterance.tail) == before:
            return []
        utterance.shown = True
        return [Caption(utterance.number, utterance.committed, utterance.tail, utterance.start)]

    def _sift(self, answer: Hypothesis, utterance: Utterance, window: Window) -> Words:
        """The words that the filters leave; a window heard without a language votes for one."""
        speech = utterance.speech(window.start)
        kept = keep(answer, speech)
        for reason, count in kept.dropped.items():
            self.dropped(reason, count)
        if kept.words and window.options.language is None:
            heard = int(speech.seconds() * SAMPLE_RATE)
            self.language.heard(answer.language, answer.language_probability, heard)
        return kept.words

    def _segment(self, owed: Owed, answer: Hypothesis | None) -> list[Event]:
        """The closing pass joined to what was promised. Without an answer, or with one that
        nothing supports, what the looks heard stands."""
        utterance = owed.utterance
        shown = utterance.committed + utterance.tail
        failed: list[Event] = []
        if answer is None:
            failed = [
                Failed("engine_failed", "the model gave no answer", utterance.start, owed.end)
            ]
            heard = shown
        else:
            heard = self._sift(answer, utterance, owed.window)
            if not heard and utterance.committed:
                heard = shown
        words = splice(utterance.committed, heard)
        if not words and not utterance.shown:
            return failed
        segment = self._said(utterance, owed.end, words, owed.endpoint)
        language = owed.window.options.language or segment.language
        better = heard if heard and differs(heard, words) else None
        return [*failed, replace(segment, better=better, language=language)]

    def _said(self, utterance: Utterance, end: Samples, words: Words, endpoint: bool) -> Segment:
        confidence = sum(word.probability for word in words) / len(words) if words else 0.0
        return Segment(
            utterance.number,
            utterance.start,
            end,
            tidied(words),
            self.language.best,
            endpoint,
            confidence,
        )

    def _ready(self) -> list[Output]:
        """Events whose turn has come: everything at the head of the queue that is known."""
        out: list[Output] = [*self.promises.ready()]
        if out and isinstance(out[-1], Ended):
            self.state = after(self.state, Step.DRAINED)
        return out
