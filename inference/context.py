"""How much encoder context a window gets. Pure: lengths in, lengths out.

Whisper's encoder takes any length up to 3000 mel frames and costs more than
linearly, so a two-second look should not pay for thirty. Too short a context
makes the decoder miss the end and repeat itself; silence after the speech is
what lets it stop. The measurements are in README.md.
"""

import math

from inference.types import SAMPLE_RATE, Samples, Urgency

HOP: Samples = 160
"""Samples in one mel frame (10 ms)."""

FULL = 3000
"""Mel frames of Whisper's own 30 s context."""

BUCKETS = (600, 1100, 1500, 2000, FULL)
"""Mel frames. Few, so that windows of several sessions often share a bucket and with it a batch:
encoding a little silence is cheap, decoding four windows in one pass is 2.7 times faster."""

LONGEST: Samples = 29 * SAMPLE_RATE
"""Longest window, leaving a second of silence in the full context."""

STEP = 100
"""Mel frames between two contexts of uploads, whose windows find others of like length."""

# Seconds of true silence after the audio, and the least context, by urgency.
_ROOM = {
    Urgency.FINAL: (4.0, 8.0),
    Urgency.EARLY: (4.0, 8.0),
    Urgency.LOOK: (2.0, 6.0),
    Urgency.BATCH: (3.0, 7.0),
}


def context(samples: Samples, urgency: Urgency) -> int:
    """Mel frames for audio of this length with room for the silence: the smallest bucket, or for
    an upload the smallest whole STEP."""
    silence, least = _ROOM[urgency]
    need = max(samples / SAMPLE_RATE + silence, least) * SAMPLE_RATE / HOP
    if urgency is Urgency.BATCH:
        return min(math.ceil(need / STEP) * STEP, FULL)
    return bucket(need)


def bucket(frames: float) -> int:
    """The smallest bucket that holds so many mel frames."""
    return next((bucket for bucket in BUCKETS if bucket >= frames), FULL)


def second_context(frames: int, urgency: Urgency) -> int:
    """Mel frames for a second try: full for what will stand, twice as much for a look."""
    if urgency is not Urgency.LOOK:
        return FULL
    return bucket(2 * frames)
