"""What a server of a test has to show: a session that is over, one that goes on, an upload."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import soundfile

from inference.types import SAMPLE_RATE
from tests.fakes import drawn
from tests.server.shared import Raw, Running, pcm, raw, until

TALK = "...." + "#" * 12 + "." * 9


async def spoken(server: Running, room: str | None = None, picture: str = TALK) -> str:
    """The id of a session that is over and has its transcript."""
    async with raw(server.url) as client:
        welcome = await client.hello(room=room)
        await client.audio(0, pcm(picture))
        await client.say("end", pos=len(pcm(picture)))
        assert await client.closed() == (1000, "done")
    await server.over(welcome["session"])
    await _ready(server, welcome["session"])
    return str(welcome["session"])


@asynccontextmanager
async def speaking(
    server: Running, room: str, picture: str = TALK
) -> AsyncIterator[tuple[str, Raw]]:
    """A session that goes on: its id, and its client after the first `final`."""
    async with raw(server.url) as client:
        welcome = await client.hello(room=room)
        await client.audio(0, pcm(picture))
        await client.hear("final")
        yield welcome["session"], client
        await client.say("end", pos=len(pcm(picture)))
        await client.closed()


async def uploaded(server: Running, name: str, picture: str = TALK) -> dict[str, Any]:
    """A file that was announced as a job: the answer, with `session_id` and `job_id`."""
    wav = io.BytesIO()
    soundfile.write(wav, drawn(picture), SAMPLE_RATE, subtype="PCM_16", format="WAV")
    answer = await server.http.post("/v1/jobs", files={"file": (name, wav.getvalue())})
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def transcribed(server: Running, name: str, picture: str = TALK) -> str:
    """The id of an upload's session, once it has its transcript."""
    job = await uploaded(server, name, picture)
    await _ready(server, job["session_id"])
    return str(job["session_id"])


async def _ready(server: Running, session: str) -> None:
    async def ready() -> bool:
        return bool((await server.session(session))["state"] == "ready")

    await until(ready)
