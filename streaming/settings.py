"""How a session behaves. Values only; the server reads them from its settings file."""

from msgspec import Struct
from msgspec.structs import replace

from inference.types import SAMPLE_RATE, Samples, Urgency
from streaming.agreement import Trust


def _ms(milliseconds: int) -> Samples:
    return milliseconds * SAMPLE_RATE // 1000


class Policy(Struct, frozen=True):
    """One session's rules. Every length is in samples."""

    urgency: Urgency = Urgency.FINAL  # of the closing pass
    look_every: Samples | None = _ms(300)  # new audio before the next look; None: no captions
    first_look: Samples = _ms(500)  # speech before the first look: less is heard as anything
    look_window: Samples = _ms(9000)  # a look longer than this is trimmed to its anchor
    anchor: Samples = _ms(3000)  # committed speech that a trimmed look begins with
    trust: Trust = Trust()  # when a word is promised, and when it is shown
    endpoint: Samples = _ms(500)  # pause that ends an utterance
    early: Samples | None = _ms(200)  # pause after which the closing pass may begin; None: never
    spare: Samples = _ms(500)  # it does while looks are answered in less than this
    pre_roll: Samples = _ms(300)  # audio kept from before speech was noticed
    post_roll: Samples = _ms(200)  # audio kept after speech was over
    longest: Samples = _ms(24_000)  # an utterance is cut here: the model hears 30 s at most
    shortest: Samples = _ms(150)  # less speech than this is a click
    in_flight: int = 4  # closed utterances waiting for the model before intake pauses


UPLOAD = replace(
    Policy(),
    urgency=Urgency.BATCH,
    look_every=None,
    early=None,
    endpoint=_ms(1000),  # windows of about 10 s are heard best, and cost least: of shorter ones
    longest=_ms(13_000),  # much is padding, in longer ones the model leaves sentences out
    in_flight=32,  # enough for full passes of windows of like length
)
"""A file: nobody watches it grow, and live sessions go first."""
