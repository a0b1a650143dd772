"""What a server of this project has kept of the sessions of a run, asked over HTTP.

The stored text is that of the closing passes; the one that was sent live keeps its promises.
"""

import asyncio
from collections.abc import Sequence

from captionflow import AudioAck, ServerError, Welcome
from msgspec import Struct

from benchmarks.run.drive import StreamLog
from benchmarks.speech.corpus import RATE
from server.commands import ask

PATIENCE = 60.0  # seconds that recording and transcript may take to be stored


class Stored(Struct, frozen=True):
    """text: all segments. lost: seconds of audio that were acknowledged and are not there."""

    text: str
    lost: float


async def stored(
    url: str, logs: Sequence[StreamLog], patience: float = PATIENCE
) -> tuple[dict[int, Stored], list[str]]:
    """By the index of the stream, for those that ended well; and what could not be had."""
    ended = [log for log in logs if log.failure is None]
    answers = await asyncio.gather(*(_one(url, log, patience) for log in ended))
    found = {log.stream.index: one for log, one in zip(ended, answers, strict=True)}
    kept = {index: one for index, one in found.items() if isinstance(one, Stored)}
    faults = [f"stream {index}: {one}" for index, one in found.items() if isinstance(one, str)]
    return kept, faults


async def _one(url: str, log: StreamLog, patience: float) -> Stored | str:
    events = [one.event for one in log.seen]
    session = next((event.session for event in events if isinstance(event, Welcome)), "")
    taken = max((e.received for e in events if isinstance(e, AudioAck)), default=0) / (2 * RATE)
    try:
        record = await ask.finished(url, session, patience)
        text = await ask.text(url, f"/v1/sessions/{session}/exports/txt")
        return Stored(text, max(0.0, taken - float(record["duration"])))
    except (ServerError, ValueError, KeyError) as error:
        return f"nothing stored to be had: {error}"
