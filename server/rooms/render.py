"""Events as those who watch get them: parts of a stream of server-sent events. Pure.

What is made here is sent to every viewer as it is, after a line with its number.
"""

from inference.types import Samples, text_of
from server.protocols.native.render import Message, encode, seconds
from streaming.events import Caption, Ended, Event, Revised, Segment


class Renderer:
    """For one session. Counts the revisions of captions and nothing else."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.rev = 0

    def render(self, event: Event) -> bytes | None:
        """Without a number; None when it is not for viewers."""
        match event:
            case Caption():
                return self._event("partial", self._partial(event))
            case Segment():
                return self._event("final", _final(event))
            case Revised(utterance, words):
                return self._event("revise", {"seg": utterance, "text": text_of(words)})
            case Ended(at):
                return self._event("end", {"duration": seconds(at)})
            case _:
                return None

    def _event(self, kind: str, message: Message) -> bytes:
        data = encode({"session": self.session, **message})
        return b"event: %s\ndata: %s\n\n" % (kind.encode(), data)

    def _partial(self, caption: Caption) -> Message:
        self.rev += 1
        words = caption.committed + caption.tentative
        return {
            "seg": caption.utterance,
            "rev": self.rev,
            "text": text_of(words),
            "stable": len(text_of(caption.committed)),
            "start": seconds(caption.start),
            "end": seconds(words[-1].end if words else caption.start),
        }


def _final(segment: Segment) -> Message:
    return {
        "seg": segment.utterance,
        "start": seconds(segment.start),
        "end": seconds(segment.end),
        "text": text_of(segment.words),
        "language": segment.language,
    }


def span(event: Event, last: Samples) -> tuple[Samples, Samples] | None:
    """What an event that is kept says of the session's clock; None for one that is not kept.

    last: the end of what was said before. Speech counts from its middle: heard again from a
    journal, the same speech may begin and end a little earlier or later, but not by half of it.
    """
    match event:
        case Segment(start=start, end=end):
            return (start + end) // 2, end
        case Revised():
            return last, last
        case Ended(at):
            return max(at, last), max(at, last) + 1
        case _:
            return None
