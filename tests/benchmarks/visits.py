"""Visits made here, with answers known by construction; nothing was visited for them."""

import json

import numpy as np

from benchmarks.page.visit import Seen, Witness
from benchmarks.speech.normalise import Spoken, timed
from benchmarks.speech.streams import Stream

OFFSET = 1000.0  # seconds by which the page's clock is ahead
BEGAN = 50.0  # on the monotonic clock: when the first sample of the file is heard
RATE = 16_000
PACE = 2 * RATE
LATE = 0.03  # seconds from the capture of a piece until it is sent


def stream(seconds=6.0, words=()):
    """Noise, of which no two pieces are alike."""
    samples = np.random.default_rng(1).integers(-9000, 9000, round(seconds * RATE), np.int16)
    spoken = tuple(Spoken(*word) for word in words)
    return Stream(0, samples, spoken, tuple(timed(spoken)), ("made",))


def page_time(at):
    """Seconds since the file began, as milliseconds of the page."""
    return (BEGAN + at + OFFSET) * 1000


def visit(said, first=0.1, session=0.2, messages=(), shown=(), moved=(), broken=(), **more):
    """first, session: seconds of the file that are over when the browser, and the session, begin.

    messages: (seconds, fields). shown: (seconds, paragraph, final, committed, tentative).
    """
    base = page_time(0.0) - 5000
    piece = RATE // 100
    start, skipped = round(first * RATE), round(session * RATE)
    captured = [
        (page_time(first + end / RATE) + 0.3, (page_time(first + end / RATE) - base) * 1000, piece)
        for end in range(piece, 3 * RATE, piece)
    ]
    heard = said.samples[start : start + len(captured) * piece] / 32_768
    sound = said.samples[skipped:].tobytes()
    size = PACE // 50
    positions = range(0, len(sound), size)
    frames = [
        (page_time(session + (pos + size) / PACE + LATE), pos, len(sound[pos : pos + size]))
        for pos in positions
    ]
    witness = {
        "opened": base,
        "pace": PACE,
        "ready": base + 300,
        "granted": base + 400,
        "base": base,
        "messages": tuple((page_time(at), json.dumps(fields)) for at, fields in messages),
        "frames": tuple(frames),
        "sound": tuple(sound[pos : pos + size] for pos in positions),
        "shown": tuple((page_time(at), *rest) for at, *rest in shown),
        "moved": tuple((page_time(at), word) for at, word in moved),
        "captured": tuple(captured),
        "beginning": tuple(heard.tolist()),
        "rate": RATE,
    }
    return Seen(Witness(**(witness | more)), OFFSET, tuple(broken))
