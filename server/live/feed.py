"""What the pipeline of a session is told: first what is heard again, then what comes.

Turns audio of the client's into samples. Judges no message and keeps nothing in the journal.
"""

from collections.abc import AsyncIterator

from server.live.intake import Intake
from server.live.mailbox import Heard, Mailbox, Missing
from server.live.restore import Replay, Restored
from server.live.tape import Decoder
from server.parts import Parts
from storage.journal.reader import load
from streaming.events import Command, Flush, Speak, Update
from streaming.resampler import Format, Resampler, Sound


class Feed:
    def __init__(self, parts: Parts, form: Format, intake: Intake) -> None:
        """intake: told which of the client's positions the samples are."""
        self.parts = parts
        self.intake = intake
        self.mailbox = Mailbox()
        self.decoder = Decoder(form)
        self.resampler = Resampler(form.rate)

    async def again(self, id: str, restored: Restored) -> AsyncIterator[Command]:
        """What is not settled, from the journal of the session. Raises StorageError."""
        replay, finalizer = Replay(restored), self.parts.finalizer
        async for record in load(finalizer.journals, finalizer.store, id):
            if not replay.belongs(record):
                break
            for told in replay.tell(record):
                match told:
                    case (audio, pos):
                        self.intake.mark(len(audio), pos)
                        yield Speak(audio)
                    case Flush() | Update():
                        yield told
        self.decoder, self.resampler = replay.player.decoder, replay.player.resampler

    async def coming(self) -> AsyncIterator[Command]:
        """What is in the mailbox, until there is no more to come."""
        async for message in self.mailbox.messages():
            match message:
                case Heard(sound, end):
                    yield self._spoken(sound, end)
                case Missing(units, end):
                    for sound in self.decoder.silence(units):
                        yield self._spoken(sound, end)
                case Flush() | Update():
                    yield message
        rest = self.resampler.finish()
        self.intake.mark(len(rest), self.intake.received)
        yield Speak(rest)

    def _spoken(self, sound: Sound, end: int) -> Speak:
        audio = self.resampler.push(sound)
        self.intake.mark(len(audio), end)
        self.parts.metrics.heard(len(audio))
        return Speak(audio)
